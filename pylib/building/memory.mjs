// Makes the memory snapshot that the page's Python starts from, and starts one from it to see that it works.
// Arguments: Pyodide's folder, standard library, our wheel (both as bytecode), JSON of module names, output (gzip).
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { loadPyodide } from "pyodide";
import { makeRoom } from "./room.js";

const [indexURL, library, wheel, names, out] = process.argv.slice(2);
const common = {
  indexURL,
  stdLibURL: library,
  // Hashes of texts are frozen in a memory; so let them be the same in every build.
  env: { PYTHONDONTWRITEBYTECODE: "1", PYTHONHASHSEED: "0" },
};
const python = await loadPyodide({ ...common, _makeSnapshot: true });
python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
python.globals.set("names", names);
python.runPython(`
import gc, json
from whytokens import memory
memory.fill(json.loads(names))
del json, memory, names
gc.collect()
`);
const snapshot = python.makeMemorySnapshot();
makeRoom(Promise.resolve(snapshot));
const again = await loadPyodide({ ...common, _loadSnapshot: snapshot });
again.pyimport("whytokens.memory").wake(() => {});
const answer = [...again.pyimport("whytokens.worker").handle('{"v":1,"id":1,"op":"close"}')].join();
if (answer !== '{"id":1,"type":"result","value":null}') throw new Error(`the memory snapshot answers ${answer}`);
writeFileSync(out, gzipSync(snapshot, { level: 9 }));
process.exit(0);
