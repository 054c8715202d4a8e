// Columns as a tree of rows: children, paths, search. All sums are integers from the engine.

/** @typedef {import("../protocol.js").Columns} Columns */

export class Tree {
  /** @param {Columns} columns */
  constructor(columns) {
    this.columns = columns;
    this.size = columns.name.length;
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

  /** Children, heaviest first; the engine's order where `ordered`. @param {number} row @param {"nusd" | "tokens"} unit @param {boolean} ordered */
  below(row, unit, ordered) {
    const rows = this.children[row];
    if (ordered) return rows;
    return [...rows].sort((a, b) => this.value(unit, b) - this.value(unit, a) || a - b);
  }

  /**
   * Rows whose label path holds the text, case ignored. A match stands for everything below it, so
   * `tokens` and `nusd` leave out what is nested in another match.
   * @param {string} query @param {number} from
   */
  search(query, from) {
    const wanted = query.toLowerCase();
    /** @type {Set<number>} */
    const rows = new Set();
    const sums = { tokens: 0, nusd: 0 };
    if (!wanted) return { rows, ...sums };
    const stack = [{ row: from, inside: false }];
    while (stack.length) {
      const { row, inside } = /** @type {{row: number, inside: boolean}} */ (stack.pop());
      const hit = row !== from && this.label(row).toLowerCase().includes(wanted);
      if (hit) {
        rows.add(row);
        if (!inside) {
          sums.tokens += this.columns.tokens[row];
          sums.nusd += this.columns.nusd[row];
        }
      }
      for (const child of this.children[row]) stack.push({ row: child, inside: inside || hit });
    }
    return { rows, ...sums };
  }
}
