// What a row of the table says of a frame, for a trace and for two compared: columns, class, and which
// columns a narrow screen keeps.

import { count, percent } from "../format.js";
import { frameClass } from "./colors.js";
import { change, changed, DIFF_PAINT } from "./diff.js";

/**
 * @typedef {import("./columns.js").Tree} Tree
 * @typedef {import("./look.js").Look} Look
 * @typedef {import("../protocol.js").DiffColumns} DiffColumns
 * @typedef {{name: string, text?: boolean, unit?: "nusd" | "tokens",
 *   value: (tree: Tree, row: number, look: Look) => number | string,
 *   shown: (tree: Tree, row: number, look: Look) => string}} Column
 * `unit`: a narrow screen shows the column while widths are in that unit.
 * @typedef {{columns: readonly Column[], frame: (tree: Tree, row: number, look: Look) => string}} Kind
 */

/** @param {Tree} tree @param {number} row */
const cached = (tree, row) => (tree.columns.tokens[row] ? tree.columns.read[row] / tree.columns.tokens[row] : 0);

/** @type {Column} */
const WHAT = { name: "what", text: true, value: (tree, row) => tree.label(row), shown: (tree, row) => tree.label(row) };

/** @type {Kind} */
export const FRAMES = {
  frame: (tree, row, look) => frameClass(tree, row, look.colour),
  columns: [
    WHAT,
    {
      name: "category",
      text: true,
      value: (tree, row) => tree.category(row),
      shown: (tree, row) => (row === 0 ? "" : tree.category(row).replace("_", " ")),
    },
    {
      name: "tokens",
      unit: "tokens",
      value: (tree, row) => tree.columns.tokens[row],
      shown: (tree, row) => (tree.columns.approx[row] ? "≈ " : "") + count(tree.columns.tokens[row]),
    },
    {
      name: "share",
      value: (tree, row, look) => tree.value(look.unit, row),
      shown: (tree, row, look) => percent(tree.value(look.unit, row), tree.value(look.unit, 0)),
    },
    {
      name: "cost",
      unit: "nusd",
      value: (tree, row) => tree.columns.nusd[row],
      shown: (tree, row) => tree.cost(row),
    },
    {
      name: "calls",
      value: (tree, row) => tree.columns.calls[row],
      shown: (tree, row) => count(tree.columns.calls[row]),
    },
    {
      name: "read from cache",
      value: cached,
      shown: (tree, row) => percent(tree.columns.read[row], tree.columns.tokens[row]),
    },
  ],
};

/** @param {"nusd" | "tokens"} unit @param {string} name @returns {Column} */
const changes = (unit, name) => ({
  name,
  unit,
  value: (tree, row) => change(tree, unit, row),
  shown: (tree, row) => changed(tree, unit, row),
});

/** @type {Kind} */
export const DIFF_ROWS = {
  frame: DIFF_PAINT.frame,
  columns: [WHAT, changes("tokens", "tokens"), changes("nusd", "cost")],
};
