// Starts Python from the site's memory snapshot, as the page does, under Node; prints one JSON line.
// Arguments: the site, the tests folder.
import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

const [site, tests] = process.argv.slice(2);
const home = `${site}/vendor/pyodide/`;
const memory = readdirSync(home).find((name) => name.endsWith(".memory"));
const { loadPyodide } = await import(pathToFileURL(`${home}pyodide.mjs`).href);
const { makeRoom } = await import(pathToFileURL(`${site}/room.js`).href);
const snapshot = gunzipSync(readFileSync(home + memory));
makeRoom(Promise.resolve(snapshot));
const start = async () => {
  const pyodide = await loadPyodide({
    indexURL: home,
    stdLibURL: `${home}pyodide-lock.json`, // any file but the library: the page has none either
    packageBaseUrl: home,
    _loadSnapshot: snapshot,
  });
  let fetched = 0;
  pyodide.pyimport("whytokens.memory").wake(() => {
    fetched += 1;
    pyodide.FS.writeFile("/lib/python314.zip", readFileSync(`${home}python_stdlib.zip`));
  });
  return { pyodide, fetched: () => fetched };
};
const { pyodide, fetched } = await start();
const first = pyodide.runPython("import random; random.random()");
const other = (await start()).pyodide.runPython("import random; random.random()");
pyodide.FS.mkdir("/tests");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: tests }, "/tests");
const assets = pyodide.pyimport("whytokens.assets");
for (const name of readdirSync(`${site}/assets`)) {
  assets.put(name, pyodide.toPy(new Uint8Array(readFileSync(`${site}/assets/${name}`))).tobytes());
}
const before = fetched();
const late = pyodide.runPython(`
import colorsys, wave
[colorsys.__name__, wave.__name__]
`).toJs();
const once = fetched();
const answer = pyodide.runPython(`
import json, sys
sys.path.insert(0, "/tests")
import golden_outputs

class Watch:
    """Modules of the standard library that the engine imports only now."""
    seen = []
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in sys.stdlib_module_names:
            self.seen.append(name)

sys.meta_path.insert(0, Watch())
json.dumps({"golden": json.loads(golden_outputs.compare("/tests/fixtures")), "late": Watch.seen})
`);
console.log(JSON.stringify({ ...JSON.parse(answer), random: [first, other], before, once, imported: late }));
process.exit(0);
