// What to know before trusting a number: warnings with their places, and how the counts were made.

import { el, fill } from "../dom.js";

/** @typedef {import("../protocol.js").ErrorShape} ErrorShape */

/** @type {import("./registry.js").Panel} */
export const NOTES = {
  id: "notes",
  slot: "left",
  label: "What to know",
  class: "panel notes",
  draw: (host, { state, changed }) => {
    if (state.whole && changed.has("whole")) drawNotes(host, state.whole);
  },
};

/** @param {HTMLElement} host @param {import("../protocol.js").Report} report */
function drawNotes(host, report) {
  const warnings = report.warnings.map((one) => el("li", {}, ...warning(one)));
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
