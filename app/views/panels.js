// Small parts around the chart: legend, breadcrumb, progress, errors.

import { el, fill } from "../dom.js";
import { legend } from "../flame/colors.js";

/** @typedef {import("../flame/columns.js").Tree} Tree */
/** @typedef {import("../protocol.js").ErrorShape} ErrorShape */

/** @param {HTMLElement} host @param {Tree} tree @param {"category" | "billing"} colour @param {boolean} hatched */
export function drawLegend(host, tree, colour, hatched) {
  const items = legend(tree, colour).map(([name, word]) => el("li", {}, el("span", { class: `swatch ${name}` }), word));
  if (hatched) items.push(el("li", {}, el("span", { class: "swatch hatched" }), "hatched edge: read from cache"));
  fill(host, ...items);
}

/** @param {HTMLElement} host @param {Tree} tree @param {number} focus @param {(row: number) => void} zoom */
export function drawCrumbs(host, tree, focus, zoom) {
  const rows = tree.lineage(focus);
  const parts = rows.map((row) =>
    row === focus
      ? el("span", { "aria-current": "true" }, tree.label(row))
      : el("button", { type: "button", class: "link", click: () => zoom(row) }, tree.label(row)),
  );
  fill(
    host,
    ...parts
      .flatMap((part, at) => (at ? [" › ", part] : [part]))
      .map((part) => (typeof part === "string" ? document.createTextNode(part) : part)),
  );
}

/**
 * The elements stay while the numbers move, so that Cancel can be hit.
 * @param {HTMLElement} host
 * @param {import("../store.js").Progress | null} progress
 * @param {() => void} cancel
 */
export function drawProgress(host, progress, cancel) {
  host.hidden = progress === null;
  if (!progress) return;
  if (!host.firstChild) {
    const button = el("button", { type: "button", "data-testid": "cancel", click: cancel }, "Cancel");
    fill(host, el("p"), el("progress", { "aria-label": "Progress" }), button);
  }
  const [text, bar] = host.children;
  text.textContent = progress.text;
  bar.setAttribute("max", String(Math.max(1, progress.total)));
  bar.setAttribute("value", String(progress.done));
}

/** @param {HTMLElement} host @param {ErrorShape | null} error @param {Array<[string, () => void]>} actions @param {boolean} formats whether what can be opened helps */
export function drawError(host, error, actions, formats) {
  host.hidden = error === null;
  if (!error) return;
  const buttons = actions.map(([name, run]) => el("button", { type: "button", click: run }, name));
  fill(
    host,
    el("h2", {}, error.title),
    el("p", {}, error.message),
    error.excerpt ? el("pre", {}, error.excerpt) : null,
    error.hint ? el("p", { class: "muted" }, error.hint) : null,
    el("p", { class: "buttons" }, ...buttons, formats ? el("a", { href: "formats.html" }, "What can I open?") : null),
  );
}
