"""Counting: how fast, how it grows on inputs that hurt, an agent log, what the page fetches.

`build.py bench tokens` runs every part, `bench tokens adversarial` one. Each tokenizer counts in Python
alone and with the page's twin (`app/twin.js`). `counting_inside.py` is what runs where we count.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from building import corpus, counting_inside, sessions, site
from building.browser import launched
from building.places import BUILD, DATA, ROOT, SITE

ROUNDS = 3
PART_BYTES = 3_400_000
SCRIPT = Path(__file__).parent / "bench_tokens.mjs"
INSIDE = Path(counting_inside.__file__)
PLACES = ("CPython", "Pyodide, Node", "Pyodide, Chromium")
WAYS = ("Python", "twin")
TURNS = (40, 120)
PAGE = '<!doctype html><script type="module" src="page.js"></script>'
PAGE_JS = """const worker = new Worker("worker.js" + location.search, {type: "module"});
worker.onmessage = (event) => { document.title = event.data; };"""
WORKER_JS = """import { measure } from "./bench_tokens.mjs";
import { twin } from "./twin.js";
const [part, given, way] = new URLSearchParams(location.search).getAll("run");
const read = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
postMessage(await measure(new URL("vendor/pyodide/", location.href).href, read, twin, part, given, way));"""


def main(parts: Sequence[str] = ()) -> None:
    for part in parts or PARTS:
        print(f"-- {part}", flush=True)
        PARTS[part]()


def speed() -> None:
    """First-sight text, 10 MB: a third each of English, code and JSON; "again" is the same text once
    more, its words known. Rounds take turns and the best of each is compared."""
    texts = _texts()
    _give("texts.json", json.dumps(texts).encode())
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    print(f"{len(texts):,} texts, {size / 1e6:.1f} MB")
    best: dict[tuple[str, str], tuple[float, float]] = {}
    for _ in range(ROUNDS):
        _keep(best, "compiled tiktoken, CPython", "o200k_base", _compiled(texts))
        for place in PLACES[1:]:
            for way in WAYS:
                for key, times in _run(place, "speed", "texts.json", way).items():
                    _keep(best, place, f"{key} {way}", times)
    reference = best["compiled tiktoken, CPython", "o200k_base"][0]
    for (place, key), (cold, warm) in sorted(best.items()):
        print(
            f"{place:28} {key:18} {size / cold / 1e6:6.2f} MB/s first ({reference / cold:.2f}x), "
            f"again {size / warm / 1e6:6.2f} MB/s ({reference / warm:.2f}x)"
        )


def adversarial() -> None:
    """Seconds of the process at a length and at twice, four and eight times that."""
    _give("nothing", b"")
    for place, way in (
        ("CPython", "Python"),
        ("Pyodide, Node", "Python"),
        ("Pyodide, Node", "twin"),
    ):
        for key, found in _run(place, "adversarial", "nothing", way).items():
            grown = {name: counting_inside.growth(times) for name, (_, times) in found.items()}
            worst = max(grown, key=lambda name: grown[name])
            slow = max(found, key=lambda name: found[name][1][0] / found[name][0])
            size, times = found[slow]
            print(
                f"{place:14} {way:7} {key:12} {len(found)} inputs, twice the length at most "
                f"{grown[worst]:.2f}x ({worst}); slowest {size / times[0] / 1e6:.2f} M chars/s ({slow})"
            )
            for name, ratio in grown.items():
                if ratio > counting_inside.LINEAR:
                    size, times = found[name]
                    taken = ", ".join(f"{seconds:.3f}" for seconds in times)
                    print(f"  {name}: {size:,.0f} chars and doublings of it: {taken} s")


def logs() -> None:
    """Agent logs of 40 and 120 turns: counting alone, and what reading them takes."""
    if not sessions.GENERATOR.exists():
        print("../shared/bench is not beside the checkout: nothing to measure")
        return
    for turns in TURNS:
        log = sessions.generated(turns=turns) / "anthropic_pairs.jsonl"
        _give("run.jsonl", log.read_bytes())
        print(f"{turns} turns, {log.stat().st_size / 1e6:.1f} MB")
        for place in PLACES:
            for way in WAYS[:1] if place == "CPython" else WAYS:
                runs = [_run(place, "session", "run.jsonl", way) for _ in range(ROUNDS)]
                counting = min(run["counting"] for run in runs)
                reading = min(run["reading"] for run in runs)
                tokens = runs[0]["tokens"]
                print(
                    f"{place:18} {way:7} {tokens / 1e6:5.2f} M tokens counted in {counting:.3f} s, "
                    f"{tokens / counting / 1e6:6.1f} M tok/s; read in {reading:.2f} s"
                )


def sizes() -> None:
    """A host compresses what it sends or it does not; either is printed."""
    for path in sorted(DATA.glob("*.bin")):
        data = path.read_bytes()
        print(f"{path.name:16} {len(data):9,} bytes, {len(gzip.compress(data)):9,} by gzip")


PARTS = {"speed": speed, "adversarial": adversarial, "logs": logs, "sizes": sizes}


@cache
def _folder() -> Path:
    """The site with what is measured beside it."""
    site.build(SITE, assets="self")
    folder = BUILD / "bench-tokens"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SITE, folder)
    for name, text in (("index.html", PAGE), ("page.js", PAGE_JS), ("worker.js", WORKER_JS)):
        (folder / name).write_text(text)
    for path in (SCRIPT, INSIDE):
        shutil.copyfile(path, folder / path.name)
    return folder


def _give(name: str, data: bytes) -> None:
    (_folder() / name).write_bytes(data)


def _run(place: str, part: str, given: str, way: str) -> Any:
    """A part measured in a process or a page of its own."""
    folder = _folder()
    if place == "Pyodide, Chromium":
        return _chromium(folder, f"?run={part}&run={given}&run={way}")
    command = [sys.executable, str(INSIDE), part, str(folder / given)]
    if place != "CPython":
        command = [
            "node",
            "--no-warnings",
            str(folder / SCRIPT.name),
            str(folder),
            part,
            given,
            way,
        ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT / "pylib",
        env={**os.environ, "PYTHONPATH": str(ROOT / "pylib")},
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def _chromium(folder: Path, asked: str) -> Any:
    sys.path.insert(0, str(ROOT / "tests"))
    from servers import serve

    with serve(folder) as address, launched() as context:
        page = context.new_page()
        page.goto(address + asked)
        while not page.title().startswith("{"):
            time.sleep(0.2)
        return json.loads(page.title())


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


def _keep(
    best: dict[tuple[str, str], tuple[float, float]], place: str, key: str, times: Sequence[float]
) -> None:
    old = best.get((place, key), tuple(times))
    best[place, key] = (min(old[0], times[0]), min(old[1], times[1]))
