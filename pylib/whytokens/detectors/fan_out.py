"""Parallel calls with one prefix that all pay for writing it, since none can read it yet.

Spec: facts, 4.2 (c) "Fan-out": entries are readable only after the writer's first token.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from whytokens.detectors.plan_words import assumptions
from whytokens.waste import Fix, Lead, Waste
from whytokens.waste.plans import Plan
from whytokens.waste.priced import Priced

FIX = Fix(
    text="Send one call first; start the others when its first token arrives.",
    snippet="first = await ask(tasks[0])          # writes the prefix\n"
    "rest = await asyncio.gather(*map(ask, tasks[1:]))  # read it",
    language="python",
    risk="The others start later by the time to the first token.",
)


class FanOut:
    key = "fan-out"
    looks_for = "parallel calls that all write one prefix"

    def find(self, priced: Priced) -> Iterator[Waste]:
        for plan in priced.plans:
            if plan.leads:
                calls = _together(plan)
                yield Waste(
                    title="Let one parallel call write the cache first",
                    why=f"{len(calls):,} calls start before the prefix they share can be read.",
                    change=Lead(plan.number),
                    evidence=tuple(priced.call_evidence(plan.requests[i].one) for i in calls),
                    fix=FIX,
                    assumptions=assumptions(plan),
                )


def _together(plan: Plan) -> list[int]:
    found = []
    for number, (before, after) in enumerate(pairwise(plan.requests)):
        if after.start_ms < before.ready_ms:
            found.append(number + 1)
    return found


FAN_OUT = FanOut()
