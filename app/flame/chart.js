// The only file that knows d3-flame-graph. Its ways, found out by measuring (version 5.0.0):
// it draws every frame unless minFrameSize is set; its search compiles a regular expression and
// throws on "("; a second .call() wraps the data again; zooming writes into the data; it has no
// focus and no roles. So: own search, own zoom by redrawing, throw-away data, own ARIA.

import { count, dollars, percent } from "../format.js";
import { flamegraph, select } from "../vendor/flamegraph.js";
import { frameClass } from "./colors.js";

/**
 * @typedef {import("./columns.js").Tree} Tree
 * @typedef {{row: number, name: string, value: number, children: Node[]}} Node
 * @typedef {{unit: "nusd" | "tokens", colour: "category" | "billing", focus: number,
 *   selected: number, matches: Set<number>, searching: boolean, inverted: boolean,
 *   ordered: boolean}} Look
 */

const CELL = 26;
const STRIP = 6;
// Merged frames are few and wide; in order, a call of many thin frames must not look empty.
const MIN_FRAME = 3;
const MIN_FRAME_IN_ORDER = 1;
const SVG = "http://www.w3.org/2000/svg";

export class Chart {
  /** @param {HTMLElement} host @param {{select: (row: number) => void, zoom: (row: number) => void}} on */
  constructor(host, on) {
    this.host = host;
    this.on = on;
    /** @type {any} */
    this.chart = null;
    /** @type {Tree | null} */
    this.tree = null;
    host.setAttribute("role", "tree");
    host.setAttribute("aria-label", "Flame graph. Arrow keys move, Enter zooms.");
    host.tabIndex = 0;
    host.addEventListener("click", (event) => this.#clicked(event), true);
  }

  /** @param {Tree} tree @param {Look} look */
  draw(tree, look) {
    this.tree = tree;
    const width = Math.max(300, this.host.clientWidth);
    const data = this.#data(tree, look);
    const smallest = look.ordered ? MIN_FRAME_IN_ORDER : MIN_FRAME;
    if (!this.chart) {
      this.chart = flamegraph()
        .cellHeight(CELL)
        .minFrameSize(smallest)
        .transitionDuration(0)
        .title("")
        .tooltip(false)
        .setLabelHandler((/** @type {any} */ d) => this.#title(d.data.row))
        .setColorMapper(() => "currentColor");
      this.chart.width(width).inverted(!look.inverted);
      select(this.host).datum(data).call(this.chart);
    } else {
      this.chart.width(width).inverted(!look.inverted).minFrameSize(smallest);
      this.chart.update(data);
    }
    this.#dress(tree, look);
  }

  /** Frames from the root to the focus over the whole width, and all below it. @param {Tree} tree @param {Look} look @returns {Node} */
  #data(tree, look) {
    const whole = tree.value(look.unit, look.focus);
    const smallest = whole / Math.max(300, this.host.clientWidth);
    /** @param {number} row @returns {Node} */
    const below = (row) => ({
      row,
      name: tree.label(row),
      value: tree.value(look.unit, row),
      children: tree
        .below(row, look.unit, look.ordered)
        .filter((child) => tree.value(look.unit, child) >= smallest)
        .map(below),
    });
    const chain = tree.lineage(look.focus).slice(0, -1).reverse();
    return chain.reduce(
      (node, row) => ({ row, name: tree.label(row), value: whole, children: [node] }),
      below(look.focus),
    );
  }

  /** Classes, cached strips and roles on what d3 has drawn. @param {Tree} tree @param {Look} look */
  #dress(tree, look) {
    const { tokens, read } = tree.columns;
    this.#pattern();
    for (const g of this.host.querySelectorAll("svg > g")) {
      const row = /** @type {any} */ (g).__data__.data.row;
      const match = look.matches.has(row);
      const names = ["frame", frameClass(tree, row, look.colour)];
      if (row === look.selected) names.push("selected");
      if (look.searching) names.push(match ? "match" : "dim");
      g.setAttribute("class", names.join(" "));
      g.id = `frame-${row}`;
      g.setAttribute("role", "treeitem");
      g.setAttribute("aria-level", String(tree.lineage(row).length));
      g.setAttribute("aria-selected", String(row === look.selected));
      g.setAttribute("aria-label", this.#spoken(tree, row));
      this.#strip(g, tokens[row] ? read[row] / tokens[row] : 0);
    }
    const active = this.host.querySelector(`#frame-${look.selected}`);
    if (active) this.host.setAttribute("aria-activedescendant", active.id);
    else this.host.removeAttribute("aria-activedescendant");
  }

  /** @param {Element} g @param {number} share */
  #strip(g, share) {
    let strip = g.querySelector(".strip");
    if (!strip) {
      strip = document.createElementNS(SVG, "rect");
      strip.setAttribute("class", "strip");
      strip.setAttribute("fill", "url(#hatch)");
      strip.setAttribute("height", String(STRIP));
      strip.setAttribute("y", String(CELL - STRIP - 1));
      g.append(strip);
    }
    const width = Number(g.getAttribute("width") ?? 0);
    strip.setAttribute("width", String(Math.max(0, Math.round((width - 1) * share))));
  }

  #pattern() {
    const svg = this.host.querySelector("svg");
    if (!svg || svg.querySelector("#hatch")) return;
    svg.setAttribute("role", "presentation");
    const pattern = document.createElementNS(SVG, "pattern");
    const fields = { id: "hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse" };
    for (const [name, value] of Object.entries(fields)) pattern.setAttribute(name, String(value));
    const ground = document.createElementNS(SVG, "rect");
    ground.setAttribute("width", "5");
    ground.setAttribute("height", "5");
    ground.setAttribute("class", "hatch-ground");
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", "M-1 6 6 -1M-1 1 1 -1M4 6 6 4");
    line.setAttribute("class", "hatch-line");
    pattern.append(ground, line);
    const defs = document.createElementNS(SVG, "defs");
    defs.append(pattern);
    svg.prepend(defs);
  }

  /** @param {number} row */
  #title(row) {
    return this.tree ? this.#spoken(this.tree, row) : "";
  }

  /** @param {Tree} tree @param {number} row */
  #spoken(tree, row) {
    const { tokens, nusd, read, approx } = tree.columns;
    const about = approx[row] ? "about " : "";
    const share = percent(nusd[0] ? nusd[row] : tokens[row], nusd[0] || tokens[0]);
    return (
      `${tree.label(row)}, ${about}${count(tokens[row])} tokens, ${dollars(nusd[row])}, ` +
      `${share} of trace, ${percent(read[row], tokens[row])} read from cache`
    );
  }

  /** Instead of d3's own zoom. @param {MouseEvent} event */
  #clicked(event) {
    const target = event.target instanceof Element ? event.target.closest("g[id]") : null;
    if (!target) return;
    event.stopPropagation();
    const row = Number(target.id.replace("frame-", ""));
    this.on.select(row);
    this.on.zoom(row);
  }
}
