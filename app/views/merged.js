// Merged: frames joined over all calls, heaviest left. Where did the money go?

/** @type {import("./registry.js").View} */
export const MERGED = {
  id: "merged",
  key: "1",
  label: "Merged",
  layout: "merged",
  shows: ["chart"],
  draw: ({ tree, look, parts }) => {
    if (tree) parts.chart.draw(tree, look);
  },
};
