// The table: every frame as a row of a treegrid, and on narrow screens the bar list instead of the chart.

import { el, fill } from "../dom.js";
import { frameClass } from "../flame/colors.js";
import { count, dollars, percent } from "../format.js";

/** @typedef {import("../flame/columns.js").Tree} Tree */

const COLUMNS = ["what", "tokens", "cost", "share", "calls", "read from cache"];
/** Children drawn at once below one row; the rest opens on demand. */
const PAGE = 200;

export class Table {
  /** @param {HTMLElement} host @param {(row: number) => void} select */
  constructor(host, select) {
    this.host = host;
    this.select = select;
    /** @type {Set<number>} */
    this.open = new Set([0]);
    /** @type {Tree | null} */
    this.tree = null;
    host.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {Tree} tree @param {{unit: "nusd" | "tokens", colour: "category" | "billing", focus: number, selected: number, matches: Set<number>, searching: boolean, ordered: boolean}} look */
  draw(tree, look) {
    if (tree !== this.tree) this.open = new Set();
    this.tree = tree;
    this.look = look;
    this.open.add(look.focus);
    const head = COLUMNS.map((name) => el("th", { scope: "col", role: "columnheader" }, name));
    const body = el("tbody", {}, ...this.#rows(tree, look.focus, 1));
    const table = el(
      "table",
      { role: "treegrid", "aria-label": "Frames" },
      el("thead", {}, el("tr", { role: "row" }, ...head)),
      body,
    );
    fill(this.host, table);
    const rows = this.#all();
    const chosen = rows.find((row) => row.dataset.row === String(look.selected)) ?? rows[0];
    if (chosen) chosen.tabIndex = 0;
  }

  /** @param {Tree} tree @param {number} row @param {number} level @returns {HTMLTableRowElement[]} */
  #rows(tree, row, level) {
    const rows = [this.#row(tree, row, level)];
    if (!this.open.has(row) || !this.look) return rows;
    const below = tree.below(row, this.look.unit, this.look.ordered);
    for (const child of below.slice(0, PAGE)) rows.push(...this.#rows(tree, child, level + 1));
    return rows;
  }

  /** @param {Tree} tree @param {number} row @param {number} level */
  #row(tree, row, level) {
    const look = this.look;
    const { tokens, nusd, calls, read, approx } = tree.columns;
    const parent = tree.children[row].length > 0;
    const open = this.open.has(row);
    const whole = tree.value(look?.unit ?? "tokens", 0) || 1;
    const share = tree.value(look?.unit ?? "tokens", row) / whole;
    const bar = el("progress", {
      max: 1,
      value: share,
      "aria-hidden": "true",
      class: frameClass(tree, row, look?.colour ?? "category"),
    });
    const twist = el("span", { class: "twist", "aria-hidden": "true" }, parent ? (open ? "▾" : "▸") : " ");
    const name = el("span", { class: "name" }, tree.label(row));
    const cells = [
      el("th", { role: "rowheader", scope: "row", class: `level-${Math.min(level, 8)}` }, twist, name, bar),
      el("td", { role: "gridcell" }, (approx[row] ? "≈ " : "") + count(tokens[row])),
      el("td", { role: "gridcell" }, dollars(nusd[row])),
      el("td", { role: "gridcell" }, percent(tree.value(look?.unit ?? "tokens", row), whole)),
      el("td", { role: "gridcell" }, count(calls[row])),
      el("td", { role: "gridcell" }, percent(read[row], tokens[row])),
    ];
    const line = el(
      "tr",
      {
        role: "row",
        "data-row": row,
        tabindex: -1,
        "aria-level": level,
        "aria-expanded": parent ? String(open) : null,
        "aria-selected": String(row === look?.selected),
        class: look?.searching ? (look.matches.has(row) ? "match" : "dim") : null,
      },
      ...cells,
    );
    line.addEventListener("click", () => this.#toggle(row, true));
    return line;
  }

  /** @param {number} row @param {boolean} pick */
  #toggle(row, pick) {
    if (this.open.has(row)) this.open.delete(row);
    else this.open.add(row);
    if (pick) this.select(row);
    if (this.tree && this.look) this.draw(this.tree, { ...this.look, selected: row });
    this.#all()
      .find((line) => line.dataset.row === String(row))
      ?.focus();
  }

  /** @returns {HTMLElement[]} */
  #all() {
    return [...this.host.querySelectorAll("tr[data-row]")].filter((row) => row instanceof HTMLElement);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const line = event.target instanceof HTMLElement ? event.target.closest("tr") : null;
    if (!line?.dataset.row) return;
    const rows = this.#all();
    const at = rows.indexOf(line);
    const row = Number(line.dataset.row);
    const open = this.open.has(row);
    if (event.key === "ArrowDown") rows[at + 1]?.focus();
    else if (event.key === "ArrowUp") rows[at - 1]?.focus();
    else if (event.key === "ArrowRight" && !open) this.#toggle(row, false);
    else if (event.key === "ArrowLeft" && open) this.#toggle(row, false);
    else if (event.key === "Enter") this.select(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
