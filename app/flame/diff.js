// How a frame of two traces is painted: blue less, orange more, the shaded part is the net change.

import { count, finely, UNPRICED } from "../format.js";

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
  return sign + (unit === "nusd" ? finely(Math.abs(value)) : count(Math.abs(value)));
}

/** Whether a side of the row has tokens and no price for them. @param {Tree} tree @param {number} row */
export function unknown(tree, row) {
  const of = columns(tree);
  const none = (/** @type {number} */ nusd, /** @type {number} */ tokens) => nusd === 0 && tokens > 0;
  return (
    tree.unpriced &&
    (none(of.nusd_before[row], of.tokens_before[row]) || none(of.nusd_after[row], of.tokens_after[row]))
  );
}

/** The change of a row in words. @param {Tree} tree @param {"nusd" | "tokens"} unit @param {number} row */
export const changed = (tree, unit, row) =>
  unit === "nusd" && unknown(tree, row) ? UNPRICED : signed(unit, change(tree, unit, row));

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
    return `${changed(tree, look.unit, row)} ${tree.label(row)}${kind ? ` (${kind})` : ""}`;
  },
  // Begins with the words on the frame, which say the change in one unit; adds the other.
  spoken: (tree, row, look) => {
    const other = look.unit === "nusd" ? `${changed(tree, "tokens", row)} tokens` : changed(tree, "nusd", row);
    return `${DIFF_PAINT.name(tree, row, look)}, ${other}`;
  },
};
