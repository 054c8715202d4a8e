"""Counting speed in Chromium and in Pyodide under Node, beside compiled tiktoken on CPython.

First-sight text, 10 MB: a third each of English, code and JSON. "again" is the same text once more,
with its words known. All in one run; rounds take turns and the best of each is compared. Each
tokenizer counts in Python alone and with the page's twin (`app/twin.js`). Then, under Node, inputs
that hurt at a size and at twice that, and what the page fetches for each vocabulary.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

from building import corpus, site
from building.browser import launched
from building.places import BUILD, DATA, ROOT, SITE

ROUNDS = 3
PART_BYTES = 3_400_000
SCRIPT = Path(__file__).parent / "bench_tokens.mjs"
PAGE = '<!doctype html><script type="module" src="page.js"></script>'
PAGE_JS = """const worker = new Worker("worker.js", {type: "module"});
worker.onmessage = (event) => { document.title = event.data; };"""
WORKER_JS = """import { measure } from "./bench_tokens.mjs";
import { twin } from "./twin.js";
const read = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
postMessage(await measure(new URL("vendor/pyodide/", location.href).href, read, twin, false));"""


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests" / "browser"))
    site.build(SITE, assets="self")
    folder = BUILD / "bench-tokens"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SITE, folder)
    texts = _texts()
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    for name, text in (("index.html", PAGE), ("page.js", PAGE_JS), ("worker.js", WORKER_JS)):
        (folder / name).write_text(text)
    shutil.copyfile(SCRIPT, folder / SCRIPT.name)
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    print(f"{len(texts):,} texts, {size / 1e6:.1f} MB")
    best: dict[tuple[str, str], tuple[float, float]] = {}
    for _ in range(ROUNDS):
        _keep(best, "compiled tiktoken, CPython", {"o200k_base": _compiled(texts)})
        _keep(best, "Pyodide, Node", _node(folder)["speed"])
        _keep(best, "Pyodide, Chromium", _chromium(folder)["speed"])
    reference = best["compiled tiktoken, CPython", "o200k_base"][0]
    for (place, key), (cold, warm) in sorted(best.items()):
        print(
            f"{place:28} {key:18} {size / cold / 1e6:6.2f} MB/s first ({reference / cold:.2f}x), "
            f"again {size / warm / 1e6:6.2f} MB/s ({reference / warm:.2f}x)"
        )
    for name, (n, once, twice) in _node(folder, "hard")["hard"].items():
        print(f"{name:34} {n:9,}: {once:6.2f} s, twice that: {twice:6.2f} s")
    _vocabularies()


def _vocabularies() -> None:
    """A host compresses what it sends or it does not; either is printed."""
    for path in sorted(DATA.glob("*.bin")):
        data = path.read_bytes()
        print(f"{path.name:16} {len(data):9,} bytes, {len(gzip.compress(data)):9,} by gzip")


def _texts() -> list[str]:
    """English from the corpus where it is (else docstrings), Python's sources, JSON."""
    library = Path(sysconfig.get_path("stdlib"))
    code = [p.read_text(encoding="utf-8", errors="replace") for p in sorted(library.glob("*.py"))]
    code += [
        p.read_text(encoding="utf-8", errors="replace") for p in sorted(library.glob("*/*.py"))
    ]
    english, documents = list[str](), list[str]()
    if corpus.CORPUS.exists():
        for row in corpus.rows():
            body = row["request_body"]
            documents.append(json.dumps(body.get("tools") or row["usage"]))
            for message in body.get("messages") or []:
                content = message.get("content") if isinstance(message, dict) else None
                english += [content] if isinstance(content, str) else []
    english = list(dict.fromkeys(english)) or [text for text in code if '"""' in text]
    documents = list(dict.fromkeys(documents)) or [json.dumps(text) for text in code]
    return [*_cut(english), *_cut(code), *_cut(documents)]


def _cut(texts: list[str]) -> list[str]:
    """The first of them, `PART_BYTES` together, over again where they are too few."""
    found, size, round_number = list[str](), 0, 0
    while size < PART_BYTES and texts:
        for text in texts:
            if text and size < PART_BYTES:
                found.append(text if not round_number else f"{round_number} {text}")
                size += len(text)
        round_number += 1
    return found


def _compiled(texts: list[str]) -> tuple[float, float]:
    from tiktoken._tiktoken import CoreBPE

    from whytokens import assets
    from whytokens.tokenizers import openai
    from whytokens.tokenizers.vocabulary import unpack

    core = CoreBPE(unpack(assets.read("o200k_base.bin")), {}, openai.O200K_PATTERN)
    core.encode_ordinary("warm up")
    times = []
    for _ in range(2):
        start = time.perf_counter()
        for text in texts:
            core.encode_ordinary(text)
        times.append(time.perf_counter() - start)
    return times[0], times[1]


def _node(folder: Path, *more: str) -> dict[str, Any]:
    command = ["node", "--no-warnings", str(folder / SCRIPT.name), str(folder), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _chromium(folder: Path) -> dict[str, Any]:
    from servers import serve

    with serve(folder) as address, launched() as context:
        page = context.new_page()
        page.goto(address)
        while not page.title().startswith("{"):
            time.sleep(0.2)
        return dict(json.loads(page.title()))


def _keep(
    best: dict[tuple[str, str], tuple[float, float]], place: str, found: dict[str, Any]
) -> None:
    for key, (cold, warm) in found.items():
        old = best.get((place, key), (cold, warm))
        best[place, key] = (min(old[0], cold), min(old[1], warm))
