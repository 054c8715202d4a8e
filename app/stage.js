// Draws the page from its state: the chosen view on the stage, the panels around it, the small parts.

import { remember } from "./address.js";
import { byId, el, fill } from "./dom.js";
import { Chart } from "./flame/chart.js";
import { look } from "./flame/look.js";
import { DIFF_ROWS, FRAMES } from "./flame/rows.js";
import { calls, cost, percent } from "./format.js";
import * as strings from "./strings.js";
import { copy } from "./views/inspector.js";
import { drawCrumbs, drawError, drawLegend, drawProgress } from "./views/panels.js";
import { PANELS, VIEWS } from "./views/registry.js";
import { Table } from "./views/table.js";

/** @typedef {import("./store.js").State} State */
/** @typedef {import("./views/registry.js").Scene} Scene */
/** @typedef {import("./views/registry.js").View} View */
/** @typedef {{chart: Chart, table: Table}} Parts */

export const NARROW = matchMedia("(max-width: 719px)");
const STAGE = [...new Set(VIEWS.flatMap((view) => view.shows))];

/** @param {import("./actions.js").Actions} act @returns {(state: State, changed: Set<keyof State>) => void} */
export function stage(act) {
  const select = (/** @type {number} */ row) => act.select(row);
  const parts = {
    chart: new Chart(byId("chart"), {
      select,
      zoom: (row) => act.zoom(row),
      menu: (row, x, y) => act.menu(row, x, y),
      read: (words) => {
        byId("status").textContent = words;
      },
    }),
    table: new Table(byId("table"), select),
  };
  const hosts = PANELS.map((panel) => panelHost(panel));
  fill(byId("tabs"), ...VIEWS.map((view) => tab(view, act)));
  return (state, changed) => {
    const view = VIEWS.find((one) => one.id === state.view) ?? VIEWS[0];
    const tree = view.layout ? (state.trees[view.layout] ?? null) : null;
    const seen = look(state, tree, view.ordered ?? false);
    /** @type {Scene} */
    const scene = { state, changed, act, tree, focus: seen.focus, look: seen, parts };
    drawProgress(byId("progress"), state.progress, () => act.cancel());
    const unknown = ["unknown-format", "no-calls"].includes(state.error?.code ?? "");
    drawError(byId("error"), state.error ?? stoppedNote(state.stopped), errorActions(state, act), unknown);
    for (const id of ["compare", "share", "export"]) {
      byId(id).toggleAttribute("disabled", state.whole === null);
    }
    byId("landing").hidden = state.whole !== null && state.example === null;
    byId("trace").hidden = state.whole === null;
    PANELS.forEach((panel, at) => {
      if (panel.slot === "landing" || state.whole) panel.draw(hosts[at], scene);
    });
    if (!state.report) return;
    if (changed.has("report") || changed.has("example")) drawHead(state);
    drawStage(view, scene);
    markButtons(state, view);
    remember(state, changed);
    if (changed.has("report")) performance.mark("icicle-ready");
  };
}

/** @param {View} view @param {Scene} scene */
function drawStage(view, scene) {
  const { tree, state, act, focus, look: seen } = scene;
  const list = NARROW.matches && view.shows.includes("chart");
  for (const id of ["slot-top", "work"]) byId(id).hidden = view.alone === true;
  for (const id of ["choose-unit", "choose-colour", "find"]) byId(id).hidden = view.layout === null;
  if (view.painted) byId("choose-colour").hidden = true;
  for (const id of STAGE) {
    byId(id).hidden = !(list && id === "table") && (!view.shows.includes(id) || (list && id === "chart"));
  }
  byId("status").hidden = byId("chart").hidden;
  if (list) {
    if (tree) scene.parts.table.draw(tree, seen, view.painted ? DIFF_ROWS : FRAMES);
  }
  if (!list || view.shows.length > 1) view.draw(list ? { ...scene, tree: null } : scene);
  const none = state.report?.totals.calls === 0 ? strings.NO_CALLS : "";
  byId("matched").textContent = none || (tree ? matched(state, tree, focus, seen.found) : "");
  if (tree) {
    drawCrumbs(byId("crumbs"), tree, focus, (row) => act.zoom(row));
    drawLegend(byId("legend"), tree, state.colour, !list && view.shows.includes("chart"));
  }
  byId("crumbs").hidden = tree === null;
  byId("legend").hidden = tree === null || view.painted === true;
}

