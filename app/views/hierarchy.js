// A sheet whose first column is a depth, as a treegrid: rows open and close, arrows walk them
// (WAI-ARIA Authoring Practices, treegrid).

import { el } from "../dom.js";

/** @typedef {import("../protocol.js").Sheet} Sheet */
/** A row of the sheet: its depth from 1, whether rows stand under it, and whether they are shown. @typedef {{at: number, level: number, parent: boolean, open: boolean, path: string}} Branch */

/** Rows that are closed, by sheet. @type {Map<string, Set<string>>} */
const shut = new Map();

/** @param {Sheet} sheet */
export const isNested = (sheet) => sheet.columns[0]?.kind === "level";

/** The rows to show, those under a closed one left out. @param {Sheet} sheet @returns {Branch[]} */
export function branches(sheet) {
  const closed = shut.get(sheet.key) ?? new Set();
  /** @type {Branch[]} */
  const found = [];
  let below = Number.POSITIVE_INFINITY;
  sheet.rows.forEach((row, at) => {
    const level = Number(row[0]);
    if (level > below) return;
    const path = JSON.stringify(row.slice(1, level + 1));
    const parent = Number(sheet.rows[at + 1]?.[0] ?? 0) > level;
    const open = parent && !closed.has(path);
    below = parent && !open ? level : Number.POSITIVE_INFINITY;
    found.push({ at, level, parent, open, path });
  });
  return found;
}

/** What a row of a treegrid says of itself. @param {Branch} branch @param {boolean} first */
export const fieldsOf = ({ level, parent, open, path }, first) => ({
  role: "row",
  "aria-level": level,
  "aria-expanded": parent ? String(open) : null,
  "data-path": path,
  tabindex: first ? 0 : -1,
});

/** Opens and closes a row. @param {Branch} branch @param {(branch: Branch) => void} toggle */
export function twist(branch, toggle) {
  const sign = el("span", { class: "twist", "aria-hidden": "true" }, branch.parent ? (branch.open ? "▾" : "▸") : " ");
  if (branch.parent) sign.addEventListener("click", () => toggle(branch));
  return sign;
}

/** @param {Sheet} sheet @param {Branch} branch */
export function toggled(sheet, branch) {
  const closed = shut.get(sheet.key) ?? new Set();
  if (branch.open) closed.add(branch.path);
  else closed.delete(branch.path);
  shut.set(sheet.key, closed);
}

/** Arrows, Home and End. @param {HTMLElement} host @param {Branch[]} found @param {(branch: Branch) => void} toggle */
export function walked(host, found, toggle) {
  return (/** @type {KeyboardEvent} */ event) => {
    const line = event.target instanceof HTMLElement && event.target.tagName === "TR" ? event.target : null;
    const at = found.findIndex((one) => one.path === line?.dataset.path);
    if (at < 0) return;
    const one = found[at];
    const above = found.slice(0, at).findLastIndex((other) => other.level < one.level);
    const step = (/** @type {number} */ to) => {
      if (found[to]) focusOn(host, found[to].path);
    };
    if (event.key === "ArrowDown") step(at + 1);
    else if (event.key === "ArrowUp") step(at - 1);
    else if (event.key === "Home") step(0);
    else if (event.key === "End") step(found.length - 1);
    else if (event.key === "ArrowRight" && one.open) step(at + 1);
    else if (event.key === "ArrowRight" && one.parent) toggle(one);
    else if (event.key === "ArrowLeft" && one.open) toggle(one);
    else if (event.key === "ArrowLeft" && above >= 0) step(above);
    else if (event.key === "Enter") line?.querySelector("button")?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

/** @param {HTMLElement} host @param {string} path */
export function focusOn(host, path) {
  for (const row of host.querySelectorAll("tr[data-path]")) {
    if (!(row instanceof HTMLElement)) continue;
    row.tabIndex = row.dataset.path === path ? 0 : -1;
    if (row.dataset.path === path) row.focus();
  }
}
