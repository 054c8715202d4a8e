// One part of `bench tokens` inside Pyodide: in a worker of a page, or under Node with the folder, the part, the file
// that it reads and "Python" or "twin" as arguments. `counting_inside.py` is what is measured.

const ASSETS = ["o200k_base.bin", "claude-v3.bin", "claude-v4.7.bin", "gemma3.bin"];

/** @param {string} home where Pyodide is @param {(name: string) => Promise<Uint8Array>} read @param {any} twin */
export async function measure(home, read, twin, part, given, way) {
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
  const bytes = async (name) => pyodide.toPy(await read(name)).tobytes();
  for (const name of ASSETS) assets.put(name, await bytes(`assets/${name}`));
  pyodide.runPython(new TextDecoder().decode(await read("counting_inside.py")));
  return pyodide.globals.get("measured")(part, way === "twin" ? twin : undefined, await bytes(given));
}

if (typeof process !== "undefined" && process.argv[2]) {
  const { readFileSync } = await import("node:fs");
  const { pathToFileURL } = await import("node:url");
  const [folder, part, given, way] = process.argv.slice(2);
  const home = pathToFileURL(`${folder}/vendor/pyodide/`).href;
  const { twin } = await import(pathToFileURL(`${folder}/twin.js`).href);
  const read = async (name) => new Uint8Array(readFileSync(`${folder}/${name}`));
  console.log(await measure(home, read, twin, part, given, way));
}