/** @param {import("./views/registry.js").Panel} panel */
function panelHost(panel) {
  const host = el(panel.tag ?? "section", {
    id: panel.id,
    class: panel.class ?? "panel",
    "data-testid": panel.id,
    "aria-label": panel.tag === "dl" ? null : panel.label,
  });
  byId(`slot-${panel.slot}`).append(host);
  return host;
}

/** @param {View} view @param {import("./actions.js").Actions} act */
function tab(view, act) {
  const fields = { type: "button", "data-view": view.id, "data-testid": `view-${view.id}` };
  return el("button", { ...fields, click: () => act.view(view.id) }, `${view.label} `, el("kbd", {}, view.key));
}

/** @param {string | null} name */
function stoppedNote(name) {
  return name ? strings.problem("stopped", "Stopped.", `${name} is still here.`) : null;
}

/** @param {State} state @param {import("./actions.js").Actions} act @returns {Array<[string, () => void]>} */
function errorActions(state, act) {
  /** @type {Array<[string, () => void]>} */
  const actions = [];
  if (state.stopped) actions.push(["Continue", () => act.again()]);
  if (state.error?.code === "python-failed") actions.push(["Try again", () => act.again()]);
  const { error } = state;
  if (error?.code === "bug") actions.push([strings.COPY_REPORT, () => copy(strings.bugReport(error))]);
  const offer = error?.offer;
  if (offer) actions.push([offer.label, () => act.again(offer.options)]);
  actions.push(["Open another", () => byId("open").click()]);
  actions.push(["Close", () => act.dismiss()]);
  return actions;
}

/** @param {State} state */
function drawHead(state) {
  const report = /** @type {import("./protocol.js").Report} */ (state.whole);
  const size = calls(report.totals.calls);
  const name = el("bdi", { class: "file", title: report.name }, report.name);
  fill(byId("title"), name, el("span", {}, ` · ${size} · ${report.importer}`));
  document.title = `${report.name}: whytokens`;
  byId("example").hidden = state.example === null;
  byId("example").textContent = `Example: ${report.name}, ${size}`;
}

/** @param {State} state @param {import("./flame/columns.js").Tree} tree @param {number} focus @param {import("./flame/columns.js").Found | null} found */
function matched(state, tree, focus, found) {
  if (!state.query || !found) return "";
  if (!found.rows.size) return strings.noMatch(state.query, tree.closest(state.query));
  const share = percent(found[state.unit], tree.value(state.unit, focus));
  return `matched ${share} · ${found.tokens.toLocaleString("en-US")} tokens · ${cost(found.nusd, found.tokens, tree.unpriced)}`;
}

/** @param {State} state @param {View} view */
function markButtons(state, view) {
  for (const one of VIEWS) {
    const button = document.querySelector(`button[data-view="${one.id}"]`);
    button?.toggleAttribute("hidden", one.offered ? !one.offered(state) : false);
    button?.setAttribute("aria-busy", String(state.awaited === one.id));
  }
  for (const [name, value] of [
    ["view", view.id],
    ["unit", state.unit],
    ["colour", state.colour],
  ]) {
    for (const button of document.querySelectorAll(`button[data-${name}]`)) {
      button.setAttribute("aria-pressed", String(button.getAttribute(`data-${name}`) === value));
    }
  }
  const search = /** @type {HTMLInputElement} */ (byId("search"));
  if (search.value !== state.query) search.value = state.query;
}
