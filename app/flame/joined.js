// Thin neighbours as one frame, where frames keep their order: what is left out would move all that
// stands right of it away from its place.

/**
 * A frame as d3 gets it; `joined` are the rows it stands for besides its own.
 * @typedef {{row: number, name: string, value: number, children: Node[], joined?: number[]}} Node
 * How wide a row is, below what it is thin, the rows under it, and the frame of one that is not.
 * @typedef {{weigh: (row: number) => number, thin: number, under: (row: number) => number[], node: (row: number) => Node}} Way
 */

/** Siblings from left to right; a run of thin ones becomes frames that are not. @param {number[]} rows @param {Way} way @returns {Node[]} */
export function joined(rows, way) {
  /** @type {Node[]} */
  const nodes = [];
  /** @type {number[]} */
  let run = [];
  let sum = 0;
  const close = () => {
    if (sum > 0) nodes.push(frameOf(run, sum, way));
    run = [];
    sum = 0;
  };
  for (const row of rows) {
    const value = way.weigh(row);
    if (value >= way.thin) {
      close();
      nodes.push(way.node(row));
    } else {
      run.push(row);
      sum += value;
      if (sum >= way.thin) close();
    }
  }
  close();
  return nodes;
}

/** The frame of a run of thin ones, in the place of its widest. @param {number[]} run @param {number} value @param {Way} way @returns {Node} */
function frameOf(run, value, way) {
  if (run.length === 1) return way.node(run[0]);
  const row = run.reduce((a, b) => (way.weigh(b) > way.weigh(a) ? b : a));
  const others = run.filter((other) => other !== row);
  return { row, name: "", value, children: joined(run.flatMap(way.under), way), joined: others };
}

/** Rows of frames under a frame, of those that are drawn. @param {Node} node @param {number} least @returns {number} */
export const depth = (node, least) =>
  node.children.reduce((most, child) => (child.value < least ? most : Math.max(most, 1 + depth(child, least))), 0);
