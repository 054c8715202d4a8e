// Colours by meaning: category, or how the tokens were billed. Values are in styles/palette.css.

export const CATEGORY_WORDS = {
  system: "system",
  tools: "tools",
  user: "user",
  assistant: "assistant",
  tool_call: "tool call",
  tool_result: "tool result",
  retrieved: "retrieved",
  media: "media",
  thinking: "thinking",
  overhead: "overhead",
};
const BILLING = ["read from cache", "partly read", "not from cache"];

/** @typedef {import("./columns.js").Tree} Tree */

/** The class of a frame. @param {Tree} tree @param {number} row @param {"category" | "billing"} colour */
export function frameClass(tree, row, colour) {
  if (row === 0) return "k-root";
  if (colour === "category") return `k-${tree.category(row)}`;
  const { tokens, read } = tree.columns;
  if (read[row] * 10 >= tokens[row] * 9 && read[row] > 0) return "b-read";
  return read[row] * 10 >= tokens[row] ? "b-part" : "b-paid";
}

/** Legend entries: class and word. @param {Tree} tree @param {"category" | "billing"} colour */
export function legend(tree, colour) {
  if (colour === "billing") {
    return ["b-read", "b-part", "b-paid"].map((name, at) => [name, BILLING[at]]);
  }
  const used = new Set(tree.columns.category.slice(1).map((at) => tree.columns.categories[at]));
  return Object.entries(CATEGORY_WORDS)
    .filter(([key]) => used.has(key))
    .map(([key, word]) => [`k-${key}`, word]);
}
