// In order: calls from left to right, inside each the prompt in its true order. How did the context
// grow, where did the cache break?

import { byId, el, fill } from "../dom.js";
import { drawTimeline } from "../flame/timeline.js";
import { count } from "../format.js";
import { merge } from "./filters.js";

/** @typedef {import("../protocol.js").Report} Report */
/** @typedef {import("./registry.js").Scene} Scene */

/** Breaks named in a row below the timeline; the ticks show them all. */
const NAMED = 6;

/** @type {import("./registry.js").View} */
export const IN_ORDER = {
  id: "order",
  key: "2",
  label: "In order",
  layout: "in_order",
  shows: ["timeline", "chart"],
  ordered: true,
  draw: (scene) => {
    const { tree, look, parts, state } = scene;
    if (state.report) drawCalls(state.report, scene);
    if (tree) parts.chart.draw(tree, look);
  },
};

/** @param {Report} report @param {Scene} scene */
function drawCalls(report, { act, state }) {
  const { calls } = report;
  const broke = new Set(calls.breaks.map((one) => one.call));
  const bars = calls.id.map((call, at) => ({
    call,
    tokens: calls.input[at],
    read: calls.read[at],
    nusd: calls.nusd[at],
    session: calls.session[at],
    broke: broke.has(call),
    unpriced: report.prices.unpriced.length > 0,
  }));
  const go = (/** @type {number} */ call) => act.toCall(call);
  const list = calls.breaks
    .slice(0, NAMED)
    .map((one) =>
      el(
        "li",
        {},
        el("button", { type: "button", class: "link", click: () => go(one.call) }, `call ${count(one.call + 1)}`),
        ` at token ${count(one.position)}, ${one.label}: ${count(one.lost)} tokens not read`,
      ),
    );
  const more = calls.breaks.length - list.length;
  const broken = `Cache broke on ${calls.breaks.length === 1 ? "1 call" : `${count(calls.breaks.length)} calls`}`;
  const open = byId("timeline").querySelector("details")?.open ?? false;
  const plot = el("div", { class: "plot" });
  fill(
    byId("timeline"),
    plot,
    el(
      "p",
      { class: "muted key" },
      el("span", { class: "swatch b-read" }),
      "read from cache ",
      el("span", { class: "swatch b-paid" }),
      "not from cache · click a bar to go to the call, drag over some to look at those alone",
    ),
    list.length
      ? el(
          "details",
          { class: "broken", open },
          el("summary", {}, el("span", { class: "swatch tick" }), broken),
          el("ul", { class: "breaks", "data-testid": "breaks" }, ...list),
          more > 0 ? el("p", { class: "muted" }, `and ${count(more)} more, each with a red tick`) : null,
        )
      : null,
  );
  drawTimeline(plot, bars, "prompt of each call", {
    pick: go,
    range: (first, last) => {
      if (!state.sealed) act.filter(merge(state.filter, { first, last }));
    },
  });
}
