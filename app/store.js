// The page's state in one place: views read it, actions change it, every change draws once.

/**
 * @typedef {import("./protocol.js").Report} Report
 * @typedef {import("./protocol.js").ErrorShape} ErrorShape
 * @typedef {import("./protocol.js").Filter} Filter
 * @typedef {import("./protocol.js").LifeValue} LifeValue
 * @typedef {import("./protocol.js").Comparison} Comparison
 * @typedef {import("./flame/columns.js").Tree} Tree
 * @typedef {{text: string, done: number, total: number}} Progress
 * @typedef {{
 *   whole: Report | null, report: Report | null, example: string | null, view: string,
 *   unit: "nusd" | "tokens", colour: "category" | "billing", filter: Filter, query: string,
 *   inverted: boolean, focus: string[], selected: number, trees: Record<string, Tree>,
 *   outlined: ReadonlySet<number>, picked: string[] | null, missed: string | null, life: LifeValue | null,
 *   spend: import("./protocol.js").SpendValue | null, stale: boolean,
 *   other: Report | null, comparison: Comparison | null, progress: Progress | null, error: ErrorShape | null, stopped: string | null,
 *   shared: string, sealed: boolean, awaited: string | null,
 * }} State
 * `whole` is the report of all calls, `report` that of the calls the filter leaves. `example` is the
 * id of a baked sample while Python has not opened it. `outlined` are segments a finding points at.
 * `missed` is the label of a frame that was picked and stands for no one text. `awaited` is the view that is on its way.
 * `spend` is the shown table of spend; `stale`: the filter has changed and the report is not yet of its calls.
 * `shared`: the data of the link it was opened from. `sealed`: a saved page, which has its data and no engine.
 */

/** @type {State} */
const state = {
  whole: null,
  report: null,
  example: null,
  view: "merged",
  unit: "nusd",
  colour: "category",
  filter: {},
  query: "",
  inverted: false,
  focus: [],
  selected: 0,
  trees: {},
  outlined: new Set(),
  picked: null,
  missed: null,
  life: null,
  spend: null,
  stale: false,
  other: null,
  comparison: null,
  progress: null,
  error: null,
  stopped: null,
  shared: "",
  sealed: false,
  awaited: null,
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
