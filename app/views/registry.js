// The one explicit list of what the page shows: views are the tabs, panels stand around them.
// To add one: a file that exports one constant, and one line here.

import { COMPARE } from "./compare.js";
import { COUNTER } from "./counter.js";
import { EVERYWHERE } from "./everywhere.js";
import { FILTERS } from "./filters.js";
import { FINDINGS } from "./findings.js";
import { INSPECTOR } from "./inspector.js";
import { MERGED } from "./merged.js";
import { NOTES } from "./notes.js";
import { IN_ORDER } from "./order.js";
import { RATES } from "./rates.js";
import { SESSIONS } from "./sessions.js";
import { SPEND } from "./spend.js";
import { SUMMARY } from "./summary.js";
import { TABLE } from "./table.js";

/**
 * @typedef {import("../store.js").State} State
 * @typedef {import("../actions.js").Actions} Actions
 * @typedef {import("../flame/columns.js").Tree} Tree
 * @typedef {import("../flame/look.js").Look} Look
 * What a view or panel draws from: `tree` is the shown view's, null while it has none.
 * @typedef {{state: Readonly<State>, changed: ReadonlySet<keyof State>, act: Actions, tree: Tree | null,
 *   focus: number, look: Look, parts: import("../stage.js").Parts}} Scene
 * `layout` is the engine's tree the view draws (null: none); `shows` are the parts of the stage it
 * needs; `offered` says when its tab stands there; `alone`: the panels around the stage are not about it;
 * `painted`: its frames have colours of their own.
 * @typedef {{id: string, key: string, label: string, layout: string | null, shows: readonly string[],
 *   ordered?: boolean, alone?: boolean, painted?: boolean, offered?: (state: Readonly<State>) => boolean, draw: (scene: Scene) => void}} View
 * A panel gets a host of its own in its slot; the slots are the elements `#slot-…` of index.html.
 * Panels are drawn on every change, those of the slot "landing" also without a trace.
 * @typedef {"landing" | "top" | "tools" | "left" | "right" | "foot"} Slot
 * @typedef {{id: string, slot: Slot, label: string, tag?: keyof HTMLElementTagNameMap, class?: string,
 *   draw: (host: HTMLElement, scene: Scene) => void}} Panel
 */

/** @type {readonly View[]} */
export const VIEWS = [MERGED, IN_ORDER, EVERYWHERE, TABLE, SESSIONS, COMPARE, SPEND];

/** @type {readonly Panel[]} */
export const PANELS = [COUNTER, SUMMARY, FILTERS, FINDINGS, NOTES, RATES, INSPECTOR];
