// Asking the engine: one request at a time shows its progress, and its failure belongs on the page.

import { say } from "./dom.js";
import * as store from "./store.js";
import * as strings from "./strings.js";

/** @typedef {import("./protocol.js").Request} Request */

/**
 * What answers requests: Python in its worker, or the data of a saved page.
 * @typedef {{ready: boolean, start: () => Promise<void>, cancel: (id: number) => void,
 *   ask: (request: Omit<Request, "v" | "id">, files?: File[], hear?: import("./load.js").Hear) => {id: number, done: Promise<any>}}} Answerer
 */

export class Asking {
  /** @param {(on: import("./load.js").On) => Answerer} engine */
  constructor(engine) {
    this.running = 0;
    this.engine = engine({
      boot: (done, total) => {
        if (store.get().progress) store.set({ progress: { text: strings.booting(done, total), done, total } });
      },
      ready: () => performance.mark("python-ready"),
      failed: (message) => this.#failed(message),
    });
  }

  /** Asks the engine anything; progress shows on the page. @param {Omit<Request, "v" | "id">} request @param {File[]} files @returns {Promise<any>} */
  async ask(request, files = []) {
    const asked = this.engine.ask(request, files, { progress: (message) => this.#heard(message) });
    this.running = asked.id;
    try {
      return await asked.done;
    } finally {
      if (this.running === asked.id) {
        this.running = 0;
        store.set({ progress: null });
      }
    }
  }

  cancel() {
    this.engine.cancel(this.running);
  }

  /** Runs work whose failure belongs on the page. @param {string} name @param {() => Promise<void>} work */
  async told(name, work) {
    try {
      await work();
    } catch (error) {
      const told = /** @type {any} */ (error);
      if (told?.cancelled) store.set({ progress: null, stopped: name || null });
      else if (told?.code) store.set({ progress: null, error: told });
      else if (!told?.failed) throw error;
    }
  }

  /** @param {any} message */
  #heard(message) {
    const text = message.type === "fetching" ? strings.fetching(message.asset) : strings.progress(message);
    store.set({ progress: { text, done: message.done ?? 0, total: message.total ?? 1 } });
    say(text);
  }

  /** @param {string} message */
  #failed(message) {
    if (!this.running) return;
    this.running = 0;
    const { title, text } = strings.PYTHON_FAILED;
    store.set({ progress: null, error: { ...strings.problem("python-failed", title, text), hint: message } });
  }
}
