// Charts over a sheet's own columns: lines over days with a band, or bubbles. The only file that knows uPlot.
// The sheet stands below as a table, so the picture itself is one image to a screen reader.

import { el } from "../dom.js";
import { count, shown } from "../format.js";

/** @typedef {import("../protocol.js").Sheet} Sheet */
/** @typedef {import("../protocol.js").Plot} Plot */

const HEIGHT = 240;
const LINES = ["--link", "--more", "--user"];
const DAY_S = 86_400;
// Steps of an axis of days, in days: uPlot's own begin at milliseconds, and a label would stand there thrice.
const STEPS = [1, 2, 3, 5, 7, 10, 15, 30, 60, 90, 120, 180, 365, 730, 1825, 3650];
// A single day stands in the middle of a week, not at the edge of years.
const ALONE_S = 3 * DAY_S;
const RADIUS = { least: 4, most: 22 };

/** Loaded with the first chart: a browser it fails in still has every table. @type {Promise<any> | null} */
let library = null;
const loaded = () => {
  library ??= import("../vendor/uplot.js").then((found) => found.uPlot);
  return library;
};

/** The chart of a sheet and the words for its lines. @param {Sheet} sheet @param {Plot} plot @param {(row: number) => void} pick */
export function chartOf(sheet, plot, pick) {
  const host = el("div", {
    class: "chart-host",
    role: "img",
    "aria-label": `${sheet.title}. The table below has the same numbers.`,
    "data-testid": `plot-${sheet.key}`,
  });
  const draw = plot.kind === "scatter" ? bubbles : lines;
  /** @type {any} */
  let chart = null;
  /** @type {any} */
  let uPlot = null;
  const width = () => Math.max(200, host.clientWidth);
  const again = () => {
    if (!uPlot) return;
    chart?.destroy();
    host.replaceChildren();
    chart = draw(uPlot, host, sheet, plot, width(), pick);
  };
  // The element has its width once it stands in the page; a turned phone or another theme draws anew.
  const seen = new ResizeObserver(() => {
    if (!host.isConnected) return;
    if (chart && chart.width === width()) return;
    again();
  });
  seen.observe(host);
  const themed = new MutationObserver(() => (host.isConnected ? again() : themed.disconnect()));
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  loaded().then(
    (found) => {
      uPlot = found;
      if (host.isConnected) again();
    },
    () => host.replaceWith(el("p", { class: "muted" }, "No picture in this browser; the table has the same numbers.")),
  );
  return el("figure", { class: "chart-figure" }, host, legend(sheet, plot));
}

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {Sheet} sheet @param {Plot} plot */
function legend(sheet, plot) {
  const names = plot.y.map((at, n) =>
    el(
      "li",
      {},
      el("span", { class: `line-${n}`, "aria-hidden": "true" }),
      plot.kind === "scatter" ? "the frontier" : sheet.columns[at].name,
    ),
  );
  if (plot.band)
    names.push(el("li", {}, el("span", { class: "line-band", "aria-hidden": "true" }), bandName(sheet, plot)));
  if (plot.kind === "scatter") {
    names.push(
      el(
        "li",
        {},
        `across: ${sheet.columns[plot.x].name}; up: ${sheet.columns[plot.y[0]].name}; size: ${sheet.columns[plot.size ?? 0].name}`,
      ),
    );
  }
  return el("figcaption", {}, el("ul", { class: "lines" }, ...names));
}

/** @param {Sheet} sheet @param {Plot} plot */
const bandName = (sheet, plot) => (plot.band ?? []).map((at) => sheet.columns[at].name).join(" – ");

/** @param {Sheet} sheet @param {number} at @returns {Array<number | null>} */
const numbers = (sheet, at) => sheet.rows.map((row) => (typeof row[at] === "number" ? row[at] : null));

/** Marks of one axis have as many digits as their step needs, all the same. @param {string} kind @param {number[]} some */
function ticks(kind, some) {
  if (kind === "share") return some.map((one) => `${count(one / 10)} %`);
  if (kind !== "nusd") return some.map((one) => shown(kind, one));
  const step = (some[1] ?? 1e9) - (some[0] ?? 0);
  const places = Array.from({ length: 10 }, (_, at) => at).find((at) => Math.round(step) % 10 ** (9 - at) === 0) ?? 9;
  const digits = places === 1 ? 2 : places;
  const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return some.map((one) => (one === 0 ? "$0" : `$${format.format(one / 1e9)}`));
}

const date = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", timeZone: "UTC" });
const year = new Intl.DateTimeFormat("en-US", { year: "numeric", timeZone: "UTC" });

/** Days by the name of their month, as 5/1 is another day to another reader; the year below the first of it. @param {any} _ @param {number[]} some */
const dates = (_, some) =>
  some.map((at, n) => {
    const now = year.format(at * 1000);
    const fresh = n === 0 || year.format(some[n - 1] * 1000) !== now;
    return date.format(at * 1000) + (fresh ? `\n${now}` : "");
  });

/** @param {string} kind @param {boolean} days */
function axes(kind, days) {
  const common = { stroke: colour("--muted"), grid: { stroke: colour("--soft") }, ticks: { stroke: colour("--edge") } };
  const value = (/** @type {any} */ _, /** @type {number[]} */ some) => ticks(kind, some);
  return [
    days
      ? { ...common, values: dates, incrs: STEPS.map((days) => days * DAY_S) }
      : { ...common, values: (/** @type {any} */ _, /** @type {number[]} */ some) => some.map(count) },
    { ...common, size: 84, values: value },
  ];
}

