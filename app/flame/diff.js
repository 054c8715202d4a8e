// How a frame of two traces is painted: blue less, orange more, the shaded part is the net change.

import { count, dollars } from "../format.js";

/** @typedef {import("./columns.js").Tree} Tree */
/** @typedef {import("../protocol.js").DiffColumns} DiffColumns */
/** @typedef {import("./chart.js").Paint} Paint */

/** @param {Tree} tree */
const columns = (tree) => /** @type {DiffColumns} */ (tree.columns);

/** After minus before. @param {Tree} tree @param {"nusd" | "tokens"} unit @param {number} row */
export function change(tree, unit, row) {
  const of = columns(tree);
  return unit === "nusd" ? of.nusd_after[row] - of.nusd_before[row] : of.tokens_after[row] - of.tokens_before[row];
}

/** @param {"nusd" | "tokens"} unit @param {number} value */
export function signed(unit, value) {
  const sign = value < 0 ? "−" : value > 0 ? "+" : "±";
  return sign + (unit === "nusd" ? dollars(Math.abs(value)) : count(Math.abs(value)));
}

const KINDS = ["", "new", "gone"];

/** @type {Paint} */
export const DIFF_PAINT = {
  frame: (tree, row, look) => {
    const net = change(tree, look.unit, row);
    return row === 0 ? "k-root" : net < 0 ? "d-less" : net > 0 ? "d-more" : "d-same";
  },
  strip: (tree, row, look) => {
    const wide = tree.value(look.unit, row);
    return wide ? Math.abs(change(tree, look.unit, row)) / wide : 0;
  },
  name: (tree, row, look) => {
    const kind = KINDS[columns(tree).kind[row]];
    return `${signed(look.unit, change(tree, look.unit, row))} ${tree.label(row)}${kind ? ` (${kind})` : ""}`;
  },
  spoken: (tree, row, look) => {
    const both = `${signed("tokens", change(tree, "tokens", row))} tokens, ${signed("nusd", change(tree, "nusd", row))}`;
    return `${DIFF_PAINT.name(tree, row, look)}, ${both}`;
  },
};
