// The saved page: the same views over the data that stands in the file itself. Nothing is fetched.

import { Actions } from "./actions.js";
import { followAddress } from "./address.js";
import { byId } from "./dom.js";
import * as hash from "./hash.js";
import { listenForKeys } from "./keys.js";
import { stage } from "./stage.js";
import * as store from "./store.js";
import { listenForTools } from "./tools.js";

/** @typedef {{report: import("./protocol.js").Report, layouts: Record<string, import("./protocol.js").Columns>, texts: Record<string, import("./protocol.js").TextValue>}} Data */

/** Answers from the file what the engine would answer. */
class Sealed {
  /** @param {Data} data */
  constructor(data) {
    this.data = data;
    this.ready = true;
  }

  async start() {}

  cancel() {}

  /** @param {Omit<import("./protocol.js").Request, "v" | "id">} request */
  ask(request) {
    return { id: 0, done: this.#answer(request) };
  }

  /** @param {Omit<import("./protocol.js").Request, "v" | "id">} request @returns {Promise<any>} */
  async #answer({ op, layout, segment }) {
    if (op === "layout" && layout) return this.data.layouts[layout];
    if (op === "text") return this.data.texts[String(segment)];
    throw new Error(`a saved page has no ${op}`);
  }
}

/** @type {Data} */
const data = JSON.parse(byId("data").textContent ?? "");
document.documentElement.dataset.sealed = "";
store.set({ sealed: true, ...hash.read(location.hash) });
const act = new Actions(() => new Sealed(data));
store.listen(stage(act));
listenForKeys(act);
listenForTools();
followAddress(act);
act.show(data.report, null);
