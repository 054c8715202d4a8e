// What the page says. Errors come from the engine with their own words; these are the page's.

import { count, megabytes } from "./format.js";

/** @typedef {import("./protocol.js").ErrorShape} ErrorShape */

/** @param {number} done @param {number} total */
export const booting = (done, total) =>
  `Starting Python ${megabytes(done)} of ${megabytes(total)} MB. Needed once; your browser keeps it.`;

/** @param {import("./protocol.js").ProgressMessage} message */
export function progress(message) {
  const { stage, done, total } = message;
  if (stage === "reading") {
    const line = message.line ? `: line ${count(message.line)}` : "";
    return `Reading ${message.file ?? "the file"}${line}`;
  }
  if (stage === "counting") return `Counting tokens: ${count(done)} of ${count(total)} different texts`;
  if (stage === "pricing") return `Pricing ${count(total)} calls`;
  if (stage === "checking") return `Looking for waste: ${count(done)} of ${count(total)} checks`;
  return "Adding up";
}

/** @param {string} name */
export const fetching = (name) => `Fetching the vocabulary ${name.replace(".bin", "")}`;

/** @param {string} name @param {boolean} ready */
export const waiting = (name, ready) => (ready ? `Opening ${name}` : `Starting Python. ${name} is next.`);

export const SHORTCUTS = [
  ["1  2  3", "Merged, In order, Table"],
  ["/", "Search"],
  ["↓ ↑ ← →", "First child, parent, neighbours"],
  ["Enter", "Zoom to the selected frame"],
  ["Esc", "Out one level"],
  ["0", "All"],
  ["u", "Width: cost or tokens"],
  ["c", "Colour: category or billing"],
  ["i", "Flip the chart"],
  ["o", "Open"],
  ["t", "Light or dark"],
  ["?", "This list"],
];

/** @param {string} code @param {string} title @param {string} message @returns {ErrorShape} */
export const problem = (code, title, message) => ({
  code,
  title,
  message,
  file: "",
  line: null,
  column: null,
  pointer: "",
  excerpt: null,
  hint: null,
});
