"""Time to the first picture and to Python, beside Pyodide's own default boot, in one run.

Each round starts a browser with an empty profile (cold), then again with the same one (warm). The
default is npm's Pyodide with its library as sources, and our package installed from a wheel.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from building import site, wheels
from building.browser import launched, renderer_cpu_s, settled
from building.places import BUILD, NODE_MODULES, ROOT, SITE

ROUNDS = 5
DEFAULT_PAGE = """<!doctype html><script type="module">
const worker = new Worker("worker.js", {type: "module"});
worker.onmessage = () => performance.mark("python-ready");
</script>"""
DEFAULT_WORKER = """import { loadPyodide } from "./pyodide/pyodide.mjs";
const python = await loadPyodide();
await python.loadPackage(new URL("WHEEL", location.href).href);
python.runPython("import whytokens.worker");
postMessage("ready");
"""


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from servers import serve

    site.build(SITE, assets="self")
    folders = {"npm default": _default_site(BUILD / "bench-default"), "whytokens": SITE}
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    icicles: list[float] = []
    for _ in range(ROUNDS):
        for name, folder in folders.items():
            with tempfile.TemporaryDirectory() as profile, serve(folder) as address:
                for visit in ("cold", "warm"):
                    wall, cpu, icicle = _visit(address, Path(profile))
                    found.setdefault((name, visit), []).append((wall, cpu))
                    if icicle and visit == "cold":
                        icicles.append(icicle)
    _print(found, icicles)


def _default_site(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(NODE_MODULES / "pyodide", folder / "pyodide")
    wheel = wheels.page(folder)
    (folder / "index.html").write_text(DEFAULT_PAGE)
    (folder / "worker.js").write_text(DEFAULT_WORKER.replace("WHEEL", wheel.name))
    return folder


def _visit(address: str, profile: Path) -> tuple[float, float, float | None]:
    """Seconds to Python ready, renderer CPU seconds till then, seconds to the first picture."""
    with launched(profile) as context:
        page = context.pages[0] if context.pages else context.new_page()
        settled()
        before = renderer_cpu_s()
        page.goto(address)
        for _ in range(1200):
            marks = dict(
                page.evaluate(
                    "performance.getEntriesByType('mark').map((m) => [m.name, m.startTime])"
                )
            )
            if "python-ready" in marks:
                break
            time.sleep(0.05)
        cpu = renderer_cpu_s() - before
        icicle = marks.get("icicle-ready")
        return marks["python-ready"] / 1000, cpu, icicle / 1000 if icicle else None


def _print(found: dict[tuple[str, str], list[tuple[float, float]]], icicles: list[float]) -> None:
    print(f"medians of {ROUNDS}; Python ready after navigation, renderer CPU till then")
    middle = {
        key: tuple(median(part) for part in zip(*rows, strict=True)) for key, rows in found.items()
    }
    for (name, visit), (wall, cpu) in middle.items():
        print(f"{name:12} {visit:5} {wall:6.2f} s wall {cpu:6.2f} s CPU")
    for visit in ("cold", "warm"):
        ours, theirs = middle[("whytokens", visit)], middle[("npm default", visit)]
        print(f"{visit}: {ours[1] / theirs[1]:.2f}x CPU, {ours[0] / theirs[0]:.2f}x wall")
    print(
        f"first clickable icicle: {median(icicles):.2f} s after navigation (median of {len(icicles)})"
    )
