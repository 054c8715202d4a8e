"""Damaged logs open or are refused: never a crash, a hang, broken sums or a line lost without a word."""

from __future__ import annotations

from pathlib import Path

import contract
from building import fuzz

FIXTURES = Path(__file__).parent.parent / "fixtures"
# `build.py bench fuzz` runs 10,000.
CASES = 400


def test_damaged_logs_are_opened_or_refused() -> None:
    outcome = fuzz.Outcome()
    for name, sources in fuzz.cases(fuzz.seeds(FIXTURES), CASES, seed=1):
        fuzz.judge(name, sources, contract.check, outcome)
    assert outcome.bad == []
    assert outcome.opened and outcome.refused
