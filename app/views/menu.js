// The menu of a frame: right-click, Shift+F10 or “⋯”. Arrow keys move, Escape closes.

import { byId, el, fill } from "../dom.js";
import { copy } from "./inspector.js";

/** @typedef {import("../actions.js").Actions} Actions */

/** @param {Actions} act @param {number} row @param {number} x @param {number} y */
export function openMenu(act, row, x, y) {
  const tree = act.tree();
  if (!tree) return;
  act.select(row);
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
  /** @param {string} name @param {() => void} run */
  const item = (name, run) => {
    const click = () => {
      close();
      run();
    };
    return el("button", { type: "button", role: "menuitem", tabindex: "-1", click }, name);
  };
  const items = [
    item("Zoom to this frame", () => act.zoom(row)),
    item("Zoom out one level", () => act.out()),
    item("Show everywhere", () => act.view("everywhere")),
    item("Search for this label", () => act.search(tree.label(row))),
    item("Copy path", () => copy(tree.path(row).join("/"))),
    item("Copy numbers", () => copy(numbers(tree, row))),
  ];
  fill(host, ...items);
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

/** One line for a message or a spreadsheet. @param {import("../flame/columns.js").Tree} tree @param {number} row */
function numbers(tree, row) {
  const { tokens, nusd, read, calls } = tree.columns;
  return [tree.path(row).join("/"), tokens[row], read[row], (nusd[row] / 1e9).toFixed(9), calls[row]].join("\t");
}
