// Ways in: drop anywhere (files and whole folders), paste anywhere, the picker.

import { byId } from "./dom.js";
import { typing } from "./flame/keys.js";

/** @param {(files: File[]) => void} open */
export function listenForFiles(open) {
  const picker = /** @type {HTMLInputElement} */ (byId("picker"));
  for (const id of ["open", "open-landing"]) byId(id).addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    open([...(picker.files ?? [])]);
    picker.value = "";
  });
  const drop = byId("drop");
  let inside = 0;
  addEventListener("dragenter", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    inside += 1;
    drop.hidden = false;
  });
  addEventListener("dragleave", () => {
    inside = Math.max(0, inside - 1);
    drop.hidden = inside === 0;
  });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", async (event) => {
    event.preventDefault();
    inside = 0;
    drop.hidden = true;
    if (event.dataTransfer) open(await dropped(event.dataTransfer));
  });
  addEventListener("paste", (event) => {
    if (typing(event.target) || !event.clipboardData) return;
    const files = [...event.clipboardData.files];
    const text = event.clipboardData.getData("text/plain");
    if (files.length) open(files);
    else if (text.trim()) open([new File([text], "pasted text")]);
  });
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
