// One dialog, filled for each purpose; Escape and a click beside it close it.

import { byId, el, fill } from "../dom.js";

/** @param {string} title @param {...(Node | null)} parts @returns {HTMLDialogElement} */
export function openDialog(title, ...parts) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("dialog"));
  const close = el("button", { type: "button", "data-testid": "dialog-close", click: () => dialog.close() }, "Close");
  fill(dialog, el("h2", { id: "dialog-title" }, title), ...parts, el("p", { class: "end" }, close));
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  if (!dialog.open) dialog.showModal();
  return dialog;
}
