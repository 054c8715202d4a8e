"""Agent logs of 40 and 120 turns from drop to flame graph in Chromium, beside llmprof's native full pipeline.

Needs `../shared/bench`; says so where it is not there. Both read the same bytes in the same run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from building import site
from building.browser import launched
from building.places import BUILD, ROOT, SITE
from building.sessions import GENERATOR, vocabulary

PEER = GENERATOR.parent / "peers" / "s_llmprof.py"
ROUNDS = 3
TURNS = (40, 120)


def main() -> None:
    if not GENERATOR.exists():
        print("../shared/bench is not beside the checkout: nothing to measure")
        return
    sys.path.insert(0, str(ROOT / "tests"))
    site.build(SITE, assets="self")
    variables = vocabulary()
    for turns in TURNS:
        out = BUILD / f"bench-session-{turns}"
        command = [sys.executable, str(GENERATOR), "--out", str(out), "--turns", str(turns)]
        subprocess.run(command, check=True, env=variables, stdout=subprocess.DEVNULL)
        _ours(out, turns)
        if turns == TURNS[0]:
            _peer(out, variables)


def _ours(out: Path, turns: int) -> None:
    tokens = json.loads((out / "truth.json").read_text())["cum_prompt_tokens_cl100k"]
    log = out / "anthropic_pairs.jsonl"
    print(
        f"{turns} turns: {log.stat().st_size / 1e6:.1f} MB, {tokens / 1e6:.2f} M cumulative tokens"
    )
    ours = [_drop(log) for _ in range(ROUNDS)]
    best = min(ours)
    print(
        f"whytokens, Chromium, drop to flame graph: {best:.2f} s, {tokens / best / 1e6:.2f} M tok/s"
    )
    print(f"  all: {', '.join(f'{one:.2f}' for one in ours)} (Python ready before the drop)")


def _drop(log: Path) -> float:
    from servers import serve

    with serve(SITE) as address, launched() as context:
        page = context.new_page()
        page.goto(address)
        while not page.evaluate("performance.getEntriesByName('python-ready').length"):
            time.sleep(0.05)
        start = time.perf_counter()
        page.set_input_files("#picker", str(log))
        while log.name not in (page.locator("#title").text_content() or ""):
            time.sleep(0.02)
        while page.locator("#progress").is_visible():
            time.sleep(0.02)
        return time.perf_counter() - start


def _peer(out: Path, variables: dict[str, str]) -> None:
    """llmprof's full pipeline on the same bytes."""
    python = peer_python()
    variables = {**variables, "BENCH_OUT": str(out), "PYTHONPATH": str(PEER.parent)}
    done = subprocess.run(
        [str(python), str(PEER)], env=variables, capture_output=True, text=True, check=False
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for row in rows:
        print(f"{row['peer']}: {row['best_s']:.2f} s, {row['tok_per_s'] / 1e6:.2f} M tok/s")
    if not rows:
        print(f"llmprof did not run: {done.stderr[-300:]}")


def peer_python() -> Path:
    """The Python of llmprof 0.1.4's own environment."""
    venv = BUILD / "llmprof"
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "llmprof==0.1.4"]
        subprocess.run(install, check=True)
    return python
