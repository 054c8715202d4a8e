"""Prefixes rebuilt after pauses longer than their lifetime, where a longer one is cheaper.

Spec: facts, 4.2 (c), E4.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from whytokens.detectors.plan_words import assumptions, best_fix, kind
from whytokens.waste import Cache, Evidence, Waste
from whytokens.waste.plans import Plan
from whytokens.waste.priced import Priced, some


class IdleRebuilds:
    key = "idle-rebuilds"
    looks_for = "prefix rebuilt after pauses"

    def find(self, priced: Priced) -> Iterator[Waste]:
        for plan in priced.plans:
            if plan.improves and kind(plan) == "idle":
                rebuilt = list(_rebuilt(priced, plan))
                comes = "comes" if len(rebuilt) == 1 else "come"
                policy = plan.best.policy
                cheaper = policy.spoken(plan.rules)
                if plan.client is not None:  # where breakpoints stand is not its user's to say
                    cheaper = f"entries kept {policy.lives(plan.rules)}"
                yield Waste(
                    title="Keep the cache alive over your pauses",
                    why=(
                        f"{some(len(rebuilt), 'call')} {comes} after the entry ran out and the prefix "
                        f"is written again; cheaper: {cheaper}."
                    ),
                    change=Cache(plan.number),
                    evidence=tuple(rebuilt),
                    fix=best_fix(plan, plan.requests[0].one),
                    confidence="high" if plan.rules.confidence == "high" else "medium",
                    assumptions=assumptions(plan),
                )


def _rebuilt(priced: Priced, plan: Plan) -> Iterator[Evidence]:
    shortest = plan.rules.lifetimes[0].ms
    for before, after in pairwise(plan.requests):
        pause = after.start_ms - before.start_ms
        if pause > shortest:
            minutes = some(pause // 60_000, "minute")
            yield priced.call_evidence(after.one, f"{minutes} after the call before")


IDLE_REBUILDS = IdleRebuilds()
