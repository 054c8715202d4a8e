"""Cache entries that are paid for and run out before anything reads them.

Spec: facts, 4.2 (c) "Dead writes".
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.plan_words import assumptions, best_fix, kind
from whytokens.waste import Cache, Waste
from whytokens.waste.priced import Priced, some


class DeadWrites:
    key = "dead-writes"
    looks_for = "cache writes that nothing reads"

    def find(self, priced: Priced) -> Iterator[Waste]:
        for plan in priced.plans:
            if not plan.improves or kind(plan) != "dead":
                continue
            ones = [request.one for request in plan.requests]
            writers = [o for o in ones if o.usage.cache_write_5m or o.usage.cache_write_1h]
            written = sum(
                (o.usage.cache_write_5m or 0) + (o.usage.cache_write_1h or 0) for o in writers
            )
            read = sum(o.usage.cache_read or 0 for o in ones)
            yield Waste(
                title="Stop writing cache entries that nothing reads",
                why=(
                    f"{some(len(writers), 'call')} {'writes' if len(writers) == 1 else 'write'} {written:,} "
                    f"tokens to the cache; {read:,} are read."
                ),
                change=Cache(plan.number),
                evidence=tuple(priced.call_evidence(one, "writes") for one in writers),
                fix=best_fix(plan, ones[0]),
                confidence="high" if plan.rules.confidence == "high" else "medium",
                assumptions=assumptions(plan),
            )


DEAD_WRITES = DeadWrites()
