// Keyboard: moving in the tree and single-key shortcuts. None acts while a field has the focus.

/** @typedef {import("./columns.js").Tree} Tree */

/** The row an arrow key leads to. @param {Tree} tree @param {number} row @param {string} key @param {"nusd" | "tokens"} unit @param {boolean} ordered */
export function move(tree, row, key, unit, ordered) {
  const parent = tree.columns.parent[row];
  if (key === "ArrowUp") return parent < 0 ? row : parent;
  if (key === "ArrowDown") return tree.below(row, unit, ordered)[0] ?? row;
  if (parent < 0) return row;
  const peers = tree.below(parent, unit, ordered);
  const at = peers.indexOf(row) + (key === "ArrowRight" ? 1 : -1);
  return peers[Math.max(0, Math.min(peers.length - 1, at))];
}

/** @param {EventTarget | null} target */
export function typing(target) {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}
