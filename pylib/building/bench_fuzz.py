"""`build.py bench fuzz`: 10,000 damaged logs of every importer: no crash, no hang, no silent loss."""

from __future__ import annotations

import sys
import time

from building import fuzz
from building.places import ROOT

CASES, SEED = 10_000, 20261125


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    import contract

    found = fuzz.seeds(ROOT / "tests" / "fixtures")
    outcome, start = fuzz.Outcome(), time.monotonic()
    for number, (name, sources) in enumerate(fuzz.cases(found, CASES, SEED), 1):
        fuzz.judge(name, sources, contract.check, outcome)
        if number % 1000 == 0:
            print(f"{number:,} cases, {len(outcome.bad)} bad", flush=True)
    seconds = time.monotonic() - start
    print(
        f"{CASES:,} cases of {len(found)} fixtures in {seconds:.0f} s: {outcome.opened:,} opened, "
        f"{outcome.refused:,} refused with an error, {len(outcome.bad)} bad"
    )
    for line in outcome.bad[:50]:
        print(f"  {line}")
