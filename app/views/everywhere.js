// Everywhere: one segment, tool or file across all calls that carried it. How often was it paid for?

import { byId, el, fill } from "../dom.js";
import { drawTimeline } from "../flame/timeline.js";
import { cost, count, dollars, percent } from "../format.js";
import { EVERYWHERE_EMPTY, EVERYWHERE_TOUCH, FOLDED } from "../strings.js";

/** @typedef {import("../protocol.js").LifeValue} Life */
/** @typedef {import("../protocol.js").Report} Report */
/** @typedef {import("../actions.js").Actions} Actions */
/** @typedef {import("../flame/columns.js").Tree} Tree */

const OFFERED = 14;
/** What layouts/frames.py calls small frames that it joins: no one text stands behind them. */
const JOINED = /^[\d,]+ small items$/;
const ROWS = 200;

/** Who taps has no key 3. */
const TOUCH = matchMedia("(pointer: coarse)");

/** @type {import("./registry.js").View} */
export const EVERYWHERE = {
  id: "everywhere",
  key: "3",
  label: "Everywhere",
  layout: null,
  shows: ["everywhere"],
  offered: (state) => !state.sealed,
  draw: ({ state, act, changed }) => {
    if (![...changed].some((key) => ["view", "life", "picked", "missed", "report", "unit", "trees"].includes(key)))
      return;
    const host = byId("everywhere");
    if (state.report && state.life && state.picked) drawLife(host, state.life, state.report, act);
    else if (state.trees.merged) offer(host, state.trees.merged, state, act);
  },
};

/** @param {HTMLElement} host @param {Tree} tree @param {Readonly<import("../store.js").State>} state @param {Actions} act */
function offer(host, tree, { unit, missed }, act) {
  const rows = Array.from({ length: tree.size }, (_, row) => row)
    .filter((row) => tree.depth(row) >= 2 && !tree.children[row].length && tree.columns.calls[row] > 1)
    .filter((row) => !JOINED.test(tree.label(row)))
    .sort((a, b) => tree.value(unit, b) - tree.value(unit, a))
    .slice(0, OFFERED);
  const lines = rows.map((row) => {
    const go = { type: "button", class: "link", click: () => act.everywhere(tree.path(row)) };
    const values = [count(tree.columns.calls[row]), count(tree.columns.tokens[row]), tree.cost(row)];
    return el(
      "tr",
      {},
      el("th", { scope: "row", class: "text long" }, el("button", go, tree.path(row).join(" › "))),
      ...values.map((value) => el("td", {}, value)),
    );
  });
  const head = ["what", "calls", "tokens", "cost"].map((name, at) =>
    el("th", { scope: "col", class: at ? null : "text" }, name),
  );
  fill(
    host,
    missed ? el("p", { "data-testid": "everywhere-missed" }, el("strong", {}, missed), `: ${FOLDED}`) : null,
    el("p", { "data-testid": "everywhere-empty" }, TOUCH.matches ? EVERYWHERE_TOUCH : EVERYWHERE_EMPTY),
    rows.length ? el("h2", {}, "Sent most often at most cost") : null,
    el("table", { class: "list offers" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...lines)),
  );
}

/** @param {HTMLElement} host @param {Life} life @param {Report} report @param {Actions} act */
function drawLife(host, life, report, act) {
  const { calls } = report;
  const by = new Map(life.rows.map((row) => [row.call, row]));
  const bars = calls.id.map((call, at) => {
    const row = by.get(call);
    return {
      call,
      tokens: row?.tokens ?? 0,
      read: row?.read ?? 0,
      nusd: row?.nusd ?? 0,
      session: calls.session[at],
      broke: false,
      unpriced: report.prices.unpriced.length > 0,
    };
  });
  const plot = el("div", { class: "plot" });
  fill(
    host,
    el("h2", { "data-testid": "life-title" }, life.path[life.path.length - 1] ?? "all calls"),
    el("p", { class: "muted" }, life.path.join(" › ")),
    el("dl", { class: "summary small", "data-testid": "life" }, ...facts(life, report)),
    plot,
    table(life, report, act),
    el("p", {}, el("button", { type: "button", click: () => act.everywhere(null) }, "Pick another")),
  );
  drawTimeline(plot, bars, "what each call carried of it", {
    pick: (call) => act.toCall(call),
    range: (first, last) => act.filter({ first, last }),
  });
}

/** @param {Life} life @param {Report} report */
function facts(life, report) {
  const { rows } = life;
  const calls = report.calls.id.length;
  const paid = life.nusd - life.read_nusd;
  const ends = rows.length ? `${count(rows[0].call + 1)} – ${count(rows[rows.length - 1].call + 1)}` : "–";
  return [
    fact(`${count(rows.length)} of ${count(calls)}`, "calls carried it"),
    fact(ends, "first and last call"),
    fact(count(life.tokens), "tokens in all"),
    fact(percent(life.read, life.tokens), "of them read from cache"),
    fact(cost(life.nusd, life.tokens, report.prices.unpriced.length > 0), "cost over its life"),
    ...(life.nusd ? [fact(`${dollars(life.read_nusd)} + ${dollars(paid)}`, "cache reads + the rest")] : []),
  ];
}

/** @param {string} value @param {string} label */
const fact = (value, label) => el("div", {}, el("dt", {}, label), el("dd", {}, value));

/** @param {Life} life @param {Report} report @param {Actions} act */
function table(life, report, act) {
  const { calls } = report;
  const several = report.sessions.length > 1;
  const unpriced = report.prices.unpriced.length > 0;
  const places = new Map(calls.id.map((call, at) => [call, at]));
  const titles = new Map(report.sessions.map((row) => [row.key, row.title ?? row.key]));
  const rows = life.rows.slice(0, ROWS).map((row) => {
    const at = places.get(row.call) ?? 0;
    const session = calls.sessions[calls.session[at]];
    const go = el(
      "button",
      { type: "button", class: "link", click: () => act.toCall(row.call) },
      `call ${count(row.call + 1)}`,
    );
    return el(
      "tr",
      {},
      el("th", { scope: "row", class: "text" }, go),
      several ? el("td", { class: "text" }, titles.get(session) ?? session) : null,
      ...[
        count(row.position),
        count(row.tokens),
        count(row.read),
        count(row.tokens - row.read),
        cost(row.nusd, row.tokens, unpriced),
      ].map((value) => el("td", {}, value)),
    );
  });
  const head = ["call", "session", "at token", "tokens", "read", "paid in full", "cost"];
  const names = head
    .filter((name) => several || name !== "session")
    .map((name) => el("th", { scope: "col", class: ["call", "session"].includes(name) ? "text" : null }, name));
  const more = life.rows.length - rows.length;
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Calls that carried it" },
    el("table", { class: "list" }, el("thead", {}, el("tr", {}, ...names)), el("tbody", {}, ...rows)),
    more > 0 ? el("p", { class: "muted" }, `and ${count(more)} more calls`) : null,
  );
}
