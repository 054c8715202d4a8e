// The keyboard: one table of single keys, arrows in the chart. None acts while a field has the focus.

import { byId } from "./dom.js";
import { move, typing } from "./flame/keys.js";
import { viewOf } from "./framing.js";
import { showShortcuts, singleKeys } from "./shortcuts.js";
import * as store from "./store.js";
import { toggleTheme } from "./theme.js";
import { openExport } from "./views/export.js";
import { popMenu } from "./views/menu.js";
import { VIEWS } from "./views/registry.js";
import { openShare } from "./views/share.js";

/** @typedef {import("./actions.js").Actions} Actions */

/** @type {Record<string, (act: Actions) => void>} */
const SHORTCUTS = {
  "/": () => byId("search").focus(),
  u: () => store.set({ unit: store.get().unit === "nusd" ? "tokens" : "nusd" }),
  c: () => store.set({ colour: store.get().colour === "category" ? "billing" : "category" }),
  i: () => store.set({ inverted: !store.get().inverted }),
  o: () => byId("open").click(),
  d: () => byId("compare").click(),
  s: (act) => openShare(act),
  e: (act) => openExport(act),
  "[": (act) => nextCall(act, -1),
  "]": (act) => nextCall(act, 1),
  t: toggleTheme,
  "?": showShortcuts,
  0: (act) => act.zoom(0),
  Escape: (act) => act.out(),
};

/** What a saved page cannot do. */
const OUTSIDE = ["o", "d", "s", "e"];
/** What needs a trace. */
const OF_TRACE = ["d", "s", "e"];

/** @param {Actions} act */
export function listenForKeys(act) {
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "f" && act.tree()) {
      event.preventDefault();
      byId("search").focus();
      return;
    }
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      !byId("menu").hidden ||
      document.querySelector("dialog[open]")
    )
      return;
    if (typing(event.target)) {
      if (event.key === "Escape") /** @type {HTMLElement} */ (event.target).blur();
      else if (event.key === "Enter" && event.target === byId("search")) act.match(event.shiftKey ? -1 : 1);
      return;
    }
    if (inChart(event, act)) return;
    if (event.key.length === 1 && !singleKeys()) return;
    const view = VIEWS.find((one) => one.key === event.key);
    if (store.get().sealed && OUTSIDE.includes(event.key)) return;
    if (!store.get().whole && OF_TRACE.includes(event.key)) return;
    if (view) act.view(view.id);
    else if (SHORTCUTS[event.key]) SHORTCUTS[event.key](act);
    else return;
    event.preventDefault();
  });
  byId("share").addEventListener("click", () => openShare(act));
  byId("export").addEventListener("click", () => openExport(act));
  byId("help").addEventListener("click", showShortcuts);
  byId("more-actions").addEventListener("click", () => moreActions(act));
  byId("skip").addEventListener("click", async (event) => {
    event.preventDefault();
    await act.view("table");
    /** @type {HTMLElement | null} */ (byId("table").querySelector("tr[tabindex='0']"))?.focus();
  });
}

/** What a narrow header has no room for. @param {Actions} act */
function moreActions(act) {
  const box = byId("more-actions").getBoundingClientRect();
  /** @type {Array<[string, () => void, string]>} */
  const ofTrace = [
    ["Compare…", () => byId("compare").click(), "more-compare"],
    ["Export…", () => openExport(act, "more-actions"), "more-export"],
  ];
  /** @type {[string, () => void, string]} */
  const theme = ["Light or dark", toggleTheme, "more-theme"];
  popMenu("More actions", [...(store.get().whole ? ofTrace : []), theme], box.left, box.bottom + 4);
}

/** @param {KeyboardEvent} event @param {Actions} act */
function inChart(event, act) {
  const tree = act.tree();
  if (!tree || event.target !== byId("chart")) return false;
  const state = store.get();
  if (event.key === "Enter") act.zoom(state.selected);
  else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
    event.preventDefault();
    const box = (document.getElementById(`frame-${state.selected}`) ?? byId("chart")).getBoundingClientRect();
    act.menu(state.selected, box.left + 8, box.bottom);
  } else if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    act.select(move(tree, state.selected, event.key, state.unit, viewOf(state.view).ordered ?? false));
  } else return false;
  return true;
}

/** The call before or after the one that is zoomed, in order. @param {Actions} act @param {number} step */
function nextCall(act, step) {
  const state = store.get();
  const calls = state.report?.calls.id ?? [];
  const tree = act.tree();
  const zoomed = tree && viewOf(state.view).ordered ? tree.find(state.focus.slice(0, 1)) : 0;
  const at = zoomed && tree ? calls.indexOf(tree.columns.first[zoomed]) : -1;
  const next = calls[at < 0 ? (step > 0 ? 0 : calls.length - 1) : at + step];
  if (next !== undefined) act.toCall(next);
}
