// Files the user saves: exports of the trace, and sheets of spend. What looks like a key is named first.

import { blobOf, png, save } from "./saving.js";
import * as store from "./store.js";
import { askFirst } from "./views/secrets.js";

/** @typedef {import("./actions.js").Actions} Actions */

/** Saves a file, once nothing secret is in it or the user said so. @param {Actions} act @param {string} format */
export async function exportAs(act, format) {
  await act.python();
  await act.told("", async () => {
    const file = await act.ask({
      op: "export",
      format: format === "png" ? "svg" : format,
      filter: store.get().filter,
    });
    askFirst(await act.ask({ op: "secrets" }), async () => {
      const blob = blobOf(file);
      if (format === "png") save(file.name.replace(/svg$/, "png"), await png(blob));
      else save(file.name, blob);
    });
  });
}

/** A sheet of a table of spend. @param {Actions} act @param {{table: string, asked: Record<string, string>}} asking @param {string} key */
export async function saveSheet(act, asking, key) {
  await act.told("", async () => {
    saveFile(await act.ask({ op: "spend", ...asking, filter: store.get().filter, path: [key] }));
  });
}

/** @param {import("./protocol.js").ExportValue} file */
export function saveFile(file) {
  save(file.name, blobOf(file));
}
