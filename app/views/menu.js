// A menu under a button or at the pointer: arrow keys move, Escape closes, the focus goes back.

import { byId, el, fill } from "../dom.js";
import { get } from "../store.js";
import { copy } from "./inspector.js";

/** @typedef {import("../actions.js").Actions} Actions */

/** @param {string} name @param {Array<[string, () => void, string?]>} entries @param {number} x @param {number} y */
export function popMenu(name, entries, x, y) {
  const host = byId("menu");
  const back = document.activeElement;
  const close = () => {
    host.hidden = true;
    removeEventListener("pointerdown", outside, true);
    if (back instanceof HTMLElement) back.focus();
  };
  /** @param {Event} event */
  const outside = (event) => {
    if (!(event.target instanceof Node && host.contains(event.target))) close();
  };
  const items = entries.map(([label, run, test]) => {
    const click = () => {
      close();
      run();
    };
    return el("button", { type: "button", role: "menuitem", tabindex: "-1", "data-testid": test, click }, label);
  });
  fill(host, ...items);
  host.setAttribute("aria-label", name);
  host.hidden = false;
  host.style.left = `${Math.max(4, Math.min(x, innerWidth - host.offsetWidth - 8))}px`;
  host.style.top = `${Math.max(4, Math.min(y, innerHeight - host.offsetHeight - 8))}px`;
  host.onkeydown = (event) => {
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items[(at + items.length - 1) % items.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("pointerdown", outside, true);
  items[0].focus();
}

/** The menu of a frame: right-click, Shift+F10 or “⋯”. @param {Actions} act @param {number} row @param {number} x @param {number} y */
export function frameMenu(act, row, x, y) {
  const tree = act.tree();
  if (!tree) return;
  act.select(row);
  const everywhere = !get().sealed && get().view !== "compare";
  /** @type {Array<[string, () => void]>} */
  const entries = [
    ["Zoom to this frame", () => act.zoom(row)],
    ["Zoom out one level", () => act.out()],
    ...(everywhere ? [/** @type {[string, () => void]} */ (["Show everywhere", () => act.view("everywhere")])] : []),
    ["Search for this label", () => act.search(tree.label(row))],
    ["Copy path", () => copy(tree.path(row).join("/"))],
    ["Copy numbers", () => copy(numbers(tree, row))],
  ];
  popMenu("Frame", entries, x, y);
}

/** One line for a message or a spreadsheet. @param {import("../flame/columns.js").Tree} tree @param {number} row */
function numbers(tree, row) {
  const { tokens, nusd, read, calls } = tree.columns;
  return [tree.path(row).join("/"), tokens[row], read[row], (nusd[row] / 1e9).toFixed(9), calls[row]].join("\t");
}
