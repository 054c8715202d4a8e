// Counting speed inside Pyodide: in a worker of a page, or under Node with the site as argument.

const CODE = `
import json, time
from whytokens.registry import TOKENIZERS
texts = json.loads(TEXTS)
found = {}
for tokenizer in TOKENIZERS:
    if tokenizer.key not in ("o200k_base", "claude-v3", "gemma3"):
        continue
    tokenizer.count_many(["warm up é"])
    times = []
    for _ in range(2):
        start = time.perf_counter()
        tokenizer.count_many(texts)
        times.append(time.perf_counter() - start)
    found[tokenizer.key] = times
json.dumps(found)
`;
const ASSETS = ["o200k_base.bin", "claude-v3.bin", "gemma3.bin"];

export async function measure(home, read) {
  const { loadPyodide } = await import(`${home}pyodide.mjs`);
  const path = home.startsWith("file:") ? decodeURIComponent(new URL(home).pathname) : home;
  const pyodide = await loadPyodide({
    indexURL: path,
    stdLibURL: `${path}python_stdlib.zip`,
    lockFileURL: `${path}pyodide-lock.json`,
    packageBaseUrl: path,
    packages: ["whytokens"],
  });
  const assets = pyodide.pyimport("whytokens.assets");
  for (const name of ASSETS) {
    assets.put(name, pyodide.toPy(await read(`assets/${name}`)).tobytes());
  }
  pyodide.globals.set("TEXTS", new TextDecoder().decode(await read("texts.json")));
  return pyodide.runPython(CODE);
}

if (typeof process !== "undefined" && process.argv[2]) {
  const { readFileSync } = await import("node:fs");
  const { pathToFileURL } = await import("node:url");
  const folder = process.argv[2];
  const home = pathToFileURL(`${folder}/vendor/pyodide/`).href;
  console.log(await measure(home, async (name) => new Uint8Array(readFileSync(`${folder}/${name}`))));
}
