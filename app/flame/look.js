// How a tree is looked at: unit, colour, zoom, selection, search.

/**
 * @typedef {import("./columns.js").Tree} Tree
 * @typedef {import("./columns.js").Found} Found
 * @typedef {{unit: "nusd" | "tokens", colour: "category" | "billing", focus: number,
 *   selected: number, matches: ReadonlySet<number>, searching: boolean, inverted: boolean,
 *   ordered: boolean, outlined: ReadonlySet<number>, breaks: ReadonlySet<number>, found: Found | null}} Look
 */

/**
 * @param {Readonly<import("../store.js").State>} state
 * @param {Tree | null} tree
 * @param {boolean} ordered
 * @returns {Look}
 */
export function look(state, tree, ordered) {
  const focus = tree ? tree.find(state.focus) : 0;
  const found = tree ? tree.search(state.query, focus) : null;
  return {
    unit: state.unit,
    colour: state.colour,
    inverted: state.inverted,
    outlined: state.outlined,
    breaks: new Set(state.report?.calls.breaks.map((one) => one.call)),
    focus,
    found,
    selected: tree ? Math.min(state.selected, tree.size - 1) : 0,
    matches: found?.rows ?? new Set(),
    searching: state.query !== "",
    ordered,
  };
}
