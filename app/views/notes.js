// What to know before trusting a number: warnings with their places, and how the counts were made.

import { el, fill } from "../dom.js";

/** @typedef {import("../protocol.js").ErrorShape} ErrorShape */

/** @type {import("./registry.js").Panel} */
export const NOTES = {
  id: "notes",
  slot: "left",
  label: "What to know",
  class: "panel notes",
  draw: (host, { state, changed, act }) => {
    if (state.whole && changed.has("whole"))
      drawNotes(host, state.whole, state.sealed ? null : (options) => act.again(options));
  },
};

/** @param {HTMLElement} host @param {import("../protocol.js").Report} report @param {((options: Record<string, string>) => void) | null} again a saved page has no files to read again */
function drawNotes(host, report, again) {
  const warnings = report.warnings.map((one) => el("li", {}, ...warning(one), again ? offered(one, again) : null));
  const said = report.assumptions.map((text) => el("li", { class: "muted" }, text));
  host.hidden = warnings.length + said.length === 0;
  fill(
    host,
    el("h2", {}, warnings.length ? `What to know · ${warnings.length}` : "How this was counted"),
    el("ul", {}, ...warnings, ...said),
  );
}

/** @param {ErrorShape} one */
function warning(one) {
  const place = one.file ? ` ${one.file}${one.line ? `:${one.line}` : ""}` : "";
  return [el("strong", {}, one.title), ` ${one.message}`.trimEnd(), el("span", { class: "muted" }, place)];
}

/** What can be done about it. @param {ErrorShape} one @param {(options: Record<string, string>) => void} again */
function offered({ offer }, again) {
  return offer ? el("button", { type: "button", click: () => again(offer.options) }, offer.label) : null;
}
