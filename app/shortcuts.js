// The list of shortcuts, and the setting that turns single keys off (WCAG 2.2, 2.1.4): who talks to the
// computer or hits keys by accident must not change the view. What needs Ctrl, arrows, Enter and Esc stay.

import { byId, el, fill } from "./dom.js";
import { keep, recall } from "./kept.js";
import { SHORTCUTS } from "./strings.js";

const KEY = "shortcuts";
const OFF = "off";
const SEARCH = ["search", "search  /"];

/** Whether a key without a modifier may act. */
export const singleKeys = () => document.documentElement.dataset.shortcuts !== OFF;

export function restoreShortcuts() {
  turn(recall(KEY) !== OFF);
}

/** @param {boolean} on */
function turn(on) {
  document.documentElement.dataset.shortcuts = on ? "on" : OFF;
  byId("search").setAttribute("placeholder", SEARCH[Number(on)]);
}

export function showShortcuts() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("shortcuts"));
  const rows = SHORTCUTS.map(([keys, what]) =>
    el("tr", {}, el("th", { scope: "row" }, el("kbd", {}, keys)), el("td", {}, what)),
  );
  const box = el("input", { type: "checkbox", "data-testid": "single-keys", checked: singleKeys() });
  box.addEventListener("change", () => {
    turn(box.checked);
    keep(KEY, box.checked ? null : OFF);
  });
  fill(
    dialog,
    el("h2", { id: "shortcuts-title" }, "Keyboard"),
    el("table", {}, el("tbody", {}, ...rows)),
    el("p", { class: "setting" }, el("label", {}, box, " Single keys work as shortcuts")),
    el("button", { type: "button", click: () => dialog.close() }, "Close"),
  );
  dialog.showModal();
}
