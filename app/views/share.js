// Share, the safest first: numbers only, numbers and names, everything. Nothing is uploaded: a link
// carries its numbers after the "#", which browsers never send.

import { el, fill } from "../dom.js";
import { exportAs } from "../exporting.js";
import { count } from "../format.js";
import { linkOf, save } from "../saving.js";
import { openDialog } from "./dialog.js";
import { copy } from "./inspector.js";
import { secretNote } from "./secrets.js";

/** @typedef {import("../actions.js").Actions} Actions */
/** @typedef {import("../protocol.js").ExportValue} ExportValue */

/** Links up to here pass everywhere; up to the second some chat apps cut them (UX 2.8). */
const SHORT_CHARS = 8_000;
const LONG_CHARS = 32_000;
const SHOWN_CHARS = 20_000;

/** @param {Actions} act */
export async function openShare(act) {
  await act.python();
  const [numbers, named, secrets] = await Promise.all([
    act.ask({ op: "export", format: "shape" }),
    act.ask({ op: "export", format: "shape-names" }),
    act.ask({ op: "secrets" }),
  ]);
  const names = Object.values(JSON.parse(named.text).names ?? {}).map((path) => path.join(" › "));
  openDialog(
    "Share",
    el("p", { class: "muted" }, "This page has no server: a link carries its data after the “#”, which is never sent."),
    await choice(
      "numbers",
      "Numbers only",
      "Token counts, categories, usage and the model's public name. No text, no labels, no dates.",
      numbers,
      [],
    ),
    await choice(
      "names",
      "Numbers and names",
      `Also the labels of tools, files and documents: ${count(names.length)} of them.`,
      named,
      names,
    ),
    el(
      "section",
      { class: "choice-box", "data-testid": "share-everything" },
      el("h3", {}, "Everything"),
      el("p", {}, "With all texts. Only as a file, never as a link."),
      secretNote(secrets),
      el(
        "p",
        {},
        el(
          "button",
          { type: "button", "data-testid": "share-html", click: () => exportAs(act, "html") },
          "Save page (HTML)",
        ),
        " ",
        el("button", { type: "button", click: () => exportAs(act, "json") }, "Save report (JSON)"),
      ),
    ),
  );
}

/** @param {string} id @param {string} title @param {string} what @param {ExportValue} file @param {string[]} names */
async function choice(id, title, what, file, names) {
  const text = file.text ?? "";
  const link = location.href.split("#")[0] + (await linkOf(text));
  const size = `${(link.length / 1000).toFixed(1)} kB`;
  const status = el("output", { class: "muted" });
  const done = (/** @type {string} */ words) => {
    status.textContent = words;
  };
  /** @type {[string, () => void]} */
  const [name, run] =
    link.length <= LONG_CHARS
      ? [
          `${link.length <= SHORT_CHARS ? "Copy link" : "Copy long link (some chat apps cut it)"}, ${size}`,
          () => {
            copy(link);
            done("Copied.");
          },
        ]
      : ["Save shape file (.whytokens.json)", () => save(file.name, new Blob([text], { type: file.mime }))];
  const shown = el("pre", { tabindex: "0" });
  const details = el("details", {}, el("summary", {}, "Show exactly what is in it"), shown);
  details.addEventListener("toggle", () => {
    shown.textContent = text.slice(0, SHOWN_CHARS) + (text.length > SHOWN_CHARS ? "…" : "");
  });
  const list = el("ul", { class: "names" });
  fill(list, ...[...new Set(names)].map((label) => el("li", {}, label)));
  return el(
    "section",
    { class: "choice-box", "data-testid": `share-${id}`, "data-link": link },
    el("h3", {}, title),
    el("p", {}, what),
    names.length ? el("details", {}, el("summary", {}, "The names it includes"), list) : null,
    el("p", {}, el("button", { type: "button", "data-testid": `share-${id}-go`, click: run }, name), " ", status),
    details,
  );
}
