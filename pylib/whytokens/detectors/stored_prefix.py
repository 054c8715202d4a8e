"""A fixed prefix that pays to be stored in an explicit cache, where the implicit one hits too rarely.

Spec: facts, section 3 (Gemini `cachedContents`) and 4.2 (c) "Gemini explicit": worth it only if reads an
hour exceed (input + storage) / (input - cached).
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.plan_words import assumptions
from whytokens.waste import Fix, Store, Waste
from whytokens.waste.priced import Priced, some

FIX = Fix(
    text="Store the system text, tools and documents that never change once an hour, and name the cache "
    "in each request.",
    snippet='cache = client.caches.create(model=MODEL, config={"system_instruction": RULES, "tools": TOOLS,\n'
    '                                                  "ttl": "3600s"})\n'
    "client.models.generate_content(model=MODEL, contents=contents,\n"
    '                               config={"cached_content": cache.name})',
    language="python",
    risk="Storage is paid by the hour, read or not: delete the cache when the work is done.",
)


class StoredPrefix:
    key = "stored-prefix"
    looks_for = "fixed prefix that pays to be stored"

    def find(self, priced: Priced) -> Iterator[Waste]:
        for plan in priced.plans:
            if not plan.stores or plan.stored is None:
                continue
            bills = plan.stored.bills
            now = sum(request.one.usage.cache_read or 0 for request in plan.requests)
            hours, most = sum(bill.stored > 0 for bill in bills), max(bill.stored for bill in bills)
            yield Waste(
                title="Store the fixed prefix in an explicit cache",
                why=(
                    f"{some(len(bills), 'call')} read {now:,} tokens from the implicit cache; with up to "
                    f"{most:,} tokens stored for {some(hours, 'hour')} they read {sum(b.read for b in bills):,}."
                ),
                change=Store(plan.number),
                evidence=tuple(priced.call_evidence(request.one) for request in plan.requests),
                fix=FIX,
                confidence="medium",
                assumptions=(
                    *assumptions(plan)[:1],
                    "Storage is paid for every hour begun, at list price.",
                ),
            )


STORED_PREFIX = StoredPrefix()
