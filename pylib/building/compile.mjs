// Turns the Python sources of zip files into bytecode, made by Pyodide itself so that it fits.
// Arguments: pairs of input and output zip. Unchecked-hash .pyc, -OO, stored (hosts compress better).
import { readFileSync, writeFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const code = `
import importlib._bootstrap_external as external, importlib.util, io, zipfile
def compiled(data, skip):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist()):
            if name.endswith("/") or any(name.startswith(part) for part in skip):
                continue
            body = source.read(name)
            if name.endswith(".py"):
                unit = compile(body, name, "exec", dont_inherit=True, optimize=2)
                stamp = importlib.util.source_hash(body)
                body = external._code_to_hash_pyc(unit, stamp, False)
                name += "c"
            target.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), body)
    return out.getvalue()
compiled
`;
// Modules of the standard library that neither Pyodide nor we import, nor a log reader would.
const UNUSED = [
  "test/", "idlelib/", "tkinter/", "turtledemo/", "turtle.py", "ensurepip/", "venv/", "lib2to3/",
  "pydoc_data/", "pydoc.py", "unittest/", "doctest.py", "curses/", "wsgiref/", "xmlrpc/",
  "smtplib.py", "imaplib.py", "ftplib.py", "poplib.py", "mailbox.py", "pdb.py", "cProfile.py",
];
const pyodide = await loadPyodide();
const compiled = pyodide.runPython(code);
const files = process.argv.slice(2);
for (let i = 0; i < files.length; i += 2) {
  const skip = pyodide.toPy(files[i].endsWith("python_stdlib.zip") ? UNUSED : []);
  const data = pyodide.toPy(new Uint8Array(readFileSync(files[i]))).tobytes();
  writeFileSync(files[i + 1], compiled(data, skip).toJs());
}
