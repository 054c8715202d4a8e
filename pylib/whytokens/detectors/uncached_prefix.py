"""A prefix that is sent again and again and could be read from the provider's cache.

Spec: facts, 4.2 (c). The largest lever of agents: the conversation itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.plan_words import assumptions, best_fix, kind, title, why
from whytokens.waste import Cache, Waste
from whytokens.waste.priced import Priced


class UncachedPrefix:
    key = "uncached-prefix"
    looks_for = "prefix that could be cached and is not"

    def find(self, priced: Priced) -> Iterator[Waste]:
        for plan in priced.plans:
            if plan.improves and kind(plan) == "uncached":
                first = plan.requests[0].one
                yield Waste(
                    title=title(plan),
                    why=why(plan),
                    change=Cache(plan.number),
                    evidence=tuple(priced.call_evidence(r.one) for r in plan.requests),
                    fix=best_fix(plan, first),
                    certainty="simulated" if plan.observed else "estimated",
                    confidence="high" if plan.rules.confidence == "high" else "medium",
                    assumptions=assumptions(plan),
                )


UNCACHED_PREFIX = UncachedPrefix()
