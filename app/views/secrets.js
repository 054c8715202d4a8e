// What looks like a key or a token in the texts, named before anything with text leaves the page.

import { el } from "../dom.js";
import { count } from "../format.js";
import { openDialog } from "./dialog.js";

/** @typedef {import("../protocol.js").Secret} Secret */

const NAMED = 12;

/** @param {Secret[]} found @returns {HTMLElement | null} */
export function secretNote(found) {
  if (!found.length) return null;
  const rows = found.slice(0, NAMED).map((one) => {
    const place = one.file + (one.line ? `:${one.line}` : "");
    return el("li", {}, el("strong", {}, one.kind), ` ${one.shown} · ${one.path.join(" › ")} · ${place}`);
  });
  const more = found.length - rows.length;
  return el(
    "div",
    { class: "warn", "data-testid": "secrets" },
    el("p", {}, `${count(found.length)} ${found.length === 1 ? "text looks" : "texts look"} like a key or a token.`),
    el("ul", {}, ...rows),
    more > 0 ? el("p", {}, `and ${count(more)} more`) : null,
  );
}

/** Labels hold the first words of texts, so every export is asked about. @param {import("../protocol.js").Secret[]} found @param {() => void} go */
export function askFirst(found, go) {
  const note = secretNote(found);
  if (!note) {
    go();
    return;
  }
  const anyway = el("button", { type: "button", "data-testid": "export-anyway" }, "Save it anyway");
  const dialog = openDialog("This trace holds what looks like secrets", note, el("p", {}, anyway));
  anyway.addEventListener("click", () => {
    dialog.close();
    go();
  });
}
