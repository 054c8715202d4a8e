// Load of the snapshot and pricing of calls inside Pyodide under Node; the site is the argument.
import { pathToFileURL } from "node:url";

const CODE = `
import json, time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from whytokens.model import Call, CallId, NodeId, Usage, Where
from whytokens.prices import snapshot
from whytokens.prices.engine import Book, cost_pusd
loads = []
for _ in range(ROUNDS):
    snapshot.load.cache_clear()
    start = time.perf_counter()
    found = snapshot.load()
    loads.append((time.perf_counter() - start) * 1000)
models = ("claude-sonnet-4-5-20250929", "gpt-5.6-sol", "gemini-2.5-flash", "deepseek-v4-pro", "gpt-4o-mini")
day = datetime(2026, 9, 1, tzinfo=UTC)
calls = [
    Call(id=CallId(n), session="s", api="x", model=models[n % 5], prompt=NodeId(0), where=Where(file="f"),
         started=day + timedelta(minutes=n * 7),
         usage=Usage(input=n * 37 % 9000, cache_read=n * 911 % 250_000, cache_write_5m=n % 700,
                     cache_write_1h=0, output=n % 4000))
    for n in range(CALLS)
]
times = []
for _ in range(ROUNDS):
    book = Book(found)
    start = time.perf_counter()
    for call in calls:
        cost_pusd(book.quote(call), call.usage)
    times.append((time.perf_counter() - start) / CALLS * 1e6)
json.dumps({"load_ms": loads, "price_us": times})
`;
const home = `${process.argv[2]}/vendor/pyodide/`;
const { loadPyodide } = await import(pathToFileURL(`${home}pyodide.mjs`).href);
const pyodide = await loadPyodide({
  indexURL: home,
  stdLibURL: `${home}python_stdlib.zip`,
  lockFileURL: `${home}pyodide-lock.json`,
  packageBaseUrl: home,
  packages: ["whytokens"],
});
pyodide.globals.set("ROUNDS", 7);
pyodide.globals.set("CALLS", 2000);
console.log(pyodide.runPython(CODE));
