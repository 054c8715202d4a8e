// The table: every frame as a row of a sortable treegrid, and on narrow screens the bar list instead
// of the chart (WAI-ARIA Authoring Practices, treegrid).

import { el, fill } from "../dom.js";
import { FRAMES } from "../flame/rows.js";
import { count } from "../format.js";

/** @typedef {import("../flame/columns.js").Tree} Tree */
/** @typedef {import("../flame/look.js").Look} Look */
/** @typedef {import("../flame/rows.js").Column} Column */
/** @typedef {import("../flame/rows.js").Kind} Kind */

/** @type {import("./registry.js").View} */
export const TABLE = {
  id: "table",
  key: "4",
  label: "Table",
  layout: "unfolded",
  shows: ["table"],
  draw: ({ tree, look, parts }) => {
    if (tree) parts.table.draw(tree, look);
  },
};

/** Children drawn at once below one row; the rest opens on demand. */
const PAGE = 200;

/** @param {Column} column @param {Look} look */
const classOf = (column, look) =>
  [column.text ? "text" : "", column.unit === look.unit ? "narrow" : ""].filter(Boolean).join(" ") || null;

export class Table {
  /** @param {HTMLElement} host @param {(row: number) => void} select */
  constructor(host, select) {
    this.host = host;
    this.select = select;
    /** @type {Set<number>} */
    this.open = new Set([0]);
    /** How many children are drawn, where more than a page. @type {Map<number, number>} */
    this.pages = new Map();
    /** @type {{by: string, down: boolean} | null} */
    this.order = null;
    /** @type {Tree | null} */
    this.tree = null;
    /** @type {Look | null} */
    this.look = null;
    this.kind = FRAMES;
    host.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {Tree} tree @param {Look} look @param {Kind} [kind] */
  draw(tree, look, kind = FRAMES) {
    if (tree !== this.tree) {
      this.open = new Set();
      this.pages = new Map();
    }
    this.tree = tree;
    this.look = look;
    this.kind = kind;
    this.open.add(look.focus);
    for (const row of tree.lineage(look.selected).slice(0, -1)) this.open.add(row);
    const focused = this.host.contains(document.activeElement) && document.activeElement?.tagName === "TR";
    const head = kind.columns.map((column) => this.#heading(column, look));
    const body = el("tbody", {}, ...this.#rows(tree, look, look.focus, 1));
    fill(
      this.host,
      el(
        "table",
        { role: "treegrid", "aria-label": "Frames" },
        el("thead", {}, el("tr", { role: "row" }, ...head)),
        body,
      ),
    );
    const rows = this.#all();
    const chosen = rows.find((row) => row.dataset.row === String(look.selected)) ?? rows[0];
    if (chosen) chosen.tabIndex = 0;
    if (focused) chosen?.focus();
  }

  /** @param {Column} column @param {Look} look */
  #heading(column, look) {
    const on = this.order?.by === column.name;
    const arrow = on ? (this.order?.down ? " ▾" : " ▴") : "";
    const sort = () => {
      this.order =
        on && this.order ? { ...this.order, down: !this.order.down } : { by: column.name, down: !column.text };
      this.#again();
      for (const button of this.host.querySelectorAll("button.sort")) {
        if (button instanceof HTMLElement && button.dataset.column === column.name) button.focus();
      }
    };
    const order = on ? (this.order?.down ? "descending" : "ascending") : "none";
    const button = { type: "button", class: "sort", "data-column": column.name, click: sort };
    return el(
      "th",
      { scope: "col", role: "columnheader", "aria-sort": order, class: classOf(column, look) },
      el("button", button, column.name + arrow),
    );
  }

  /** @param {Tree} tree @param {Look} look @param {number} row */
  #below(tree, look, row) {
    const rows = tree.below(row, look.unit, look.ordered);
    const column = this.kind.columns.find((one) => one.name === this.order?.by);
    if (!column) return rows;
    const sign = this.order?.down ? -1 : 1;
    return [...rows].sort((a, b) => {
      const [x, y] = [column.value(tree, a, look), column.value(tree, b, look)];
      return sign * (typeof x === "string" ? x.localeCompare(String(y)) : x - Number(y)) || a - b;
    });
  }

  /** @param {Tree} tree @param {Look} look @param {number} row @param {number} level @returns {HTMLTableRowElement[]} */
  #rows(tree, look, row, level) {
    const rows = [this.#row(tree, look, row, level)];
    if (!this.open.has(row)) return rows;
    const below = this.#below(tree, look, row);
    const shown = this.pages.get(row) ?? PAGE;
    for (const child of below.slice(0, shown)) rows.push(...this.#rows(tree, look, child, level + 1));
    if (below.length > shown) rows.push(this.#more(row, below.length - shown));
    return rows;
  }

  /** @param {number} row @param {number} left */
  #more(row, left) {
    const show = () => {
      this.pages.set(row, (this.pages.get(row) ?? PAGE) + PAGE);
      this.#again();
    };
    const words = `Show ${count(Math.min(PAGE, left))} of ${count(left)} more`;
    const button = el("button", { type: "button", click: show }, words);
    return el("tr", { role: "row" }, el("td", { role: "gridcell", colspan: this.kind.columns.length }, button));
  }

  /** @param {Tree} tree @param {Look} look @param {number} row @param {number} level */
  #row(tree, look, row, level) {
    const parent = tree.children[row].length > 0;
    const open = this.open.has(row);
    const bar = el("progress", {
      max: 1,
      value: tree.value(look.unit, row) / (tree.value(look.unit, 0) || 1),
      "aria-hidden": "true",
      class: this.kind.frame(tree, row, look),
    });
    const twist = el("span", { class: "twist", "aria-hidden": "true" }, parent ? (open ? "▾" : "▸") : " ");
    const name = el("span", { class: "name" }, tree.label(row));
    const first = { role: "rowheader", scope: "row", class: `level-${Math.min(level, 8)}` };
    const cells = this.kind.columns
      .slice(1)
      .map((column) => el("td", { role: "gridcell", class: classOf(column, look) }, column.shown(tree, row, look)));
    const line = el(
      "tr",
      {
        role: "row",
        "data-row": row,
        tabindex: -1,
        "aria-level": level,
        "aria-expanded": parent ? String(open) : null,
        "aria-selected": String(row === look.selected),
        class: look.searching ? (look.matches.has(row) ? "match" : "dim") : null,
      },
      el("th", first, twist, name, bar),
      ...cells,
    );
    twist.addEventListener("click", (event) => {
      event.stopPropagation();
      this.#toggle(row);
    });
    line.addEventListener("click", () => this.#pick(row));
    return line;
  }

  /** A click chooses the row; where the row is chosen already it opens or closes. @param {number} row */
  #pick(row) {
    if (this.look?.selected === row || !this.open.has(row)) this.#toggle(row);
    this.select(row);
    // On a narrow screen the inspector is a sheet over the list: what was chosen stays above it.
    requestAnimationFrame(() => this.host.querySelector(`tr[data-row="${row}"]`)?.scrollIntoView({ block: "nearest" }));
  }

  /** @param {number} row */
  #toggle(row) {
    if (this.open.has(row)) this.open.delete(row);
    else this.open.add(row);
    this.#again();
    this.#focus(row);
  }

