// Counting inside Pyodide, with the page's twin and without: in a worker of a page, or under Node with the site as
// argument. Prints speed on texts, and times of inputs that hurt at a size and at twice that.

const CODE = `
import base64, json, random, sys, time
KEYS = ("o200k_base", "claude-v3", "claude-v4.8", "gemma3")
dice = random.Random(1)
HARD = {
    "blanks": lambda n: " " * n,
    "one letter": lambda n: "a" * n,
    "base64 line": lambda n: base64.b64encode(dice.randbytes(n * 3 // 4)).decode(),
    "emoji run": lambda n: "\\U0001f642\\U0001f469\\u200d\\U0001f467" * (n // 4),
    "nested marks": lambda n: ("a" + "\\u0301\\u0323" * 50) * (n // 101),
    "CJK unspaced": lambda n: "".join(map(chr, dice.choices(range(0x4e00, 0x9fa5), k=n))),
}
SIZES = {"blanks": 500_000, "one letter": 500_000, "base64 line": 2_500_000}

def fresh(twin):
    for name in [name for name in sys.modules if name.startswith(("whytokens.tok", "whytokens.reg"))]:
        del sys.modules[name]
    from whytokens.tokenizers import pieces
    pieces.offer(twin)
    from whytokens.registry import TOKENIZERS
    found = {t.key: t.count_many for t in TOKENIZERS if t.key in KEYS}
    for count_many in found.values():
        count_many(["warm up é"])
    return found

def timed(count_many, texts):
    start = time.perf_counter()
    count_many(texts)
    return time.perf_counter() - start

texts = json.loads(TEXTS)
speed, hard = {}, {}
for way, twin in (("Python", None), ("twin", TWIN)):
    for key, count_many in fresh(twin).items():
        speed[f"{key} {way}"] = [timed(count_many, texts) for _ in range(2)]
    if not WITH_HARD:
        continue
    for key, count_many in fresh(twin).items():
        for name, made in HARD.items():
            n = SIZES.get(name, 100_000)
            hard[f"{key} {way} {name}"] = [n, timed(count_many, [made(n)]), timed(count_many, [made(2 * n) + "."])]
json.dumps({"speed": speed, "hard": hard})
`;
const ASSETS = ["o200k_base.bin", "claude-v3.bin", "claude-v4.7.bin", "gemma3.bin"];

export async function measure(home, read, twin, withHard) {
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
  pyodide.globals.set("TWIN", twin);
  pyodide.globals.set("WITH_HARD", withHard);
  return pyodide.runPython(CODE);
}

if (typeof process !== "undefined" && process.argv[2]) {
  const { readFileSync } = await import("node:fs");
  const { pathToFileURL } = await import("node:url");
  const [folder, withHard] = process.argv.slice(2);
  const home = pathToFileURL(`${folder}/vendor/pyodide/`).href;
  const { twin } = await import(pathToFileURL(`${folder}/twin.js`).href);
  const read = async (name) => new Uint8Array(readFileSync(`${folder}/${name}`));
  console.log(await measure(home, read, twin, withHard === "hard"));
}
