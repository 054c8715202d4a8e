// The lab: PyScript's editor over the same Pyodide and wheels as the page. What the user drops goes to
// Python as blob: addresses; results come back over a BroadcastChannel and are drawn as text.

import { byId, el, fill } from "./dom.js";
import { QUESTIONS } from "./questions.js";
import { save } from "./saving.js";
import { restoreTheme } from "./theme.js";

const BASE = new URL(".", document.baseURI).href;
/** A column of these alone stands at the right. */
const NUMBER = /^[-−+]?\$?[\d,.]+( ?%)?$/;
const SAMPLE = "samples/refund-agent.jsonl";

restoreTheme();
/** @type {any} */
const cell = byId("cell");
const state = byId("state");
/** Python's side of all cells; there once the setup node has run. @type {Promise<any>} */
const python = new Promise((resolve) => {
  byId("setup").addEventListener("py-editor", () => resolve(/** @type {any} */ (byId("setup")).xworker));
});
/** Cells wait for what is being opened. @type {Promise<void>} */
let opening;

/** Runs Python; where it fails, its words stand where its answer would. @param {string} code */
const run = async (code) =>
  (await python).sync.runAsync(
    `from whytokens import lab\ntry:\n${code.replace(/^/gm, " ")}\nexcept Exception as error:\n lab.failed(error)`,
  );

/** What is open, to be read anew with a plug-in. @type {[string, string][]} */
let last = [["refund-agent.jsonl", new URL(SAMPLE, BASE).href]];

/** @param {[string, string][]} files */
async function load(files) {
  last = files;
  state.textContent = `Opening ${files.map(([name]) => name).join(", ")}`;
  await run(
    `base = ${JSON.stringify(BASE)}\nopened, trace, report = await lab.load(base, ${JSON.stringify(files)})\n` +
      `lab._post({"kind": "state", "text": f"{trace.name}: {len(trace.calls):,} calls are open"})`,
  );
}

/** @param {File[]} chosen */
async function take(chosen) {
  /** @type {[string, string][]} */
  const files = chosen.map((file) => [file.name, URL.createObjectURL(file)]);
  const logs = files.filter(([name]) => !name.endsWith(".whl"));
  for (const [name, address] of files.filter(([name]) => name.endsWith(".whl"))) {
    state.textContent = `Installing ${name}`;
    await run(`_said = await lab.installed(${JSON.stringify(name)}, ${JSON.stringify(address)})`);
  }
  opening = load(logs.length ? logs : last);
  await opening;
  if (logs.length < files.length) await run(`lab._post({"kind": "state", "text": _said})`);
}

new BroadcastChannel("whytokens-lab").onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.kind === "state") state.textContent = message.text;
  else if (message.kind === "file") byId("results").prepend(fileButton(message.name, message.text));
  else if (message.kind === "table") byId("results").prepend(tableOf(message.head, message.rows));
};

/** @param {string} name @param {string} text */
const fileButton = (name, text) =>
  el("p", {}, el("button", { type: "button", click: () => save(name, new Blob([text])) }, `Save ${name}`));

/** @param {string[]} head @param {string[][]} rows */
function tableOf(head, rows) {
  const words = (head.length ? head : (rows[0] ?? [])).map((_, at) =>
    rows.every((row) => NUMBER.test(row[at] ?? "")) ? null : "text",
  );
  const names = head.map((name, at) => el("th", { scope: "col", class: words[at] }, name));
  const lines = rows.map((row) => el("tr", {}, ...row.map((value, at) => el("td", { class: words[at] }, value))));
  const body = el("tbody", {}, ...lines);
  return el("table", { class: "list", "data-testid": "lab-table" }, el("thead", {}, el("tr", {}, ...names)), body);
}

fill(
  byId("questions"),
  document.createTextNode("Questions: "),
  ...QUESTIONS.map(([title, code]) => {
    const click = () => {
      cell.code = code;
    };
    return el("button", { type: "button", click }, title);
  }),
);
const picker = /** @type {HTMLInputElement} */ (byId("picker"));
byId("open").addEventListener("click", () => picker.click());
picker.addEventListener("change", () => take([...(picker.files ?? [])]));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  take([...(event.dataTransfer?.files ?? [])]);
});

// A cell finds something open: the sample, or what the user has dropped since.
opening = load(last);
byId("cell").addEventListener("py-editor", () => {
  cell.handleEvent = () => opening;
  for (const host of document.querySelectorAll(".py-editor-input > div"))
    host.shadowRoot?.querySelector(".cm-content")?.setAttribute("aria-label", "Python cell");
});
