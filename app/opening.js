// Ways in: drop anywhere (files and whole folders), paste anywhere, the picker.

import { compareWith } from "./comparing.js";
import { byId, el, fill } from "./dom.js";
import { typing } from "./flame/keys.js";
import { get } from "./store.js";

/** @param {import("./actions.js").Actions} act */
export function listenForFiles(act) {
  const open = (/** @type {File[]} */ files) => act.open(files);
  const picker = /** @type {HTMLInputElement} */ (byId("picker"));
  for (const id of ["open", "open-landing"]) byId(id).addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    open([...(picker.files ?? [])]);
    picker.value = "";
  });
  const other = /** @type {HTMLInputElement} */ (byId("picker-other"));
  byId("compare").addEventListener("click", () => other.click());
  other.addEventListener("change", () => {
    compareWith(act, [...(other.files ?? [])]);
    other.value = "";
  });
  const drop = byId("drop");
  let inside = 0;
  addEventListener("dragenter", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    inside += 1;
    drop.hidden = false;
    const { whole, example } = get();
    const second = whole !== null && example === null;
    fill(
      drop,
      el("span", {}, second ? "Open" : "Drop to open"),
      second ? el("span", { class: "second" }, `Compare with ${whole.name}`) : null,
    );
  });
  addEventListener("dragleave", () => {
    inside = Math.max(0, inside - 1);
    drop.hidden = inside === 0;
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.dataset.side = aside(event) ? "compare" : "open";
  });
  addEventListener("drop", async (event) => {
    event.preventDefault();
    inside = 0;
    drop.hidden = true;
    const compare = aside(event);
    if (!event.dataTransfer) return;
    const files = await dropped(event.dataTransfer);
    if (compare) compareWith(act, files);
    else open(files);
  });
  addEventListener("paste", (event) => {
    if (typing(event.target) || !event.clipboardData) return;
    const files = [...event.clipboardData.files];
    const text = event.clipboardData.getData("text/plain");
    if (files.length) open(files);
    else if (text.trim()) open([new File([text], "pasted text")]);
  });
}

/** With a trace open, the right half of the window compares. @param {DragEvent} event */
function aside(event) {
  const { whole, example } = get();
  return whole !== null && example === null && event.clientX > innerWidth / 2;
}

/** @param {DataTransfer} transfer @returns {Promise<File[]>} */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return [...transfer.files];
  const found = await Promise.all(entries.filter((entry) => entry !== null).map((entry) => walk(entry)));
  return found.flat();
}

/** @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function walk(entry) {
  if (entry.isFile) {
    /** @type {File} */
    const file = await new Promise((resolve, reject) =>
      /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject),
    );
    const name = entry.fullPath.replace(/^\//, "");
    return [new File([file], name, { lastModified: file.lastModified })];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {FileSystemEntry[]} */
  const children = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    children.push(...some);
  }
  return (await Promise.all(children.map(walk))).flat();
}
