// Export: one menu of files; where texts hold what looks like a key, it asks first.

import { byId, el } from "../dom.js";
import { openDialog } from "./dialog.js";
import { popMenu } from "./menu.js";
import { secretNote } from "./secrets.js";

/** @typedef {import("../actions.js").Actions} Actions */

/** Format of the engine and how it is called; PNG is drawn from the SVG. */
export const FORMATS = [
  ["svg", "Picture (SVG)"],
  ["png", "Picture (PNG)"],
  ["html", "Page with all texts (HTML)"],
  ["csv", "Table (CSV)"],
  ["json", "Report (JSON)"],
  ["markdown", "Summary for a pull request (Markdown)"],
  ["speedscope", "speedscope"],
  ["pprof", "pprof"],
  ["folded", "Folded stacks"],
];

/** @param {Actions} act */
export function openExport(act) {
  const box = byId("export").getBoundingClientRect();
  /** @type {Array<[string, () => void, string]>} */
  const entries = FORMATS.map(([key, label]) => [label, () => act.export(key), `export-${key}`]);
  popMenu("Export", entries, box.left, box.bottom + 4);
}

/** Labels hold the first words of texts, so every export is asked about. @param {import("../protocol.js").Secret[]} found @param {() => void} go */
export function askFirst(found, go) {
  const note = secretNote(found);
  if (!note) {
    go();
    return;
  }
  const anyway = el("button", { type: "button", "data-testid": "export-anyway" }, "Save it anyway");
  const dialog = openDialog("This trace holds what looks like secrets", note, el("p", {}, anyway));
  anyway.addEventListener("click", () => {
    dialog.close();
    go();
  });
}
