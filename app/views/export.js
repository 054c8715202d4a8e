// Export: one menu of files; where texts hold what looks like a key, it asks first.

import { byId } from "../dom.js";
import { exportAs } from "../exporting.js";
import { popMenu } from "./menu.js";

/** @typedef {import("../actions.js").Actions} Actions */

/** Format of the engine and how it is called; PNG is drawn from the SVG. */
export const FORMATS = [
  ["svg", "Picture (SVG)"],
  ["png", "Picture (PNG)"],
  ["html", "Page with all texts (HTML)"],
  ["csv", "Table (CSV)"],
  ["json", "Report (JSON)"],
  ["markdown", "Summary for a pull request (Markdown)"],
  ["speedscope", "Profile for speedscope"],
  ["pprof", "Profile for pprof"],
  ["folded", "Folded stacks (text)"],
];

/** @param {Actions} act @param {string} [under] the button it opens under */
export function openExport(act, under = "export") {
  const box = byId(under).getBoundingClientRect();
  /** @type {Array<[string, () => void, string]>} */
  const entries = FORMATS.map(([key, label]) => [label, () => exportAs(act, key), `export-${key}`]);
  popMenu("Export", entries, box.left, box.bottom + 4);
}
