"""Targets: what an outcome of a workflow may cost, as a user writes them, and what it does cost.

Spec: issue "Spend over time", benchmarks, "cost-per-outcome targets". An outcome is a run that ended well where
calls say how runs end, else any run.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from whytokens.money import dollars
from whytokens.spend.cells import Cells
from whytokens.spend.groups import grouped
from whytokens.spend.stats import divided
from whytokens.spend.tables import nusd, pusd_of
from whytokens.spend.workflows import outcomes


class Outcome(NamedTuple):
    """What an outcome of one workflow costs; `pusd` None where there was none."""

    made: int
    pusd: int | None


def targets(text: str, known: Collection[str]) -> tuple[dict[str, int], list[str]]:
    """ "triage=0.05; rag=0.20" as picodollars by workflow; and what is wrong with the other parts, in sentences."""
    made: dict[str, int] = {}
    wrong: list[str] = []
    for part in filter(None, (one.strip() for one in re.split(r"[;\n]", text))):
        name, sign, amount = (one.strip() for one in part.rpartition("="))
        pusd = pusd_of(amount)
        if not sign or not name or pusd is None:
            wrong.append(f"“{part}” is no target: write triage=0.05, in dollars an outcome.")
        elif name not in known:
            wrong.append(f"No run is of “{name}”: its target is left out.")
        elif name in made and made[name] != pusd:
            wrong.append(f"“{name}” has two targets: {dollars(nusd(made[name]))} is used.")
        else:
            made[name] = pusd
    return made, wrong


def outcome_costs(found: Cells, workflow: str) -> dict[str, Outcome]:
    """By workflow."""
    ended = outcomes(found, workflow)
    made = {}
    for one in grouped(found, [workflow]):
        name = one.key[0]
        count = (ended[name].good if name in ended else 0) if ended else one.runs
        made[name] = Outcome(count, divided(one.pusd, count) if count else None)
    return made


def verdict(target_pusd: int | None, outcome: Outcome | None) -> str:
    """In a word or two; nothing where nothing is asked."""
    if target_pusd is None:
        return ""
    if outcome is None or outcome.pusd is None:
        return "no outcome yet"
    return "within it" if outcome.pusd <= target_pusd else "above it"