  #again() {
    if (this.tree && this.look) this.draw(this.tree, this.look, this.kind);
  }

  /** @param {number} row */
  #focus(row) {
    const line = this.#all().find((one) => one.dataset.row === String(row));
    for (const one of this.#all()) one.tabIndex = -1;
    if (line) line.tabIndex = 0;
    line?.focus();
  }

  /** @returns {HTMLElement[]} */
  #all() {
    return [...this.host.querySelectorAll("tr[data-row]")].filter((row) => row instanceof HTMLElement);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const line = event.target instanceof HTMLElement && event.target.tagName === "TR" ? event.target : null;
    if (!line?.dataset.row || !this.tree) return;
    const rows = this.#all();
    const at = rows.indexOf(line);
    const row = Number(line.dataset.row);
    const open = this.open.has(row);
    const step = (/** @type {HTMLElement | undefined} */ to) => to && this.#focus(Number(to.dataset.row));
    if (event.key === "ArrowDown") step(rows[at + 1]);
    else if (event.key === "ArrowUp") step(rows[at - 1]);
    else if (event.key === "Home") step(rows[0]);
    else if (event.key === "End") step(rows[rows.length - 1]);
    else if (event.key === "ArrowRight" && open) step(rows[at + 1]);
    else if (event.key === "ArrowRight") this.#toggle(row);
    else if (event.key === "ArrowLeft" && open && this.tree.children[row].length) this.#toggle(row);
    else if (event.key === "ArrowLeft") this.#focus(Math.max(0, this.tree.columns.parent[row]));
    else if (event.key === "Enter" || event.key === " ") this.select(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
