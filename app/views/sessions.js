// Sessions: one row a conversation or agent run, with cost, calls, cache share and growth.

import { byId, draw, el, fill } from "../dom.js";
import { cost, count, percent } from "../format.js";

/** @typedef {import("../protocol.js").Report} Report */
/**
 * @typedef {{key: string, title: string, parent: string | null, calls: number, input: number, read: number,
 *   output: number, nusd: number, unpriced: boolean, sizes: number[], breaks: number}} Row
 * @typedef {{name: string, text?: boolean, value: (row: Row) => number | string, shown: (row: Row) => string | Node}} Column
 */

/** More rows than this are slow to draw, and nobody reads them. */
const ROWS = 1000;
const SPARK = { width: 110, height: 22 };

/** @type {Column[]} */
const COLUMNS = [
  { name: "session", text: true, value: (row) => row.title, shown: (row) => row.title },
  { name: "cost", value: (row) => row.nusd, shown: (row) => cost(row.nusd, row.input + row.output, row.unpriced) },
  { name: "calls", value: (row) => row.calls, shown: (row) => count(row.calls) },
  { name: "prompt tokens", value: (row) => row.input, shown: (row) => count(row.input) },
  {
    name: "read from cache",
    value: (row) => (row.input ? row.read / row.input : 0),
    shown: (row) => percent(row.read, row.input),
  },
  { name: "cache breaks", value: (row) => row.breaks, shown: (row) => count(row.breaks) },
  { name: "growth", value: (row) => (row.sizes.at(-1) ?? 0) - row.sizes[0], shown: (row) => growth(row.sizes) },
  { name: "output", value: (row) => row.output, shown: (row) => count(row.output) },
];

const sorted = { by: "cost", down: true };

/** @type {import("./registry.js").View} */
export const SESSIONS = {
  id: "sessions",
  key: "5",
  label: "Sessions",
  layout: null,
  shows: ["sessions"],
  draw: ({ state, act, changed }) => {
    if (!state.whole || !(changed.has("view") || changed.has("whole") || changed.has("filter"))) return;
    const { whole, filter } = state;
    const chosen = new Set(filter.sessions ?? []);
    const only = (/** @type {string} */ key) => act.filter(chosen.has(key) ? {} : { sessions: [key] });
    drawList(byId("sessions"), rowsOf(whole), chosen, only);
  },
};

/** @param {Report} report @returns {Row[]} */
function rowsOf(report) {
  const { calls } = report;
  const broke = new Set(calls.breaks.map((one) => one.call));
  const unpriced = report.prices.unpriced.length > 0;
  /** @type {Map<string, Row>} */
  const rows = new Map();
  for (const { key, title, parent, calls: n, input, output, nusd } of report.sessions) {
    const sums = { calls: n, input, output, nusd, unpriced, read: 0, sizes: [], breaks: 0 };
    rows.set(key, { key, title: title ?? key, parent, ...sums });
  }
  calls.id.forEach((call, at) => {
    const row = rows.get(calls.sessions[calls.session[at]]);
    if (!row) return;
    row.read += calls.read[at];
    row.sizes.push(calls.input[at]);
    if (broke.has(call)) row.breaks += 1;
  });
  return [...rows.values()];
}

/** @param {HTMLElement} host @param {Row[]} rows @param {Set<string>} chosen @param {(key: string) => void} only */
function drawList(host, rows, chosen, only) {
  const column = COLUMNS.find((one) => one.name === sorted.by) ?? COLUMNS[0];
  rows.sort((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    const order = typeof x === "string" ? x.localeCompare(String(y)) : x - Number(y);
    return sorted.down ? -order : order;
  });
  const again = () => drawList(host, rows, chosen, only);
  const head = COLUMNS.map((one) => heading(one, again));
  const body = rows.slice(0, ROWS).map((row) => line(row, chosen.has(row.key), only));
  const more = rows.length - ROWS;
  fill(
    host,
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Sessions" },
      el(
        "table",
        { class: "list", "data-testid": "session-list" },
        el("thead", {}, el("tr", {}, ...head)),
        el("tbody", {}, ...body),
      ),
      more > 0 ? el("p", { class: "muted" }, `and ${count(more)} more sessions`) : null,
    ),
  );
}

/** @param {Column} column @param {() => void} again */
function heading(column, again) {
  const on = sorted.by === column.name;
  const click = () => {
    sorted.down = on ? !sorted.down : column.text !== true;
    sorted.by = column.name;
    again();
  };
  const arrow = on ? (sorted.down ? " ▾" : " ▴") : "";
  const order = on ? (sorted.down ? "descending" : "ascending") : "none";
  return el(
    "th",
    { scope: "col", "aria-sort": order, class: column.text ? "text" : null },
    el("button", { type: "button", class: "sort", click }, column.name + arrow),
  );
}

/** @param {Row} row @param {boolean} chosen @param {(key: string) => void} only */
function line(row, chosen, only) {
  const button = el(
    "button",
    { type: "button", class: "link", "aria-pressed": String(chosen), click: () => only(row.key) },
    row.title,
  );
  const child = row.parent ? el("span", { class: "muted" }, " sub-agent") : null;
  const first = el("th", { scope: "row", class: "text" }, button, child);
  return el("tr", {}, first, ...COLUMNS.slice(1).map((one) => el("td", {}, one.shown(row))));
}

/** The prompt from first to last call, as numbers and as a line. @param {number[]} sizes */
function growth(sizes) {
  const top = Math.max(1, ...sizes);
  const step = SPARK.width / Math.max(1, sizes.length - 1);
  const points = sizes.map(
    (size, at) => `${(at * step).toFixed(1)},${(SPARK.height - 1 - (size / top) * (SPARK.height - 2)).toFixed(1)}`,
  );
  const line = draw(
    "svg",
    { ...SPARK, class: "spark", "aria-hidden": "true" },
    draw("polyline", { points: points.join(" ") }),
  );
  return el("span", {}, `${count(sizes[0] ?? 0)} → ${count(sizes.at(-1) ?? 0)} `, line);
}
