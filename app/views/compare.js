// Compare: a second trace beside the first. What changed from one run to the next?

import { endCompare } from "../comparing.js";
import { byId, el, fill } from "../dom.js";
import { change, changed, DIFF_PAINT, signed, unknown } from "../flame/diff.js";
import { count, percent } from "../format.js";

/** @typedef {import("../protocol.js").Comparison} Comparison */
/** @typedef {import("../flame/columns.js").Tree} Tree */

/** @type {import("./registry.js").View} */
export const COMPARE = {
  id: "compare",
  key: "6",
  label: "Compare",
  layout: "diff",
  shows: ["comparison", "chart"],
  painted: true,
  offered: (state) => state.comparison !== null,
  draw: ({ state, tree, look, parts }) => {
    const found = state.comparison;
    if (!found) return;
    fill(byId("comparison"), ...words(found, state.trees.diff), actions());
    if (tree) parts.chart.draw(tree, look, DIFF_PAINT);
  },
};

const actions = () =>
  el("p", {}, el("button", { type: "button", "data-testid": "swap", click: endCompare }, "Stop comparing"));

/** @param {Comparison} found @param {Tree} tree */
function words(found, tree) {
  const title = el("h2", {}, `${found.before} → ${found.after}`);
  if (found.identical) {
    const same = `These two traces send the same ${count(found.texts)} texts in the same order.`;
    return [title, el("p", { "data-testid": "compared" }, same)];
  }
  const lines = [el("p", { class: "change", "data-testid": "compared" }, summary(found, tree))];
  if (found.note) lines.push(el("p", { class: "muted", "data-testid": "compared-note" }, found.note));
  const missing = unknown(tree, 0)
    ? "One side has no price: only tokens are compared."
    : "Calls without a price add nothing to a cost.";
  if (tree.unpriced) lines.push(el("p", { "data-testid": "compared-unpriced" }, missing));
  if (!found.related) {
    const share = percent(found.shared_tokens, found.tokens);
    lines.push(el("p", {}, `These traces share ${share} of their text, so only categories are compared.`));
  }
  return [
    title,
    ...lines,
    el(
      "p",
      { class: "muted key" },
      el("span", { class: "swatch d-less" }),
      "less",
      el("span", { class: "swatch d-more" }),
      "more  · width is what grew plus what shrank, the hatched part is the net change",
    ),
  ];
}

/** @param {Comparison} found @param {Tree} tree */
function summary({ calls, tree: columns }, tree) {
  const unit = columns.nusd_before[0] && !unknown(tree, 0) ? "nusd" : "tokens";
  const before = (unit === "nusd" ? columns.nusd_before : columns.tokens_before)[0];
  const part = change(tree, unit, 0);
  const share = before && part ? ` (${part < 0 ? "−" : "+"}${percent(Math.abs(part), before)})` : "";
  const cost = unknown(tree, 0) ? "" : `, ${changed(tree, "nusd", 0)}`;
  const [most] = [...tree.children[0]].sort(
    (a, b) => Math.abs(change(tree, "tokens", b)) - Math.abs(change(tree, "tokens", a)),
  );
  const mostly =
    most === undefined || !change(tree, "tokens", most) ? "" : `: mostly ${mainly(tree, most, columns, calls)}`;
  return `${changed(tree, "tokens", 0)} tokens${cost} per run${share}${mostly}.`;
}

/** The category that changed most, per call. @param {Tree} tree @param {number} row @param {import("../protocol.js").DiffColumns} columns @param {number[]} calls */
function mainly(tree, row, columns, calls) {
  const each = columns.tokens_after[row] / (calls[1] || 1) - columns.tokens_before[row] / (calls[0] || 1);
  return `${tree.label(row)} ${signed("tokens", Math.round(each))} per call`;
}
