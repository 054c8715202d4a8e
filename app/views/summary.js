// The numbers on top: billed tokens, cost with whose rates, cached share, overhead.

import { el, fill } from "../dom.js";
import { calls, count, dollars, finely, percent, UNPRICED } from "../format.js";
import { ratesLine } from "./rates.js";

/** @type {import("./registry.js").Panel} */
export const SUMMARY = {
  id: "summary",
  slot: "top",
  label: "Totals",
  tag: "dl",
  class: "summary",
  draw: (host, { state, changed }) => {
    if (state.report && changed.has("report")) drawSummary(host, state.report);
  },
};

/** @param {HTMLElement} host @param {import("../protocol.js").Report} report */
function drawSummary(host, report) {
  const { totals, prices } = report;
  const about = totals.approx ? "≈ " : "";
  const items = [
    item(about + count(totals.input), "prompt tokens billed", "total-input"),
    item((totals.approx_output ? "≈ " : "") + count(totals.output), "output tokens", "total-output"),
    item(...cost(report), "total-cost"),
    item(percent(totals.read, totals.input), "of the prompt read from cache", "total-cached"),
    item(percent(totals.overhead, totals.input), "overhead: billed, no text for it", "total-overhead"),
  ];
  if (totals.priced_calls) items.splice(3, 0, item(...avoidable(report), "total-avoidable"));
  if (prices.unpriced.length && totals.priced_calls) items.push(item(UNPRICED, unpriced(prices), "total-unpriced"));
  fill(host, ...items);
}

/** @param {import("../protocol.js").Prices} prices */
const unpriced = (prices) =>
  prices.unpriced.map((row) => `${row.model ?? "no model"} (${calls(row.calls)})`).join(", ");

/** @param {import("../protocol.js").Report} report @returns {[string, string]} */
function cost({ totals, prices }) {
  if (!totals.calls) return [dollars(0), "cost"];
  if (!totals.priced_calls) return ["no price", `${unpriced(prices)}: widths show tokens`];
  const about = totals.approx || totals.approx_output ? "≈ " : "";
  return [about + finely(totals.nusd), `cost · ${ratesLine(prices)}`];
}

/** The union of all savings, never more than the bill. @param {import("../protocol.js").Report} report @returns {[string, string]} */
function avoidable({ reclaimable, findings }) {
  if (!findings.some((one) => one.state === "waste")) return [dollars(0), "avoidable"];
  const share = percent(reclaimable.nusd, reclaimable.billed_nusd);
  const { low_nusd: low } = reclaimable.monthly;
  return [dollars(reclaimable.nusd), `avoidable, ${share}${low === null ? "" : ` · at least ${dollars(low)} a month`}`];
}

/** @param {string} value @param {string} label @param {string} test */
const item = (value, label, test) => el("div", {}, el("dt", {}, label), el("dd", { "data-testid": test }, value));