/** @param {any} uPlot @param {HTMLElement} host @param {Sheet} sheet @param {Plot} plot @param {number} width @param {(row: number) => void} pick */
function lines(uPlot, host, sheet, plot, width, pick) {
  const days = sheet.rows.map((row) => Date.parse(String(row[plot.x])) / 1000);
  const band = plot.band ?? [];
  const data = [days, ...plot.y.map((at) => numbers(sheet, at)), ...band.map((at) => numbers(sheet, at))];
  const first = plot.y.length + 1;
  const options = {
    width,
    height: HEIGHT,
    tzDate: (/** @type {number} */ at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    legend: { show: false },
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      ...(days.length === 1 ? { x: { range: () => [days[0] - ALONE_S, days[0] + ALONE_S] } } : {}),
      y: {
        range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, most * 1.05 || 1],
      },
    },
    axes: axes(sheet.columns[plot.y[0]].kind, true),
    series: [
      {},
      ...plot.y.map((_, n) => ({
        stroke: colour(LINES[n]),
        width: 2,
        dash: n ? [5, 4] : [],
        points: { show: sheet.rows.length < 40 },
      })),
      ...band.map(() => ({ stroke: colour("--edge"), width: 1, points: { show: false } })),
    ],
    bands: band.length ? [{ series: [first + 1, first], fill: `${colour("--edge")}40` }] : [],
  };
  const chart = new uPlot(options, data, host);
  chart.over.addEventListener("click", () => {
    if (typeof chart.cursor.idx === "number") pick(chart.cursor.idx);
  });
  return chart;
}

/** Each name above its bubble, or below it where another name stands. @param {any} ctx @param {Array<{text: string, x: number, y: number, wide: number}>} names @param {number} high */
function name(ctx, names, high) {
  /** @type {Array<[number, number, number]>} */
  const taken = [];
  for (const { text, x, y, wide } of names) {
    const half = ctx.measureText(text).width / 2;
    const above = y - wide - high / 3;
    const free = (/** @type {number} */ at) =>
      taken.every(([left, right, base]) => x + half < left || x - half > right || Math.abs(at - base) > high);
    const base = [above, y + wide + high * 1.3].find(free) ?? above;
    taken.push([x - half, x + half, base]);
    ctx.fillText(text, x, base);
  }
}

/** @param {any} uPlot @param {HTMLElement} host @param {Sheet} sheet @param {Plot} plot @param {number} width @param {(row: number) => void} pick */
function bubbles(uPlot, host, sheet, plot, width, pick) {
  const order = sheet.rows
    .map((_, at) => at)
    .sort((a, b) => Number(sheet.rows[a][plot.x]) - Number(sheet.rows[b][plot.x]));
  const read = (/** @type {number} */ at) => order.map((row) => Number(sheet.rows[row][at]));
  const [xs, ys, sizes] = [read(plot.x), read(plot.y[0]), read(plot.size ?? plot.x)];
  const best = order.map((row) => sheet.rows[row].at(-1) === "on it");
  const most = Math.max(1, ...sizes);
  const radius = (/** @type {number} */ size) => RADIUS.least + (RADIUS.most - RADIUS.least) * Math.sqrt(size / most);
  const paint = (/** @type {any} */ chart) => {
    const { ctx } = chart;
    const ratio = devicePixelRatio;
    const at = (/** @type {number} */ n) => [chart.valToPos(xs[n], "x", true), chart.valToPos(ys[n], "y", true)];
    ctx.save();
    ctx.strokeStyle = colour("--link");
    ctx.lineWidth = 1.5 * ratio;
    ctx.beginPath();
    order
      .map((_, n) => n)
      .filter((n) => best[n])
      .forEach((n, step) => {
        ctx[step ? "lineTo" : "moveTo"](...at(n));
      });
    ctx.stroke();
    ctx.textAlign = "center";
    ctx.textBaseline = "bottom";
    ctx.font = `${12 * ratio}px system-ui, sans-serif`;
    /** @type {Array<{text: string, x: number, y: number, wide: number}>} */
    const names = [];
    order.forEach((row, n) => {
      const [x, y] = at(n);
      const wide = radius(sizes[n]) * ratio;
      ctx.beginPath();
      ctx.arc(x, y, wide, 0, 2 * Math.PI);
      ctx.fillStyle = `${colour(best[n] ? "--link" : "--edge")}80`;
      ctx.fill();
      ctx.strokeStyle = colour("--text");
      ctx.lineWidth = ratio;
      ctx.stroke();
      names.push({ text: String(sheet.rows[row][0]), x, y, wide });
    });
    ctx.fillStyle = colour("--text");
    name(ctx, names, 12 * ratio);
    ctx.restore();
  };
  const wide = [Math.min(...xs), Math.max(...xs)];
  const room = (wide[1] - wide[0] || wide[1] || 1) * 0.15;
  const chart = new uPlot(
    {
      width,
      height: HEIGHT + 60,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [Math.max(0, wide[0] - room), wide[1] + 2 * room] }, y: { range: [0, 1050] } },
      axes: axes(sheet.columns[plot.y[0]].kind, false),
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: { draw: [paint] },
    },
    [xs, ys],
    host,
  );
  chart.over.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const near = order.map((row, n) => ({
      row,
      far: Math.hypot(chart.valToPos(xs[n], "x") - event.offsetX, chart.valToPos(ys[n], "y") - event.offsetY),
    }));
    near.sort((a, b) => a.far - b.far);
    if (near[0] && near[0].far < RADIUS.most + 4) pick(near[0].row);
  });
  return chart;
}
