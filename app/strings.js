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
export const fetching = (name) =>
  name.endsWith(".zip")
    ? `Fetching the reader ${name.replace(".zip", "")}`
    : `Fetching the vocabulary ${name.replace(".bin", "")}`;

/** What some files are called. @param {File[]} files */
export const named = (files) => (files.length === 1 ? files[0].name : `${files.length} files`);

/** @param {string} name @param {boolean} ready */
export const waiting = (name, ready) => (ready ? `Opening ${name}` : `Starting Python. ${name} is next.`);

/** @param {string} query @param {string} closest */
export const noMatch = (query, closest) => `Nothing matches “${query}”.${closest ? ` Closest: ${closest}` : ""}`;

export const NO_CALLS = "No call is left by this filter.";
export const EVERYWHERE_EMPTY = "Pick a frame, then press 3 to see every call that sent it.";
export const EVERYWHERE_TOUCH = "Pick a frame, then “Show everywhere”, to see every call that sent it.";
export const FOLDED = "this frame joins many small ones. Open Table to see each.";

export const PYTHON_FAILED = {
  title: "Python could not start.",
  text: "Your browser may block WebAssembly. The example still works.",
};

export const SHORTCUTS = [
  ["1 – 7", "Merged, In order, Everywhere, Table, Sessions, Compare, Spend"],
  ["/", "Search, then Enter and Shift+Enter for next and previous match"],
  ["Shift+F10", "Menu of the selected frame"],
  ["↓ ↑ ← →", "First child, parent, neighbours"],
  ["Enter", "Zoom to the selected frame"],
  ["Esc", "Out one level"],
  ["0", "All"],
  ["[  ]", "Previous or next call"],
  ["u", "Width: cost or tokens"],
  ["c", "Colour: category or billing"],
  ["i", "Flip the chart"],
  ["o", "Open"],
  ["d", "Compare"],
  ["s", "Share"],
  ["e", "Export"],
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

export const LINK_UNREADABLE = problem(
  "link-unreadable",
  "This link is cut off or was made by a newer version.",
  "Ask for the file instead.",
);

export const URL_BLOCKED = problem(
  "url-blocked",
  "Could not fetch that URL.",
  "The other site does not allow it (CORS), or it is offline. Download the file and drop it here.",
);

export const COPY_REPORT = "Copy a report without your text";

/** What a mistake of ours was and where; nothing of the user's, no file name either. @param {ErrorShape} error */
export const bugReport = ({ title, hint }) => [title, hint, navigator.userAgent].filter(Boolean).join("\n");
