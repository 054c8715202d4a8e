// A memory snapshot may be larger than the memory that Pyodide's module begins with.

const PAGE_BYTES = 65_536;

/** Gives every WebAssembly memory that is made from here on room for a snapshot, before Pyodide copies it in.
 * @param {Promise<ArrayBufferLike | ArrayBufferView>} snapshot */
export function makeRoom(snapshot) {
  for (const name of /** @type {const} */ (["instantiate", "instantiateStreaming"])) {
    const real = /** @type {(source: any, imports: any) => Promise<any>} */ (WebAssembly[name]?.bind(WebAssembly));
    if (!real) continue;
    WebAssembly[name] = /** @type {any} */ (
      async (/** @type {any} */ source, /** @type {any} */ imports) => {
        const made = await real(source, imports);
        const memory = (made.instance ?? made).exports.memory;
        // What stands before the heap is less than a page.
        const pages = Math.floor((await snapshot).byteLength / PAGE_BYTES);
        const missing = pages - (memory?.buffer.byteLength ?? Number.POSITIVE_INFINITY) / PAGE_BYTES;
        if (missing > 0) memory.grow(missing);
        return made;
      }
    );
  }
}
