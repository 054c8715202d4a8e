// What is done with the frames of the tree that is shown: choose, outline, zoom, search.

import { Asking } from "./asking.js";
import { say } from "./dom.js";
import * as store from "./store.js";
import { VIEWS } from "./views/registry.js";

/** @typedef {import("./flame/columns.js").Tree} Tree */

export class Framing extends Asking {
  /** @param {number} row */
  select(row) {
    store.set({ selected: row });
  }

  /** @param {number} row */
  zoom(row) {
    const tree = this.tree();
    if (tree) store.set({ focus: tree.path(row), selected: row });
  }

  /** @param {string} query */
  search(query) {
    store.set({ query });
  }

  /** Selects the next match, or the one before. @param {number} step */
  match(step) {
    const tree = this.tree();
    const { query, focus, selected } = store.get();
    if (!tree || !query) return;
    const rows = [...tree.search(query, tree.find(focus)).rows].sort((a, b) => a - b);
    if (!rows.length) return;
    const at = rows.indexOf(selected);
    const next = rows[(at + step + rows.length) % rows.length] ?? rows[0];
    store.set({ selected: at < 0 ? rows[step > 0 ? 0 : rows.length - 1] : next });
    say(tree.path(store.get().selected).join(", "));
  }

  out() {
    const tree = this.tree();
    if (tree) this.zoom(Math.max(0, tree.columns.parent[tree.find(store.get().focus)]));
  }

  /** The tree that the chosen view draws. @returns {Tree | null} */
  tree() {
    const { layout } = viewOf(store.get().view);
    return layout ? (store.get().trees[layout] ?? null) : null;
  }

  /** Outlines the frames of segments. @param {number[]} segments */
  outline(segments) {
    store.set({ outlined: new Set(segments) });
  }
}

/** @param {string} id */
export const viewOf = (id) => VIEWS.find((view) => view.id === id) ?? VIEWS[0];
