"""Planted waste found, missed and overstated: whytokens beside llmprof, contextlens and inferopt.

One generated session, plain and with a clock in the system prompt, read by each in the same run. What a
peer's kinds of findings would really save is priced by our replay with only those kinds of detectors.
Then: replay against reality (`../shared/samples/dev`), and the checks' time as the turns grow.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from building import reality, site
from building.places import BUILD, SITE
from building.sessions import GENERATOR, generated, vocabulary
from whytokens import registry, worker
from whytokens.opened import Opened
from whytokens.pipeline import run
from whytokens.waste.check import Checked, check

PEERS = {
    "llmprof": "llmprof==0.1.4",
    "contextlens": "contextlens-profiler==0.1.0",
    "inferopt": "inferopt==0.11.1",
}
LOGS = (("plain", False, "anthropic_pairs.jsonl"), ("plain", False, "openai_pairs.jsonl"),
        ("clock", True, "anthropic_pairs.jsonl"), ("clock", True, "openai_pairs.jsonl"))  # fmt: skip
TURNS, ROUNDS = (40, 80, 120), 3


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of planted waste: our detectors for it and how a peer's sentences name it."""

    name: str
    detectors: tuple[str, ...]
    says: str


KINDS = (
    Kind("12 unused tools", ("never-called-tools",), r"12 tools never used|never called|unused"),
    Kind("re-reads", ("rereads", "duplicates"), r"Dedupe|duplicate|re-read"),
    Kind("near-duplicate", ("near-duplicates", "superseded-reads"), r"near.?duplicate|similar"),
    Kind("dead log", ("stale-results",), r"stale"),
    Kind("uncached prefix", ("uncached-prefix",), r"[Pp]rompt caching|enable-caching"),
    Kind("clock", ("cache-buster",), r"unstable-prefix|volatile|timestamp"),
)
DEAD_LOG = "build.log"
# Re-sent history is how these APIs work, and a saving that needs the user's word is no waste.
FALSE = re.compile(r"re-sent verbatim on|batch-candidate")


def main() -> None:
    if not GENERATOR.exists():
        print("../shared/bench is not beside the checkout: nothing to measure")
        return
    for title, volatile, name in LOGS:
        log = generated(volatile=volatile) / name
        planted = [k for k in KINDS if _planted(k, volatile, name)]
        opened = _open(log)
        print(f"\n{name}, {title}: bill ${opened.checked.billed_pusd / 1e12:.4f}")
        found = _ours(opened.checked, planted)
        _row("whytokens", planted, found, _unplanted(opened.checked, planted), opened.checked)
        for peer in PEERS:
            _peer(peer, log, planted, opened)
    reality.main()
    _growth()


def _planted(kind: Kind, volatile: bool, name: str) -> bool:
    if kind.name == "clock":
        return volatile
    # OpenAI's cache needs no setting; with a clock the cure is to move it, which then caches.
    return kind.name != "uncached prefix" or ("anthropic" in name and not volatile)


def _open(log: Path) -> Opened:
    return run([worker.source({"name": log.name, "path": str(log)})])


def _ours(found: Checked, planted: Iterable[Kind]) -> list[str]:
    said = {one.detector for one in found.findings if one.state in ("waste", "advice")}
    return [kind.name for kind in planted if said & set(kind.detectors)]


def _unplanted(found: Checked, planted: Iterable[Kind]) -> int:
    """Texts and findings called waste that nobody planted. The dead log is the only stale result."""
    mine = {key for kind in planted for key in kind.detectors}
    waste = [one for one in found.findings if one.state == "waste"]
    stale = [e for one in waste if one.detector == "stale-results" for e in one.evidence]
    return sum(one.detector not in mine for one in waste) + sum(
        not item.label.endswith(DEAD_LOG) for item in stale
    )


def _row(
    who: str,
    planted: list[Kind],
    found: list[str],
    false: int,
    true: Checked,
    claimed: str | None = None,
) -> None:
    missed = [kind.name for kind in planted if kind.name not in found]
    dollars = true.reclaimable_pusd / 1e12
    print(
        f"  {who:12} found {len(found)} of {len(planted)}, false {false:3}, "
        f"claimed {claimed or f'${dollars:.4f}':>22}, true ${dollars:.4f}"
        + (f"; missed: {', '.join(missed)}" if missed else "")
    )


def _peer(peer: str, log: Path, planted: list[Kind], opened: Opened) -> None:
    said = _ask(peer, log)
    if "failed" in said or not said.get("texts"):
        print(f"  {peer:12} found 0 of {len(planted)}: {said.get('failed', 'says nothing')}")
        return
    texts: list[str] = said["texts"]
    found = [k for k in planted if any(re.search(k.says, text) for text in texts)]
    detectors = {key for kind in found for key in kind.detectors}
    true = _checked(opened, detectors)
    bill = opened.checked.billed_pusd / 1e12
    if "monthly_usd" in said:
        claimed = f"${said['monthly_usd']:,.2f} a month"
    else:
        claimed = f"${said['claimed_usd']:.4f} ({said['claimed_usd'] / bill * 100:.0f} %)"
    false = sum(1 for text in texts if FALSE.search(text))
    _row(peer, planted, [kind.name for kind in found], false, true, claimed)


def _checked(opened: Opened, detectors: set[str]) -> Checked:
    chosen = [one for one in registry.DETECTORS if one.key in detectors]
    steps = check(opened.trace, opened.attributions, chosen)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            found: Checked = stop.value
            return found


def _ask(peer: str, log: Path) -> dict[str, Any]:
    venv = BUILD / "peers-waste" / peer
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--quiet", PEERS[peer]]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
    script = Path(__file__).with_name("peers_waste.py")
    variables = {**vocabulary(), "PYTHONPATH": "", "HOME": str(venv)}
    done = subprocess.run(
        [str(python), str(script), peer, str(log)],
        env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {"failed": done.stderr[-200:]}
    return found


def _growth() -> None:
    """All detectors, the same session longer and longer: time over turns stays level."""
    logs = [generated(turns=turns) / "anthropic_pairs.jsonl" for turns in TURNS]
    _print_growth("CPython", [_seconds(_open(log)) for log in logs])
    site.build(SITE, assets="self")
    script = Path(__file__).with_suffix(".mjs")
    command = ["node", "--no-warnings", str(script), str(SITE), *map(str, logs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    _print_growth("Pyodide, Node", json.loads(done.stdout.splitlines()[-1]))


def _seconds(opened: Opened) -> float:
    """The best of a few runs of all detectors."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        _checked(opened, {one.key for one in registry.DETECTORS})
        times.append(time.perf_counter() - start)
    return min(times)


def _print_growth(where: str, seconds: list[float]) -> None:
    print(f"\nall checks by turns ({where}, best of three)")
    for turns, best in zip(TURNS, seconds, strict=True):
        print(f"  {turns:4} turns: {best:.3f} s, {best / turns * 1000:.2f} ms a turn")
