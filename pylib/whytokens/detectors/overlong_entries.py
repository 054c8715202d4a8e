"""Cache entries that are paid to live longer than the pauses between calls need.

Spec: facts, section 3: a write for one hour costs 2x, for five minutes 1.25x; 12 h 2.5x against 1.25x.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.plan_words import assumptions, best_fix, kind
from whytokens.waste import Cache, Waste
from whytokens.waste.priced import Priced, some


class OverlongEntries:
    key = "overlong-entries"
    looks_for = "cache entries kept longer than needed"

    def find(self, priced: Priced) -> Iterator[Waste]:
        for plan in priced.plans:
            if not plan.improves or kind(plan) != "overlong":
                continue
            ones = [request.one for request in plan.requests]
            writers = [one for one in ones if one.usage.cache_write_1h]
            written = sum(one.usage.cache_write_1h or 0 for one in writers)
            yield Waste(
                title="Keep cache entries for a shorter time",
                why=(
                    f"{some(len(writers), 'call')} pay for {written:,} tokens to live long; the calls come "
                    f"close enough for less: {plan.best.policy.spoken(plan.rules)}."
                ),
                change=Cache(plan.number),
                evidence=tuple(priced.call_evidence(one, "writes") for one in writers or ones),
                fix=best_fix(plan, ones[0]),
                confidence="high" if plan.rules.confidence == "high" else "medium",
                assumptions=assumptions(plan),
            )


OVERLONG_ENTRIES = OverlongEntries()
