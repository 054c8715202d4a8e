// Calls as bars from left to right: how large each prompt was, how much of it the cache gave, and a
// red tick below each call where the cache broke. Click a bar to go there, drag to look at a range.

import { draw } from "../dom.js";
import { cost, count, percent } from "../format.js";

/**
 * @typedef {{call: number, tokens: number, read: number, nusd: number, session: number, broke: boolean, unpriced: boolean}} Bar
 * @typedef {{pick: (call: number) => void, range: (first: number, last: number) => void}} On
 */

const HEIGHT = 84;
const TICK = 12;
const TOP = 14;

/** @param {Element} host @param {Bar[]} bars @param {string} what @param {On} on */
export function drawTimeline(host, bars, what, on) {
  const width = Math.max(300, host.clientWidth);
  const columns = gathered(bars, width);
  const highest = Math.max(1, ...columns.map((bar) => bar.tokens));
  const step = width / Math.max(1, columns.length);
  const room = HEIGHT - TOP - TICK;
  const breaks = bars.filter((bar) => bar.broke).length;
  const svg = draw("svg", {
    width,
    height: HEIGHT,
    viewBox: `0 0 ${width} ${HEIGHT}`,
    role: "img",
    "aria-label": `${what}: ${count(bars.length)} calls, at most ${count(highest)} tokens, ${count(breaks)} cache breaks`,
  });
  columns.forEach((bar, at) => {
    const high = Math.max(bar.tokens ? 1 : 0, Math.round((bar.tokens / highest) * room));
    const read = Math.round(high * (bar.tokens ? bar.read / bar.tokens : 0));
    const x = at * step;
    const wide = Math.max(0.5, step - (step > 3 ? 1 : 0));
    const floor = HEIGHT - TICK;
    const group = draw("g", { class: "bar" });
    group.append(
      draw("title", {}, said(bar)),
      draw("rect", { class: "hit", x, y: TOP, width: step, height: HEIGHT - TOP }),
      draw("rect", { class: "paid", x, y: floor - high, width: wide, height: high - read }),
      draw("rect", { class: "read", x, y: floor - read, width: wide, height: read }),
    );
    if (bar.broke)
      group.append(draw("rect", { class: "tick", x, y: floor + 2, width: Math.max(3, wide), height: TICK - 3 }));
    if (at > 0 && bar.session !== columns[at - 1].session) {
      group.append(draw("rect", { class: "border", x: x - 1, y: TOP, width: 1, height: HEIGHT - TOP }));
    }
    svg.append(group);
  });
  svg.append(draw("text", { x: 2, y: 11, class: "scale" }, `${what}: at most ${count(highest)} tokens`));
  listen(svg, columns, step, on);
  host.replaceChildren(svg);
}

/** Bars thinner than a pixel become their highest. @param {Bar[]} bars @param {number} width */
function gathered(bars, width) {
  const each = Math.ceil(bars.length / width);
  if (each <= 1) return bars;
  const found = [];
  for (let at = 0; at < bars.length; at += each) {
    const some = bars.slice(at, at + each);
    const top = some.reduce((a, b) => (b.tokens > a.tokens ? b : a));
    found.push({ ...top, broke: some.some((bar) => bar.broke) });
  }
  return found;
}

/** @param {Bar} bar */
const said = (bar) =>
  `call ${count(bar.call + 1)}: ${count(bar.tokens)} tokens, ${percent(bar.read, bar.tokens)} read from cache, ` +
  `${cost(bar.nusd, bar.tokens, bar.unpriced)}${bar.broke ? ", the cache broke" : ""}`;

/** @param {Element} svg @param {Bar[]} bars @param {number} step @param {On} on */
function listen(svg, bars, step, on) {
  /** @param {MouseEvent} event */
  const at = (event) => {
    const left = event.clientX - svg.getBoundingClientRect().left;
    return Math.max(0, Math.min(bars.length - 1, Math.floor(left / step)));
  };
  let from = -1;
  svg.addEventListener("pointerdown", (event) => {
    from = at(/** @type {MouseEvent} */ (event));
  });
  svg.addEventListener("pointerup", (event) => {
    const to = at(/** @type {MouseEvent} */ (event));
    if (from === to) on.pick(bars[to].call);
    else if (from >= 0) on.range(bars[Math.min(from, to)].call, bars[Math.max(from, to)].call);
    from = -1;
  });
}
