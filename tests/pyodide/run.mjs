// Runs the engine inside Pyodide under Node, from the site's own files, and prints one JSON line.
// Arguments: the site, the tests folder, a JSON file of texts.
import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [site, tests, texts] = process.argv.slice(2);
const home = `${site}/vendor/pyodide/`;
const { loadPyodide } = await import(pathToFileURL(`${home}pyodide.mjs`).href);
const pyodide = await loadPyodide({
  indexURL: home,
  stdLibURL: `${home}python_stdlib.zip`,
  lockFileURL: `${home}pyodide-lock.json`,
  packageBaseUrl: home,
  packages: ["whytokens", "tiktoken"],
});
pyodide.FS.mkdir("/tests");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: tests }, "/tests");
const assets = pyodide.pyimport("whytokens.assets");
for (const name of readdirSync(`${site}/assets`)) {
  assets.put(name, pyodide.toPy(new Uint8Array(readFileSync(`${site}/assets/${name}`))).tobytes());
}
pyodide.FS.writeFile("/texts.json", readFileSync(texts, "utf8"));
const { twin } = await import(pathToFileURL(`${site}/twin.js`).href);
pyodide.globals.set("TWIN", twin);
const answer = pyodide.runPython(`
import json, platform, sys
sys.path.insert(0, "/tests")
import golden_exports, golden_outputs, pathlib, tiktoken
from whytokens.tokenizers import claude
texts = json.loads(open("/texts.json").read())
names = ("o200k_base", "o200k_harmony", "cl100k_base", "p50k_base", "r50k_base")

def counts(twin):
    """Every tokenizer's counts, made anew with or without a twin."""
    for name in [name for name in sys.modules if name.startswith(("whytokens.tok", "whytokens.reg"))]:
        del sys.modules[name]
    from whytokens.tokenizers import pieces
    pieces.offer(twin)
    from whytokens.registry import TOKENIZERS
    return {t.key: t.count_many(texts) for t in TOKENIZERS}

json.dumps({
    "python": platform.python_version(),
    "exports": golden_exports.different(pathlib.Path("/tests/fixtures")),
    "golden": json.loads(golden_outputs.compare("/tests/fixtures")),
    "ids": {name: [tiktoken.get_encoding(name).encode(text, disallowed_special=())
                   for text in texts if "\\ud800" not in text] for name in names},
    "claude": {t.key: t.count_many(texts) for t in (claude.V3, claude.V47, claude.V48)},
    "twin": counts(TWIN),
    "alone": counts(None),
})
`);
console.log(answer);
