// The page's state in one place: views read it, actions change it, every change draws once.

/**
 * @typedef {import("./protocol.js").Report} Report
 * @typedef {import("./protocol.js").ErrorShape} ErrorShape
 * @typedef {import("./flame/columns.js").Tree} Tree
 * @typedef {"merged" | "order" | "table"} View
 * @typedef {{
 *   report: Report | null, example: boolean, view: View, unit: "nusd" | "tokens",
 *   colour: "category" | "billing", session: string | null, query: string, inverted: boolean,
 *   focus: string[], selected: number, tree: Tree | null, order: Tree | null,
 *   progress: Progress | null, error: ErrorShape | null, stopped: string | null,
 * }} State
 * @typedef {{text: string, done: number, total: number}} Progress
 */

/** @type {State} */
const state = {
  report: null,
  example: false,
  view: "merged",
  unit: "nusd",
  colour: "category",
  session: null,
  query: "",
  inverted: false,
  focus: [],
  selected: 0,
  tree: null,
  order: null,
  progress: null,
  error: null,
  stopped: null,
};

/** @type {Array<(state: State, changed: Set<keyof State>) => void>} */
const listeners = [];
/** @type {Set<keyof State>} */
let changed = new Set();

/** @returns {Readonly<State>} */
export const get = () => state;

/** @param {Partial<State>} values */
export function set(values) {
  const first = changed.size === 0;
  for (const key of /** @type {Array<keyof State>} */ (Object.keys(values))) changed.add(key);
  Object.assign(state, values);
  if (first && changed.size) {
    queueMicrotask(() => {
      const now = changed;
      changed = new Set();
      for (const listener of listeners) listener(state, now);
    });
  }
}

/** @param {(state: State, changed: Set<keyof State>) => void} listener */
export const listen = (listener) => listeners.push(listener);

/** The tree that the chosen view draws. @param {Readonly<State>} of @returns {Tree | null} */
export const shown = (of) => (of.view === "order" ? of.order : of.tree);
