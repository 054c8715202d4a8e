// All checks inside Pyodide under Node, from the site's own files: seconds for each log, as JSON.
// Arguments: the site, then logs.
import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [site, ...logs] = process.argv.slice(2);
const home = `${site}/vendor/pyodide/`;
const { loadPyodide } = await import(pathToFileURL(`${home}pyodide.mjs`).href);
const pyodide = await loadPyodide({
  indexURL: home,
  stdLibURL: `${home}python_stdlib.zip`,
  lockFileURL: `${home}pyodide-lock.json`,
  packageBaseUrl: home,
  packages: ["whytokens"],
});
const assets = pyodide.pyimport("whytokens.assets");
for (const name of readdirSync(`${site}/assets`)) {
  assets.put(name, pyodide.toPy(new Uint8Array(readFileSync(`${site}/assets/${name}`))).tobytes());
}
logs.forEach((log, at) => pyodide.FS.writeFile(`/log${at}.jsonl`, readFileSync(log)));
pyodide.globals.set("COUNT", logs.length);
const answer = pyodide.runPython(`
import json, time
from whytokens import registry
from whytokens.operations import source
from whytokens.pipeline import run
from whytokens.waste.check import check

seconds = []
for number in range(COUNT):
    path = f"/log{number}.jsonl"
    opened = run([source({"name": path, "path": path})])
    times = []
    for _ in range(3):
        start = time.perf_counter()
        for _ in check(opened.trace, opened.attributions, registry.DETECTORS):
            pass
        times.append(time.perf_counter() - start)
    seconds.append(min(times))
json.dumps(seconds)
`);
console.log(answer);
