// A sheet of the engine as a table: sorted by any column, each row a click away from its calls.

import { draw, el } from "../dom.js";
import { shown } from "../format.js";
import { branches, fieldsOf, focusOn, isNested, toggled, twist, walked } from "./hierarchy.js";

/** @typedef {import("../protocol.js").Sheet} Sheet */
/** @typedef {import("../protocol.js").SheetCell} Cell */
/** @typedef {import("../protocol.js").Filter} Filter */
/**
 * What rows lead to: their calls' flame graph, and its comparison with other calls'.
 * @typedef {{calls: (filter: Filter, name: string) => void, save: (sheet: Sheet) => void,
 *   compare: (before: Filter, after: Filter, names: string[]) => void}} Leads
 */

/** Rows beyond this are in the saved file: a page of more is slow and nobody reads it. */
const ROWS = 500;
const SPARK = { width: 84, height: 20 };
const WORDS = ["text", "level"];

/** @type {Map<string, {by: number, down: boolean}>} */
const orders = new Map();

/** @param {Sheet} sheet @param {Leads} leads */
export function tableOf(sheet, leads) {
  const host = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": sheet.title });
  fillTable(host, sheet, leads);
  return host;
}

/** @param {HTMLElement} host @param {Sheet} sheet @param {Leads} leads */
function fillTable(host, sheet, leads) {
  const nested = isNested(sheet);
  const order = orders.get(sheet.key);
  const found = nested ? branches(sheet) : [];
  const rows = nested ? found.map((branch) => branch.at) : sheet.rows.map((_, at) => at);
  if (order && !nested)
    rows.sort((a, b) => compare(sheet.rows[a][order.by], sheet.rows[b][order.by]) * (order.down ? -1 : 1));
  const toggle = (/** @type {import("./hierarchy.js").Branch} */ branch) => {
    toggled(sheet, branch);
    again();
    focusOn(host, branch.path);
  };
  const again = () => fillTable(host, sheet, leads);
  const columns = sheet.columns.map((column, at) => ({ ...column, at })).filter((column) => column.kind !== "level");
  const head = columns.map((column) => heading(sheet, column, nested, again));
  const beside = sheet.plot?.compare_days ? [el("th", { scope: "col", class: "text" }, "compare")] : [];
  const body = rows.slice(0, ROWS).map((at, place) => {
    const row = line(sheet, at, columns, leads);
    if (nested) branched(row, found[place], place === 0, toggle);
    return row;
  });
  const grid = nested ? { role: "treegrid", "aria-label": sheet.title } : {};
  const table = el(
    "table",
    { class: "list", "data-testid": `sheet-${sheet.key}`, ...grid },
    el("thead", {}, el("tr", nested ? { role: "row" } : {}, ...head, ...beside)),
    el("tbody", {}, ...body),
  );
  if (nested) table.addEventListener("keydown", walked(host, found, toggle));
  const more = rows.length - ROWS;
  host.replaceChildren(table);
  if (more > 0)
    host.append(el("p", { class: "muted" }, `and ${more.toLocaleString("en-US")} more rows: save them as CSV`));
}

/** A row as one of a treegrid. @param {HTMLTableRowElement} row @param {import("./hierarchy.js").Branch} branch @param {boolean} first @param {(branch: import("./hierarchy.js").Branch) => void} toggle */
function branched(row, branch, first, toggle) {
  for (const [name, value] of Object.entries(fieldsOf(branch, first))) {
    if (value !== null) row.setAttribute(name, String(value));
  }
  for (const cell of row.cells) cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "gridcell");
  row.cells[0].prepend(twist(branch, toggle));
}

/** @param {Cell} a @param {Cell} b */
function compare(a, b) {
  const [x, y] = [a, b].map((one) => (Array.isArray(one) ? one.reduce((sum, value) => sum + value, 0) : one));
  if (typeof x === "number" && typeof y === "number") return x - y;
  if (typeof x === "string" && typeof y === "string") return x.localeCompare(y);
  return x === y ? 0 : x === null || x === undefined ? -1 : 1;
}

