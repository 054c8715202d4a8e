"""Large logs from drop to flame graph in Chromium: seconds, memory of the tab, progress, cancel.

Needs `../shared/bench`; says so where it is not there. Sizes in MB may be given in WHYTOKENS_SCALE_MB.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from building import scale_logs, site
from building.drops import STAGES, Dropped, cancelled, drop
from building.places import ROOT, SITE
from building.sessions import GENERATOR, generated

MEGABYTE = 10**6
LARGE_MB = int(os.environ.get("WHYTOKENS_SCALE_MB", "300"))
LONG_TURNS = 120
LONG_LOGS = ("anthropic_pairs.jsonl", "openai_pairs.jsonl", "claude_code.jsonl")


def main() -> None:
    if not GENERATOR.exists():
        print("../shared/bench is not beside the checkout: nothing to measure")
        return
    sys.path.insert(0, str(ROOT / "tests"))
    site.build(SITE, assets="self")
    long = generated(turns=LONG_TURNS)
    for name in LONG_LOGS:
        show(f"{LONG_TURNS} turns, {name}", long / name, drop(long / name))
    for name, make in (("pairs", scale_logs.pairs), ("OTLP spans", scale_logs.otlp)):
        _doubled(name, make)


def _doubled(name: str, make: Callable[[int], Path]) -> None:
    one, two = make(LARGE_MB * MEGABYTE), make(2 * LARGE_MB * MEGABYTE)
    first, second = drop(one), drop(two)
    show(name, one, first)
    show(f"{name}, doubled", two, second)
    print(f"  doubled: {second.seconds / first.seconds:.2f}x the time")
    for stage in STAGES:
        took = cancelled(one, stage)
        print(f"  cancel while {stage}: {'no such stage' if took is None else f'{took:.0f} ms'}")


def show(name: str, log: Path, found: Dropped) -> None:
    size = log.stat().st_size
    print(
        f"{name}: {size / MEGABYTE:.1f} MB, {found.seconds:.2f} s to the flame graph"
        f" ({found.cpu_s:.2f} s of CPU),"
        f" tab {found.peak_bytes / MEGABYTE:.0f} MB ({found.peak_bytes / size:.1f}x the file),"
        f" longest gap {found.gap_ms:.0f} ms ({found.gap_stage}),"
        f" longest task of the page {found.task_ms:.0f} ms"
    )
    print("  " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in found.stages.items()))
    if found.error:
        print(f"  ended in an error: {found.error}")
