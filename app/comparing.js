// Comparing: a second trace, two parts of one, a trace beside itself changed. All draw one differential tree.

import { reveal } from "./dom.js";
import { Tree } from "./flame/columns.js";
import { unknown } from "./flame/diff.js";
import * as store from "./store.js";
import * as strings from "./strings.js";
import { ownPrices, snapshotFiles } from "./views/rates.js";

/** @typedef {import("./actions.js").Actions} Actions */
/** @typedef {import("./protocol.js").Filter} Filter */
/** @typedef {import("./protocol.js").Request} Request */

/** Opens a second trace and shows what changed. @param {Actions} act @param {File[]} chosen @param {Record<string, string>} options what an offer of an error asks for */
export async function compareWith(act, chosen, options = {}) {
  if (!chosen.length) return;
  act.retry = (asked) => compareWith(act, chosen, { ...options, ...asked });
  await act.python();
  const name = strings.named(chosen);
  store.set({
    error: null,
    stopped: null,
    progress: { text: strings.waiting(name, act.engine.ready), done: 0, total: 1 },
  });
  await act.told(name, async () => {
    const other = await act.ask({ op: "open", slot: "other", options, ...ownPrices() }, [
      ...chosen,
      ...snapshotFiles(),
    ]);
    show(await act.ask({ op: "compare" }), { other });
  });
}

/** Two parts of the trace. @param {Actions} act @param {Filter} before @param {Filter} after @param {string[]} names */
export const compareParts = (act, before, after, names) =>
  compared(act, { op: "compare", before, filter: after, names });

/** The trace beside itself with changes made. @param {Actions} act @param {Record<string, string>} asked */
export const asIf = (act, asked) =>
  compared(act, { op: "compare", asked, filter: store.get().filter, names: ["as billed", "as it would be"] });

/** The trace beside itself with every counted change made. @param {Actions} act */
export const fixed = (act) => compared(act, { op: "fixed" });

export function endCompare() {
  store.set({ other: null, comparison: null, view: "merged", focus: [], selected: 0 });
}

/** @param {Actions} act @param {Omit<Request, "v" | "id">} request */
async function compared(act, request) {
  await act.python();
  await act.told("", async () => show(await act.ask(request), {}));
}

/** @param {import("./protocol.js").Comparison} comparison @param {Partial<store.State>} also */
function show(comparison, also) {
  const { whole, trees: before, unit } = store.get();
  const unpriced = [whole, also.other].some((report) => report && report.prices.unpriced.length > 0);
  const diff = new Tree(comparison.tree, unpriced);
  const trees = { ...before, diff };
  const shown = { view: "compare", unit: unknown(diff, 0) ? /** @type {const} */ ("tokens") : unit };
  store.set({ ...also, comparison, trees, ...shown, focus: [], selected: 0, query: "" });
  reveal("tabs");
}