/** @param {Sheet} sheet @param {{name: string, kind: string, at: number}} column @param {boolean} nested @param {() => void} again */
function heading(sheet, { name, kind, at }, nested, again) {
  const order = orders.get(sheet.key);
  const on = order?.by === at;
  const role = nested ? "columnheader" : null;
  const fields = { scope: "col", role, class: WORDS.includes(kind) || kind === "run" ? "text" : null };
  if (nested || !name) return el("th", fields, name);
  const click = () => {
    orders.set(sheet.key, { by: at, down: on ? !order.down : !WORDS.includes(kind) });
    again();
  };
  const arrow = on ? (order.down ? " ▾" : " ▴") : "";
  return el(
    "th",
    { ...fields, "aria-sort": on ? (order.down ? "descending" : "ascending") : "none" },
    el("button", { type: "button", class: "sort", click }, name + arrow),
  );
}

/** @param {Sheet} sheet @param {number} at @param {{name: string, kind: string, at: number}[]} columns @param {Leads} leads */
function line(sheet, at, columns, leads) {
  const row = sheet.rows[at];
  const filter = sheet.filters?.[at] ?? null;
  const level = sheet.columns[0]?.kind === "level" ? Number(row[0]) : 0;
  const cells = columns.map((column, place) => {
    const value = row[column.at];
    if (column.kind === "run" && filter && typeof value === "string") {
      const click = () => leads.compare({ runs: [value] }, filter, [`usual run ${value}`, `run ${row[0]}`]);
      return el(
        "td",
        { class: "text" },
        el("button", { type: "button", class: "link", click }, `compare with ${value}`),
      );
    }
    if (column.kind === "spark") return el("td", {}, spark(Array.isArray(value) ? value : []));
    const text = column.kind === "text" ? String(value ?? "") : shown(column.kind, value);
    const named = level ? place === level - 1 : place === 0;
    const link = filter && named && text;
    const inside = link
      ? el("button", { type: "button", class: "link", click: () => leads.calls(filter, text) }, text)
      : level > 1 && place < level - 1
        ? el("span", { class: "above" }, text)
        : text;
    if (place === 0) return el("th", { scope: "row", class: "text" }, inside);
    return el("td", { class: column.kind === "text" ? "text" : null }, inside);
  });
  const days = sheet.plot?.compare_days;
  if (days) cells.push(before(sheet, filter, days, leads));
  return el("tr", { class: level === 1 ? "top" : null }, ...cells);
}

/** A day's calls beside those of the day a week before, where both have some. @param {Sheet} sheet @param {Filter | null} filter @param {number} days @param {Leads} leads */
function before(sheet, filter, days, leads) {
  const { since } = filter ?? {};
  if (!since) return el("td", {});
  const calls = sheet.columns.findIndex((column) => column.name === "calls");
  const some = (/** @type {string} */ day) => sheet.rows.some((row) => row[0] === day && row[calls] !== 0);
  const day = new Date(Date.parse(since) - days * 86_400_000).toISOString().slice(0, 10);
  if (!some(day) || !some(since)) return el("td", {});
  const click = () => leads.compare({ since: day, until: day }, { since, until: since }, [day, since]);
  return el(
    "td",
    { class: "text" },
    el("button", { type: "button", class: "link", click, "aria-label": `week before ${since}` }, "week before"),
  );
}

/** @param {number[]} values */
function spark(values) {
  const top = Math.max(1, ...values);
  const step = SPARK.width / Math.max(1, values.length - 1);
  const points = values.map(
    (value, at) => `${(at * step).toFixed(1)},${(SPARK.height - 1 - (value / top) * (SPARK.height - 2)).toFixed(1)}`,
  );
  const words = values.map((value) => shown("nusd", value)).join(", ");
  return draw(
    "svg",
    { ...SPARK, class: "spark", role: "img", "aria-label": words },
    draw("polyline", { points: points.join(" ") }),
  );
}
