// The view in the address: `#1&v=order&u=tokens&q=refund&f=tools/search&c=7-22`. Version first; it never
// holds text of a trace beyond the labels of the frame that is zoomed, and what the user typed.

export const HASH_VERSION = 1;

/**
 * @typedef {import("./protocol.js").Filter} Filter
 * @typedef {{view: string, unit: "nusd" | "tokens", colour: "category" | "billing", query: string,
 *   focus: string[], inverted: boolean, filter: Filter, picked: string[] | null}} ViewState
 */

/** @param {ViewState} state */
export function write(state) {
  const { filter } = state;
  const parts = [String(HASH_VERSION)];
  if (state.view !== "merged") parts.push(`v=${state.view}`);
  if (state.unit !== "nusd") parts.push(`u=${state.unit}`);
  if (state.colour !== "category") parts.push(`k=${state.colour}`);
  if (state.inverted) parts.push("i=1");
  if (state.query) parts.push(`q=${encodeURIComponent(state.query)}`);
  if (state.focus.length) parts.push(`f=${path(state.focus)}`);
  if (state.picked) parts.push(`p=${path(state.picked)}`);
  if (filter.first !== undefined || filter.last !== undefined) {
    parts.push(`c=${(filter.first ?? 0) + 1}-${filter.last === undefined ? "" : filter.last + 1}`);
  }
  if (filter.since || filter.until) parts.push(`d=${filter.since ?? ""}~${filter.until ?? ""}`);
  for (const key of filter.runs ?? []) parts.push(`r=${encodeURIComponent(key)}`);
  for (const key of filter.sessions ?? []) parts.push(`s=${encodeURIComponent(key)}`);
  for (const name of filter.models ?? []) parts.push(`m=${encodeURIComponent(name)}`);
  for (const [key, value] of Object.entries(filter.tags ?? {})) parts.push(`g=${path([key, value])}`);
  return parts.length > 1 ? `#${parts.join("&")}` : "";
}

/** @param {string[]} labels */
const path = (labels) => labels.map(encodeURIComponent).join("/");

/** Unknown versions and words are ignored. @param {string} hash @returns {Partial<ViewState>} */
export function read(hash) {
  // Behind a link's data stands the view of it.
  const [version, ...parts] = hash.replace(/^#(t=[^&]*&)?/, "").split("&");
  if (version !== String(HASH_VERSION)) return {};
  /** @type {Partial<ViewState>} */
  const found = {};
  /** @type {Filter} */
  const filter = {};
  for (const part of parts) {
    const at = part.indexOf("=");
    const [key, value] = [part.slice(0, at), part.slice(at + 1)];
    if (key === "v") found.view = value;
    else if (key === "u" && value === "tokens") found.unit = "tokens";
    else if (key === "k" && value === "billing") found.colour = "billing";
    else if (key === "i") found.inverted = value === "1";
    else if (key === "q") found.query = decode(value);
    else if (key === "f") found.focus = value.split("/").map(decode);
    else if (key === "p") found.picked = value.split("/").map(decode);
    else readFilter(filter, key, value);
  }
  return Object.keys(filter).length ? { ...found, filter } : found;
}

/** @param {Filter} filter @param {string} key @param {string} value */
function readFilter(filter, key, value) {
  const range = key === "c" ? /^(\d+)-(\d*)$/.exec(value) : null;
  if (range) {
    if (Number(range[1]) > 1) filter.first = Number(range[1]) - 1;
    if (range[2]) filter.last = Number(range[2]) - 1;
  } else if (key === "d") {
    const days = /^([\d-]*)~([\d-]*)$/.exec(value);
    if (days?.[1]) filter.since = days[1];
    if (days?.[2]) filter.until = days[2];
  } else if (key === "r") filter.runs = [...(filter.runs ?? []), decode(value)];
  else if (key === "s") filter.sessions = [...(filter.sessions ?? []), decode(value)];
  else if (key === "m") filter.models = [...(filter.models ?? []), decode(value)];
  else if (key === "g") {
    const [tag, wanted] = value.split("/").map(decode);
    filter.tags = { ...filter.tags, [tag]: wanted ?? "" };
  }
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
