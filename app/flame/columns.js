// Columns as a tree of rows: children, paths, search. All sums are integers from the engine.

import { cost } from "../format.js";
import { matcher, nearest } from "./search.js";

/** @typedef {import("../protocol.js").Columns} Columns */
/** @typedef {{rows: Set<number>, tokens: number, nusd: number}} Found */

export class Tree {
  /** @param {Columns} columns @param {boolean} [unpriced] whether some calls in it have no price */
  constructor(columns, unpriced = false) {
    this.columns = columns;
    this.unpriced = unpriced;
    this.size = columns.name.length;
    /** @type {string[] | undefined} */
    this.lower = undefined;
    /** @type {Uint16Array | undefined} */
    this.depths = undefined;
    /** @type {number[][]} */
    this.children = Array.from({ length: this.size }, () => []);
    for (let row = 1; row < this.size; row++) this.children[columns.parent[row]].push(row);
  }

  /** @param {number} row */
  label(row) {
    return this.columns.strings[this.columns.name[row]];
  }

  /** @param {number} row */
  category(row) {
    return this.columns.categories[this.columns.category[row]];
  }

  /** @param {"nusd" | "tokens"} unit @param {number} row */
  value(unit, row) {
    return this.columns[unit][row];
  }

  /** What the row cost, in words. @param {number} row */
  cost(row) {
    return cost(this.columns.nusd[row], this.columns.tokens[row], this.unpriced);
  }

  /** Labels from below the root down to the row. @param {number} row */
  path(row) {
    const labels = [];
    for (let at = row; at > 0; at = this.columns.parent[at]) labels.unshift(this.label(at));
    return labels;
  }

  /** Rows from the root down to the row, both included. @param {number} row */
  lineage(row) {
    const rows = [row];
    for (let at = row; at > 0; ) {
      at = this.columns.parent[at];
      rows.unshift(at);
    }
    return rows;
  }

  /** The row at a path of labels, as deep as it can be followed. @param {string[]} path */
  find(path) {
    let row = 0;
    for (const label of path) {
      const next = this.children[row].find((child) => this.label(child) === label);
      if (next === undefined) break;
      row = next;
    }
    return row;
  }

  /** How far below the root. @param {number} row */
  depth(row) {
    this.depths ??= this.#depths();
    return this.depths[row];
  }

  #depths() {
    const depths = new Uint16Array(this.size);
    for (let row = 1; row < this.size; row++) depths[row] = depths[this.columns.parent[row]] + 1;
    return depths;
  }

  /** Children of at least `smallest`, heaviest first; the engine's order where `ordered`. @param {number} row @param {"nusd" | "tokens"} unit @param {boolean} ordered @param {number} smallest */
  below(row, unit, ordered, smallest = 0) {
    const values = this.columns[unit];
    const rows = smallest
      ? this.children[row].filter((child) => values[child] >= smallest)
      : ordered
        ? this.children[row]
        : [...this.children[row]];
    return ordered ? rows : rows.sort((a, b) => values[b] - values[a] || a - b);
  }

  /**
   * Rows below `from` whose label matches. A match stands for everything below it, so `tokens` and
   * `nusd` leave out what is nested in another match. One pass: parents come before children.
   * @param {string} query @param {number} from @returns {Found}
   */
  search(query, from) {
    /** @type {Found} */
    const found = { rows: new Set(), tokens: 0, nusd: 0 };
    const hits = this.#hits(query);
    if (!hits) return found;
    const { name, parent, tokens, nusd } = this.columns;
    // 0 outside the zoom, 1 inside it, 2 inside a match.
    const state = new Uint8Array(this.size);
    state[from] = 1;
    for (let row = from + 1; row < this.size; row++) {
      const above = state[parent[row]];
      if (!above) continue;
      const hit = hits[name[row]] === 1;
      state[row] = hit ? 2 : above;
      if (!hit) continue;
      found.rows.add(row);
      if (above === 1) {
        found.tokens += tokens[row];
        found.nusd += nusd[row];
      }
    }
    return found;
  }

  /** Which strings match, one byte each; null for no query. @param {string} query */
  #hits(query) {
    if (!query) return null;
    this.lower ??= this.columns.strings.map((label) => label.toLowerCase());
    const matches = matcher(query);
    return Uint8Array.from(this.lower, (label) => (matches(label) ? 1 : 0));
  }

  /** The label most like the query, for "Nothing matches". @param {string} query */
  closest(query) {
    return nearest(query.toLowerCase(), this.columns.strings);
  }
}
