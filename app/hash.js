// The view in the address: `#1&v=order&u=tokens&q=refund&f=tools/search`. Version first; it never
// holds text of a trace beyond the labels of the frame that is zoomed.

export const HASH_VERSION = 1;

/**
 * @typedef {{view: string, unit: "nusd" | "tokens",
 *   colour: "category" | "billing", query: string, focus: string[], inverted: boolean}} ViewState
 */

/** @param {ViewState} state */
export function write(state) {
  const parts = [String(HASH_VERSION)];
  if (state.view !== "merged") parts.push(`v=${state.view}`);
  if (state.unit !== "nusd") parts.push("u=tokens");
  if (state.colour !== "category") parts.push("c=billing");
  if (state.inverted) parts.push("i=1");
  if (state.query) parts.push(`q=${encodeURIComponent(state.query)}`);
  if (state.focus.length) parts.push(`f=${state.focus.map(encodeURIComponent).join("/")}`);
  return parts.length > 1 ? `#${parts.join("&")}` : "";
}

/** Unknown versions and words are ignored. @param {string} hash @returns {Partial<ViewState>} */
export function read(hash) {
  const [version, ...parts] = hash.replace(/^#/, "").split("&");
  if (version !== String(HASH_VERSION)) return {};
  /** @type {Partial<ViewState>} */
  const found = {};
  for (const part of parts) {
    const at = part.indexOf("=");
    const [key, value] = [part.slice(0, at), part.slice(at + 1)];
    if (key === "v") found.view = value;
    else if (key === "u" && value === "tokens") found.unit = "tokens";
    else if (key === "c" && value === "billing") found.colour = "billing";
    else if (key === "i") found.inverted = value === "1";
    else if (key === "q") found.query = decode(value);
    else if (key === "f") found.focus = value.split("/").map(decode);
  }
  return found;
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
