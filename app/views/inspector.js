// What the selected frame is: tokens and dollars of it, of the zoom, of the trace; its text on demand.

import { el, fill } from "../dom.js";
import { CATEGORY_WORDS } from "../flame/colors.js";
import { count, dollars, percent } from "../format.js";

/** @typedef {import("../flame/columns.js").Tree} Tree */

const SHOWN_CHARS = 20_000;

/**
 * @param {HTMLElement} host
 * @param {Tree} tree
 * @param {number} row
 * @param {number} focus
 * @param {((segment: number) => Promise<import("../protocol.js").TextValue>) | null} textOf
 */
export function drawInspector(host, tree, row, focus, textOf) {
  const { tokens, nusd, calls, read, first, segment, approx } = tree.columns;
  const about = approx[row] ? "≈ " : "";
  const word = CATEGORY_WORDS[/** @type {keyof typeof CATEGORY_WORDS} */ (tree.category(row))];
  const rows = [
    line("tokens", about + count(tokens[row]), count(tokens[focus]), count(tokens[0])),
    line("cost", about + dollars(nusd[row]), dollars(nusd[focus]), dollars(nusd[0])),
    line("share of tokens", "100 %", percent(tokens[row], tokens[focus]), percent(tokens[row], tokens[0])),
    line(
      "read from cache",
      percent(read[row], tokens[row]),
      percent(read[focus], tokens[focus]),
      percent(read[0], tokens[0]),
    ),
    line("calls", count(calls[row]), count(calls[focus]), count(calls[0])),
  ];
  const head = ["", "this frame", "zoomed", "whole trace"].map((name) =>
    name ? el("th", { scope: "col" }, name) : el("td", {}),
  );
  const where = el("p", { class: "where muted", "data-testid": "where" });
  const first_call = first[row] >= 0 ? `first in call ${count(first[row] + 1)}` : "";
  fill(
    host,
    el("h2", {}, tree.label(row), el("span", { class: "muted" }, row === 0 ? "" : ` · ${word}`)),
    el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)),
    el("p", { class: "muted" }, [tree.path(row).join(" › "), first_call].filter(Boolean).join(" · ")),
    where,
    segment[row] >= 0 && textOf ? textButton(segment[row], textOf, where) : null,
    el(
      "button",
      { type: "button", "data-testid": "copy-path", click: () => copy(tree.path(row).join("/")) },
      "Copy path",
    ),
  );
}

/** @param {string} name @param {...string} values */
const line = (name, ...values) =>
  el("tr", {}, el("th", { scope: "row" }, name), ...values.map((value) => el("td", {}, value)));

/** @param {number} segment @param {(segment: number) => Promise<import("../protocol.js").TextValue>} textOf @param {HTMLElement} where */
function textButton(segment, textOf, where) {
  const box = el("div", {});
  const button = el("button", { type: "button", "data-testid": "show-text" }, "Show text");
  button.addEventListener("click", async () => {
    const value = await textOf(segment);
    where.textContent = place(value);
    fill(box, ...textBox(value.text));
  });
  box.append(button);
  return box;
}

/** @param {import("../protocol.js").TextValue} value */
const place = (value) => [value.file + (value.line ? `:${value.line}` : ""), value.pointer].filter(Boolean).join(" · ");

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
const copy = (text) => navigator.clipboard?.writeText(text).catch(() => {});
