// The worker's keeper: starts it, feeds it, replaces it when it dies or does not answer a cancel.
// Opened files stay here as handles, so that a restart loses nothing.

import { VERSION } from "./protocol.js";

/**
 * @typedef {import("./protocol.js").Request} Request
 * @typedef {{progress?: (message: any) => void}} Hear
 * @typedef {{boot: (done: number, total: number) => void, ready: () => void, failed: (message: string) => void}} On
 * @typedef {{resolve: (value: any) => void, reject: (error: any) => void, hear: Hear,
 *   request: any, files: File[]}} Waiting
 */

const BOOT_FILES = /vendor\/pyodide\/(pyodide\.asm\.wasm|python_stdlib\.zip|whytokens-.*\.whl)$/;
const MEMORY_FILES = /vendor\/pyodide\/(pyodide\.asm\.wasm|python-.*\.memory)$/;
// A cancel is answered within a second: an engine in long work is replaced, the files stay here.
const CANCEL_MS = 900;
const NEEDS_NONE = new Set(["count", "close"]);

export class Engine {
  /** @param {On} on */
  constructor(on) {
    this.on = on;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Promise<void> | null} */
    this.starting = null;
    this.ready = false;
    /** Start from the memory snapshot; no more, once it was refused. */
    this.snapshot = "DecompressionStream" in globalThis;
    /** The worker has its boot request, so that others may follow. */
    this.booting = false;
    /** @type {Promise<WebAssembly.Module | null> | null} */
    this.module = null;
    this.next = 1;
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
    /** What was opened last and is shown, and whether Python still has it. @type {{request: any, files: File[]} | null} */
    this.opened = null;
    this.holds = false;
  }

  /** Starts Python, once; done when the worker may be asked. @returns {Promise<void>} */
  start() {
    this.starting ??= this.#start();
    return this.starting;
  }

  async #start() {
    const base = new URL(".", document.baseURI).href;
    // A worker from a URL takes its policy from its own response headers, which static hosts do
    // not send; one from a blob: takes the page's. So this one line keeps Python from the network.
    const line = `import ${JSON.stringify(new URL("worker.js", base).href)};`;
    const url = URL.createObjectURL(new Blob([line], { type: "text/javascript" }));
    const worker = new Worker(url, { type: "module" });
    this.worker = worker;
    worker.onmessage = (event) => this.#heard(event.data);
    worker.onerror = (event) => this.#died(event.message || "the worker stopped");
    const html = document.documentElement.dataset;
    const pyodide = html.pyodide ?? "vendor/pyodide/";
    this.module ??= compiled(base, pyodide);
    const [sizes, module] = await Promise.all([bootSizes(base, this.snapshot), this.module]);
    if (this.worker !== worker) return;
    worker.postMessage({
      type: "boot",
      base,
      pyodide,
      integrity: html.wasmIntegrity ?? "",
      sizes,
      module,
      memory: Object.keys(sizes).find((name) => name.endsWith(".memory")) ?? null,
    });
    this.booting = true;
    for (const id of this.waiting.keys()) this.#post(id);
  }

  /** @param {number} id */
  #post(id) {
    const { request, files } = /** @type {Waiting} */ (this.waiting.get(id));
    const opens = request.op === "open" && request.slot !== "other";
    if (this.opened && !this.holds && !opens && !NEEDS_NONE.has(request.op)) {
      // A start anew, or an open that was cancelled or failed, has lost what the page still shows.
      this.worker?.postMessage({ type: "request", ...this.opened });
      this.holds = true;
    }
    if (opens) this.holds = false;
    this.worker?.postMessage({ type: "request", request, files });
  }

  /** Remembers what is open. @param {Waiting | undefined} one */
  #done(one) {
    const { op, slot, own } = one?.request ?? {};
    if (op === "open" && slot !== "other") {
      this.opened = { request: { ...one?.request, id: 0 }, files: one?.files ?? [] };
      this.holds = true;
    } else if (op === "prices" && this.opened) this.opened.request = { ...this.opened.request, own };
  }

  /** @param {Omit<Request, "v" | "id">} request @param {File[]} files @param {Hear} hear @returns {{id: number, done: Promise<any>}} */
  ask(request, files = [], hear = {}) {
    const id = this.next++;
    const whole = { ...request, v: VERSION, id };
    const done = new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, hear, request: whole, files });
    });
    if (this.booting) this.#post(id);
    else this.start();
    return { id, done };
  }

  /** Asks the engine to stop; ends the worker when it does not answer. @param {number} id */
  cancel(id) {
    this.worker?.postMessage({ type: "cancel", id });
    // What has not begun is not worth a new start.
    if (!this.ready) this.#settle(id, (one) => one.reject({ cancelled: true }));
    setTimeout(() => {
      if (!this.waiting.has(id)) return;
      this.#settle(id, (one) => one.reject({ cancelled: true }));
      this.restart();
    }, CANCEL_MS);
  }

  restart() {
    this.#end();
    this.start();
  }

  /** @param {string} text */
  #heard(text) {
    const message = JSON.parse(text);
    if (message.type === "boot") this.on.boot(message.done, message.total);
    else if (message.type === "ready") {
      this.ready = true;
      this.on.ready();
    } else if (message.type === "fatal") this.#died(message.message);
    else if (message.type === "progress" || message.type === "fetching") {
      this.waiting.get(message.id)?.hear.progress?.(message);
    } else if (message.type === "result") {
      this.#done(this.waiting.get(message.id));
      this.#settle(message.id, (one) => one.resolve(message.value));
    } else if (message.type === "error") {
      // A tab's memory never shrinks: what is tried next gets a new one.
      if (message.error.code === "out-of-memory") this.restart();
      this.#settle(message.id, (one) => one.reject(message.error));
    } else if (message.type === "cancelled") {
      this.#settle(message.id, (one) => one.reject({ cancelled: true }));
    }
  }

  /** @param {number} id @param {(one: Waiting) => void} how */
  #settle(id, how) {
    const one = this.waiting.get(id);
    this.waiting.delete(id);
    if (one) how(one);
  }

  #end() {
    this.worker?.terminate();
    this.worker = null;
    this.starting = null;
    this.booting = false;
    this.ready = false;
    this.holds = false;
  }

  /** @param {string} message */
  #died(message) {
    const again = this.snapshot && !this.ready;
    this.#end();
    if (again) {
      this.snapshot = false;
      this.start();
      return;
    }
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    this.on.failed(message);
    for (const one of lost) one.reject({ failed: message });
  }
}

/** Sizes of what a start fetches, by file name; a memory snapshot stands for libraries. @param {string} base @param {boolean} snapshot @returns {Promise<Record<string, number>>} */
async function bootSizes(base, snapshot) {
  try {
    const info = await (await fetch(new URL("build-info.json", base).href)).json();
    /** @type {Record<string, number>} */
    const sizes = {};
    for (const [path, bytes] of Object.entries(info.files)) {
      if ((snapshot ? MEMORY_FILES : BOOT_FILES).test(path)) sizes[path.split("/").pop() ?? path] = Number(bytes);
    }
    return sizes;
  } catch {
    return {};
  }
}

/** Pyodide's module compiled by the page, whose compiled code browsers keep; null where that fails. @param {string} base @param {string} pyodide @returns {Promise<WebAssembly.Module | null>} */
async function compiled(base, pyodide) {
  if (/^https?:/.test(pyodide)) return null;
  try {
    const url = new URL(`${pyodide}pyodide.asm.wasm`, base).href;
    return await WebAssembly.compileStreaming(fetch(url));
  } catch {
    return null;
  }
}
