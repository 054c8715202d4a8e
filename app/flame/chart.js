// The only file that knows d3-flame-graph. Its ways, found out by measuring (version 5.0.0):
// it draws every frame unless minFrameSize is set; its search compiles a regular expression and
// throws on "("; a second .call() wraps the data again; zooming writes into the data; it has no
// focus and no roles. So: own search, own zoom by redrawing, throw-away data, own ARIA.

import { draw } from "../dom.js";
import { count, percent } from "../format.js";
import { flamegraph, select } from "../vendor/flamegraph.js";
import { frameClass } from "./colors.js";
import { depth, joined } from "./joined.js";

/**
 * @typedef {import("./columns.js").Tree} Tree
 * @typedef {import("./joined.js").Node} Node
 * @typedef {import("./look.js").Look} Look
 * How frames look: class, share of the hatched strip, label, and what a screen reader says.
 * @typedef {{frame: (tree: Tree, row: number, look: Look) => string,
 *   strip: (tree: Tree, row: number, look: Look) => number,
 *   name: (tree: Tree, row: number, look: Look) => string,
 *   spoken: (tree: Tree, row: number, look: Look) => string}} Paint
 */

const CELL = 26;
const STRIP = 6;
const TICK = 4;
/** A mark keeps off its frame's edge by this. */
const INSET = 1.5;
/** Narrower frames would show an ellipsis and a letter or two. */
const MIN_LABEL = 44;
const MARKED = ["selected", "match", "evidence"];
/** Thinner frames are left out where the heaviest stand left; in order, where each keeps its place, neighbours are joined. */
const MIN_FRAME = 3;

/** @type {Paint} */
const PAINT = {
  frame: (tree, row, look) => frameClass(tree, row, look.colour),
  strip: (tree, row) => (tree.columns.tokens[row] ? tree.columns.read[row] / tree.columns.tokens[row] : 0),
  name: (tree, row) => shortened(tree.label(row)),
  spoken: (tree, row) => {
    const { tokens, nusd, read, approx } = tree.columns;
    const about = approx[row] ? "about " : "";
    const share = percent(nusd[0] ? nusd[row] : tokens[row], nusd[0] || tokens[0]);
    const label = tree.label(row);
    const name = shortened(label);
    return (
      `${name === label ? label : `${name}, ${label}`}, ${about}${count(tokens[row])} tokens, ${tree.cost(row)}, ` +
      `${share} of trace, ${percent(read[row], tokens[row])} read from cache`
    );
  },
};

