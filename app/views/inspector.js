// What the selected frame is: tokens and dollars of it, of the zoom, of the trace; its text on demand.

import { el, fill } from "../dom.js";
import { CATEGORY_WORDS } from "../flame/colors.js";
import { changed } from "../flame/diff.js";
import { cost, count, calls as counted, percent } from "../format.js";
import { ratesLine } from "./rates.js";

/** @typedef {import("../flame/columns.js").Tree} Tree */
/** @typedef {import("../actions.js").Actions} Actions */

const SHOWN_CHARS = 20_000;
/** @type {{tree: Tree | null, row: number, focus: number}} */
let drawn = { tree: null, row: 0, focus: 0 };

/** @type {import("./registry.js").Panel} */
export const INSPECTOR = {
  id: "inspector",
  slot: "right",
  label: "Selected frame",
  tag: "aside",
  class: "panel inspector",
  draw: (host, { tree, look, act, state }) => {
    host.hidden = tree === null;
    host.classList.toggle("sheet", look.selected > 0);
    // A text that was asked for stays until another frame is chosen.
    if (!tree || (drawn.tree === tree && drawn.row === look.selected && drawn.focus === look.focus)) return;
    drawn = { tree, row: look.selected, focus: look.focus };
    const rates = state.whole?.totals.priced_calls ? ratesLine(state.whole.prices) : "";
    drawInspector(host, tree, look, act, state.sealed, rates);
  },
};

/** @param {HTMLElement} host @param {Tree} tree @param {import("../flame/look.js").Look} look @param {Actions} act @param {boolean} sealed @param {string} rates */
function drawInspector(host, tree, look, act, sealed, rates) {
  const { selected: row, focus } = look;
  const { calls, first, segment } = tree.columns;
  // A call is of every category, and so are all calls.
  const mixed = tree.depth(row) <= (look.ordered ? 1 : 0);
  const word = CATEGORY_WORDS[/** @type {keyof typeof CATEGORY_WORDS} */ (tree.category(row))];
  const where = el("p", { class: "where muted", "data-testid": "where" });
  const text = el("div", { class: "shown-text" });
  const diff = "kind" in tree.columns;
  const started = first[row] >= 0 && calls[row] > 0 ? `first in call ${count(first[row] + 1)}` : "";
  const show = () => showText(host, act, segment[row]);
  fill(
    host,
    el(
      "h2",
      {},
      tree.label(row),
      el("span", { class: "muted" }, mixed || word === tree.label(row) ? "" : ` · ${word}`),
    ),
    diff ? compared(tree, row) : numbers(tree, row, focus),
    tree.columns.nusd[0] && rates ? el("p", { class: "muted rates", "data-testid": "inspector-rates" }, rates) : null,
    el("p", { class: "muted path" }, [tree.path(row).join(" › "), started].filter(Boolean).join(" · ")),
    where,
    el(
      "p",
      { class: "buttons" },
      segment[row] >= 0 ? button("show-text", "Show text", show) : null,
      row > 0 && !sealed && !diff ? button("show-everywhere", "Show everywhere", () => act.view("everywhere")) : null,
      row > 0 ? button("copy-path", "Copy path", () => copy(tree.path(row).join("/"))) : null,
      row > 0 ? more(act, row) : null,
    ),
    text,
    row > 0 ? closer(act) : null,
  );
}

/** @param {Tree} tree @param {number} row @param {number} focus */
function numbers(tree, row, focus) {
  const { tokens, nusd, calls, read, approx } = tree.columns;
  const about = (/** @type {number} */ at, /** @type {string} */ value) => (approx[at] ? `≈ ${value}` : value);
  // Without a zoom its column would repeat the trace's.
  const wholes = focus ? [focus, 0] : [0];
  const places = [row, ...wholes];
  const rows = [
    line("tokens", ...places.map((at) => about(at, count(tokens[at])))),
    line("cost", ...places.map((at) => about(at, tree.cost(at)))),
    line("share of tokens", "", ...wholes.map((at) => percent(tokens[row], tokens[at]))),
    ...(nusd[0] ? [line("share of cost", "", ...wholes.map((at) => percent(nusd[row], nusd[at])))] : []),
    line("read from cache", ...places.map((at) => percent(read[at], tokens[at]))),
    line("sent in", ...places.map((at) => counted(calls[at]))),
  ];
  return grid(["this frame", ...(focus ? ["zoomed"] : []), "whole trace"], rows);
}

/** A frame of two traces: before, after, and the change. @param {Tree} tree @param {number} row */
function compared(tree, row) {
  const of = /** @type {import("../protocol.js").DiffColumns} */ (tree.columns);
  return grid(
    ["before", "after", "change"],
    [
      line("tokens", count(of.tokens_before[row]), count(of.tokens_after[row]), changed(tree, "tokens", row)),
      line(
        "cost",
        cost(of.nusd_before[row], of.tokens_before[row], tree.unpriced),
        cost(of.nusd_after[row], of.tokens_after[row], tree.unpriced),
        changed(tree, "nusd", row),
      ),
    ],
  );
}

/** @param {string[]} names @param {HTMLElement[]} rows */
function grid(names, rows) {
  const head = names.map((name) => el("th", { scope: "col" }, name));
  return el("table", {}, el("thead", {}, el("tr", {}, el("td", {}), ...head)), el("tbody", {}, ...rows));
}

/** @param {string} test @param {string} name @param {() => void} click */
const button = (test, name, click) => el("button", { type: "button", "data-testid": test, click }, name);

/** @param {Actions} act @param {number} row */
function more(act, row) {
  const fields = { type: "button", "aria-label": "More about this frame", "aria-haspopup": "menu" };
  const open = el("button", { ...fields, "data-testid": "more" }, "⋯");
  open.addEventListener("click", () => {
    const box = open.getBoundingClientRect();
    act.menu(row, box.left, box.bottom);
  });
  return open;
}

/** On a narrow screen the inspector is a sheet over the list. @param {Actions} act */
const closer = (act) =>
  el(
    "button",
    { type: "button", class: "close-sheet", "data-testid": "close-sheet", click: () => act.select(0) },
    "Close",
  );

/** @param {string} name @param {...string} values */
const line = (name, ...values) =>
  el("tr", {}, el("th", { scope: "row" }, name), ...values.map((value) => el("td", {}, value)));

/** @param {HTMLElement} host @param {Actions} act @param {number} segment */
async function showText(host, act, segment) {
  const value = await act.text(segment);
  // The example's log was opened for it, and the inspector drawn anew; another frame may be chosen by now.
  const [where, box] = [".where", ".shown-text"].map((part) => host.querySelector(part));
  if (!where || !box || drawn.tree?.columns.segment[drawn.row] !== segment) return;
  const lines = value.line ? `:${value.line}` : "";
  where.textContent = [value.file + lines, value.pointer].filter(Boolean).join(" · ");
  fill(box, ...textBox(value.text));
}

/** @param {string | null} text */
function textBox(text) {
  if (text === null) return [el("p", { class: "muted" }, "The log has no text here.")];
  const pre = el("pre", { "data-testid": "text", tabindex: "0" }, text.slice(0, SHOWN_CHARS));
  if (text.length <= SHOWN_CHARS) return [pre];
  const more = el("button", { type: "button" }, `Show all ${count(text.length)} characters`);
  more.addEventListener("click", () => {
    pre.textContent = text;
    more.remove();
  });
  return [pre, more];
}

/** @param {string} text */
export const copy = (text) => navigator.clipboard?.writeText(text).catch(() => {});
