// What suits a report before its reader has chosen: the view it opens in, the unit of its widths.

/** @typedef {import("./protocol.js").Report} Report */

/** A chart of a log without any text is one frame: its sums over time say more.
 * @param {Report} report @param {string} kept the view that was open or that the address names */
export function openingView(report, kept) {
  if (kept === "merged" && textless(report)) return "spend";
  return kept === "compare" ? "merged" : kept;
}

/** @param {Report} report */
export const textless = ({ totals: { calls, input, overhead } }) => calls > 1 && input > 0 && overhead === input;

/** @param {Report} report */
export const pricedAt = ({ totals }) => totals.priced_calls > 0 && totals.nusd > 0;