/** Files of one folder differ at their end: of a long path its last two parts. @param {string} label */
const shortened = (label) => (/^[~.]?\/.*\/.*\//.test(label) ? `…/${label.split("/").slice(-2).join("/")}` : label);

export class Chart {
  /** @param {HTMLElement} host @param {{select: (row: number) => void, zoom: (row: number) => void, menu: (row: number, x: number, y: number) => void, read: (words: string) => void}} on */
  constructor(host, on) {
    this.host = host;
    this.on = on;
    /** @type {any} */
    this.chart = null;
    /** @type {Tree | null} */
    this.tree = null;
    this.paint = PAINT;
    /** @type {Look | null} */
    this.look = null;
    /** What is drawn, so that a change that moves no frame only dresses them anew. */
    this.drawn = "";
    host.setAttribute("role", "tree");
    host.setAttribute("aria-label", "Flame graph. Arrow keys move, Enter zooms.");
    host.tabIndex = 0;
    host.addEventListener("click", (event) => this.#clicked(event), true);
    host.addEventListener("contextmenu", (event) => this.#menu(event));
    host.addEventListener("mouseover", (event) => this.#read(this.#frame(event)));
    host.addEventListener("mouseleave", () => this.#read(null));
  }

  /** @param {Tree} tree @param {Look} look @param {Paint} [paint] */
  draw(tree, look, paint = PAINT) {
    const width = Math.max(300, this.host.clientWidth);
    const wanted = [width, look.focus, look.unit, look.ordered, look.inverted].join();
    this.look = look;
    const fresh = this.tree !== tree || this.paint !== paint || this.drawn !== wanted;
    if (fresh) {
      this.tree = tree;
      this.paint = paint;
      this.drawn = wanted;
      this.#frames(tree, look, width);
    }
    this.#dress(tree, look, fresh);
  }

  /** @param {Tree} tree @param {Look} look @param {number} width */
  #frames(tree, look, width) {
    const data = this.#data(tree, look, width);
    // A joined frame may be a hair narrower than MIN_FRAME once d3 has rounded.
    const smallest = look.ordered ? MIN_FRAME / 2 : MIN_FRAME;
    const rows = 1 + depth(data, (data.value / width) * smallest);
    if (!this.chart) {
      this.chart = flamegraph()
        .cellHeight(CELL)
        .minFrameSize(smallest)
        .transitionDuration(0)
        .title("")
        .tooltip(false)
        .setLabelHandler((/** @type {any} */ d) =>
          this.tree && this.look ? this.paint.spoken(this.tree, d.data.row, this.look) : "",
        )
        .setColorMapper(() => "currentColor");
      this.chart
        .width(width)
        .height(rows * CELL)
        .inverted(!look.inverted);
      select(this.host).datum(data).call(this.chart);
    } else {
      this.chart
        .width(width)
        .height(rows * CELL)
        .inverted(!look.inverted)
        .minFrameSize(smallest);
      this.chart.update(data);
    }
    // d3 sets the height of its picture once: fit it to the rows that are there. On paper it is scaled.
    const svg = this.host.querySelector("svg");
    svg?.setAttribute("height", String(rows * CELL + 2));
    svg?.setAttribute("viewBox", `0 0 ${width} ${rows * CELL + 2}`);
  }

  /** Frames from the root to the focus over the whole width, and all below it. @param {Tree} tree @param {Look} look @param {number} width @returns {Node} */
  #data(tree, look, width) {
    const whole = tree.value(look.unit, look.focus);
    const paint = this.paint;
    /** @param {number} row @returns {Node} */
    const below = (row) => ({
      row,
      name: paint.name(tree, row, look),
      value: tree.value(look.unit, row),
      children: look.ordered
        ? joined(tree.below(row, look.unit, true), way)
        : tree.below(row, look.unit, false, whole / width).map(below),
    });
    /** @type {import("./joined.js").Way} */
    const way = {
      weigh: (row) => tree.value(look.unit, row),
      thin: (whole / width) * MIN_FRAME,
      under: (row) => tree.below(row, look.unit, true),
      node: below,
    };
    const chain = tree.lineage(look.focus).slice(0, -1).reverse();
    return chain.reduce(
      (node, row) => ({ row, name: paint.name(tree, row, look), value: whole, children: [node] }),
      below(look.focus),
    );
  }

  /** Classes, strips, ticks and roles on what d3 has drawn; words only where frames are `fresh`. @param {Tree} tree @param {Look} look @param {boolean} fresh */
  #dress(tree, look, fresh) {
    this.#pattern();
    for (const g of this.host.querySelectorAll("svg > g")) {
      const { row, joined: others } = /** @type {any} */ (g).__data__.data;
      /** @param {(row: number) => boolean} is */
      const any = (is) => is(row) || (others?.some(is) ?? false);
      const match = any((one) => look.matches.has(one));
      const names = ["frame", this.paint.frame(tree, row, look)];
      const selected = any((one) => one === look.selected);
      if (selected) names.push("selected");
      if (look.searching) names.push(match ? "match" : "dim");
      if (any((one) => look.outlined.has(tree.columns.segment[one]))) names.push("evidence");
      const wide = Number(g.getAttribute("width") ?? 0);
      if (wide < MIN_LABEL) names.push("thin");
      g.setAttribute("class", names.join(" "));
      g.setAttribute("aria-selected", String(selected));
      if (fresh) {
        g.id = `frame-${row}`;
        g.setAttribute("role", "treeitem");
        g.setAttribute("aria-level", String(tree.depth(row) + 1));
        const widest = others ? `${others.length + 1} thin frames, the widest is ` : "";
        g.setAttribute("aria-label", widest + this.paint.spoken(tree, row, look));
      }
      const inner = Math.max(0, wide - 1);
      part(g, "strip", STRIP, Math.round(inner * Math.min(1, this.paint.strip(tree, row, look))));
      const broke = look.ordered && tree.depth(row) === 1 && any((one) => look.breaks.has(tree.columns.first[one]));
      part(g, "tick", CELL - 1, broke ? TICK : 0);
      mark(g, MARKED.some((name) => names.includes(name)) ? Math.max(1, wide - 2 * INSET) : 0);
    }
    const active = this.host.querySelector("g.selected");
    if (active) this.host.setAttribute("aria-activedescendant", active.id);
    else this.host.removeAttribute("aria-activedescendant");
    this.#read(null);
  }

  /** The status line: the frame under the pointer, else the selected one. @param {Element | null} frame */
  #read(frame) {
    if (!this.tree || !this.look) return;
    const { selected } = this.look;
    this.on.read(frame?.getAttribute("aria-label") ?? this.paint.spoken(this.tree, selected, this.look));
  }

  #pattern() {
    const svg = this.host.querySelector("svg");
    if (!svg || svg.querySelector("#hatch")) return;
    svg.setAttribute("role", "presentation");
    const pattern = draw(
      "pattern",
      { id: "hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse" },
      draw("rect", { width: 5, height: 5, class: "hatch-ground" }),
      draw("path", { d: "M-1 6 6 -1M-1 1 1 -1M4 6 6 4", class: "hatch-line" }),
    );
    svg.prepend(draw("defs", {}, pattern));
  }

  /** @param {Event} event */
  #frame(event) {
    return event.target instanceof Element ? event.target.closest("g[id]") : null;
  }

  /** @param {Event} event @returns {number | null} */
  #row(event) {
    const frame = this.#frame(event);
    return frame ? Number(frame.id.replace("frame-", "")) : null;
  }

  /** Instead of d3's own zoom. @param {MouseEvent} event */
  #clicked(event) {
    const row = this.#row(event);
    if (row === null) return;
    event.stopPropagation();
    this.on.zoom(row);
  }

  /** @param {MouseEvent} event */
  #menu(event) {
    const row = this.#row(event);
    if (row === null) return;
    event.preventDefault();
    this.on.menu(row, event.clientX, event.clientY);
  }
}

/** A rectangle of ours on a frame, at its lower edge. @param {Element} g @param {string} name @param {number} height @param {number} width */
function part(g, name, height, width) {
  let found = g.querySelector(`.${name}`);
  if (!found) {
    if (!width) return;
    found = draw("rect", { class: name, height, y: CELL - 1 - height });
    g.append(found);
  }
  found.setAttribute("width", String(width));
}

/** The outline of a frame that is selected, found or evidence: inside it, last, so that nothing covers it. @param {Element} g @param {number} width */
function mark(g, width) {
  const found = g.querySelector(".mark");
  if (!width) {
    found?.remove();
    return;
  }
  const rect = found ?? draw("rect", { class: "mark", x: INSET, y: INSET, height: CELL - 2 * INSET });
  rect.setAttribute("width", String(width));
  g.append(rect);
}
