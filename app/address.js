// The address follows the page, and the page the address: a link is opened again by a reload, Back leads
// to the view before, a hash that is typed or pasted takes effect at once.

import * as hash from "./hash.js";
import { fromLink } from "./linked.js";
import * as store from "./store.js";

/** @typedef {import("./store.js").State} State */

/** What a step of the history leads back to; the rest of a view changes with every key. @type {Array<keyof State>} */
const STEPS = ["view", "focus", "filter"];

/** Works that go where an address says: what they change is no step. */
let quiet = 0;

/** @param {() => Promise<void>} work */
export async function quietly(work) {
  quiet += 1;
  try {
    await work();
    await null; // the last change is drawn in a microtask
  } finally {
    quiet -= 1;
  }
}

/** A link's own data stands before the view of it. @param {Readonly<State>} state @param {Set<keyof State>} changed */
export function remember(state, changed) {
  const view = hash.write(state);
  const address = state.shared ? state.shared + view.replace("#", "&") : view;
  if (address === location.hash) return;
  const whole = address || location.pathname + location.search;
  const step = !quiet && !changed.has("whole") && STEPS.some((key) => changed.has(key));
  if (step) history.pushState(null, "", whole);
  else history.replaceState(null, "", whole);
}

/** @param {import("./actions.js").Actions} act */
export function followAddress(act) {
  addEventListener("popstate", () => {
    const [data] = location.hash.split("&");
    if (data.startsWith("#t=") && data !== store.get().shared) fromLink(act, location.hash);
    else if (store.get().whole) act.follow(hash.read(location.hash));
  });
}
