// Python in a worker: boots Pyodide, then pumps whytokens.worker.handle, one message at a time.
// Started through a blob: URL (see load.js), so that the page's security policy governs it too.

import { makeRoom } from "./room.js";
import { twin } from "./twin.js";

/** @typedef {{type: "boot", base: string, pyodide: string, integrity: string, sizes: Record<string, number>, module: WebAssembly.Module | null, memory: string | null}} BootRequest */

const scope = /** @type {any} */ (self);
/** @type {any} */
let python = null;
/** @type {any} */
let handle = null;
/** @type {Set<number>} */
const cancelled = new Set();
/** @type {Promise<void>} */
let queue = Promise.resolve();
let mounted = "";
const LIBRARY = "python_stdlib.zip";

/** Lets messages in: awaiting alone would starve them (a cancel once took 7.7 s instead of 26 ms). */
const breathe = () => new Promise((resolve) => setTimeout(resolve, 0));

scope.onmessage = (/** @type {MessageEvent} */ event) => {
  const message = event.data;
  if (message.type === "boot") {
    queue = boot(message).catch((error) => {
      scope.postMessage(JSON.stringify({ type: "fatal", message: String(error) }));
    });
  } else if (message.type === "cancel") {
    cancelled.add(message.id);
  } else {
    queue = queue.then(() => answer(message.request, message.files ?? []));
  }
};

/** @param {BootRequest} request */
async function boot({ base, pyodide: home, integrity, sizes, module, memory }) {
  const local = new URL("vendor/pyodide/", base).href;
  const indexURL = new URL(home, base).href;
  const library = `${local}${LIBRARY}`;
  countFetches(sizes, indexURL, integrity, [...(module ? [".wasm"] : []), ...(memory ? [LIBRARY] : [])]);
  if (module) shareModule(module);
  const snapshot = memory ? unpacked(`${local}${memory}`) : null;
  if (snapshot) makeRoom(snapshot);
  const { loadPyodide } = await import(new URL("pyodide.mjs", indexURL).href);
  python = await loadPyodide({
    indexURL,
    stdLibURL: library,
    lockFileURL: `${local}pyodide-lock.json`,
    packageBaseUrl: local,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    ...(snapshot ? { _loadSnapshot: snapshot } : { packages: ["whytokens"] }),
  });
  if (memory) python.pyimport("whytokens.memory").wake(() => putLibrary(library));
  python.pyimport("whytokens.tokenizers.pieces").offer(twin);
  handle = python.pyimport("whytokens.worker").handle;
  scope.base = base;
  scope.postMessage(JSON.stringify({ type: "ready" }));
}

/** A memory snapshot: Python with the engine imported, as it stood when the site was built. @param {string} url */
async function unpacked(url) {
  const response = await scope.fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return new Response(response.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** The standard library's files, which a memory snapshot starts without: Python waits, so nothing else may. @param {string} url */
function putLibrary(url) {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${url}: HTTP ${request.status}`);
  const [major, minor] = python._api.pyVersionTuple;
  python.FS.writeFile(`/lib/python${major}${minor}.zip`, new Uint8Array(request.response));
}

/** Reports bytes as they come. @param {Record<string, number>} sizes @param {string} indexURL @param {string} integrity @param {string[]} had what is here already, by the end of its address */
function countFetches(sizes, indexURL, integrity, had) {
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  let done = 0;
  const real = scope.fetch.bind(scope);
  scope.fetch = async (/** @type {any} */ input, /** @type {any} */ init) => {
    const url = String(input?.url ?? input);
    const name = url.split("/").pop() ?? "";
    if (had.some((end) => url.endsWith(end))) {
      // The page has compiled the module (shareModule ignores this answer); a memory needs no library.
      done += sizes[name] ?? 0;
      return new Response(new Uint8Array(), { headers: { "Content-Type": "application/wasm" } });
    }
    const checked = url.startsWith(indexURL) && url.endsWith(".wasm") && integrity;
    const response = await real(input, checked ? { ...init, integrity } : init);
    if (!response.body || !(name in sizes)) return response;
    const counter = new TransformStream({
      transform(chunk, controller) {
        done += chunk.length;
        scope.postMessage(JSON.stringify({ type: "boot", stage: name, done, total }));
        controller.enqueue(chunk);
      },
    });
    const { status, headers } = response;
    return new Response(response.body.pipeThrough(counter), { status, headers });
  };
}

/** The page has compiled the module already; browsers keep compiled code for pages, not workers. @param {WebAssembly.Module} module */
function shareModule(module) {
  WebAssembly.instantiateStreaming = async (_, imports) => {
    const instance = await WebAssembly.instantiate(module, imports);
    return { module, instance };
  };
}

/** @param {any} request @param {File[]} files */
async function answer(request, files) {
  if (cancelled.delete(request.id)) return gone(request.id);
  if (request.op === "open") request.files = mount(files);
  const steps = handle(JSON.stringify(request));
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return;
      const message = value.includes('"type":"need"') ? JSON.parse(value) : null;
      if (message?.type === "need") await provide(message.asset, request.id);
      else scope.postMessage(value);
      await breathe();
      if (cancelled.delete(request.id)) {
        steps.return();
        return gone(request.id);
      }
    }
  } catch (error) {
    scope.postMessage(JSON.stringify({ type: "fatal", message: String(error) }));
  } finally {
    steps.destroy?.();
  }
}

/** @param {number} id */
const gone = (id) => scope.postMessage(JSON.stringify({ id, type: "cancelled" }));

/** Files stay where they are and are read piece by piece. @param {File[]} files */
function mount(files) {
  if (mounted) {
    python.FS.unmount(mounted);
    python.FS.rmdir(mounted);
  }
  mounted = `/in-${Date.now()}`;
  python.FS.mkdir(mounted);
  const blobs = files.map((file, at) => ({ name: String(at), data: file }));
  python.FS.mount(python.FS.filesystems.WORKERFS, { blobs }, mounted);
  return files.map((file, at) => ({
    name: file.webkitRelativePath || file.name,
    path: `${mounted}/${at}`,
  }));
}

/** A vocabulary, from this site only. @param {string} asset @param {number} id */
async function provide(asset, id) {
  scope.postMessage(JSON.stringify({ id, type: "fetching", asset }));
  const response = await fetch(new URL(`assets/${asset}`, scope.base).href);
  if (!response.ok) throw new Error(`${asset}: HTTP ${response.status}`);
  const assets = python.pyimport("whytokens.assets");
  assets.put(asset, python.toPy(new Uint8Array(await response.arrayBuffer())).tobytes());
}
