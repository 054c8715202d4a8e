"""Tool results that a later call of the same tool with the same arguments has replaced.

Spec: facts, 4.2 (d) "stale/oversized tool results ... superseded by a later read of the same path/args".
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.copies import MIN_TOKENS
from whytokens.waste import Claim, Evidence, Fix, Remove, Waste
from whytokens.waste.priced import Arrival, Priced

FIX = Fix(
    text="When a result comes that replaces an older one, clear the older one's content.",
    snippet='old["content"] = "[replaced by a newer result below]"',
    language="python",
    risk="Clearing changes the prefix: everything behind it is written to the cache once more. "
    "Do it in batches, not on every turn.",
)


class SupersededReads:
    key = "superseded-reads"
    looks_for = "tool results that a newer one has replaced"

    def find(self, priced: Priced) -> Iterator[Waste]:
        claims: list[Claim] = []
        evidence: list[Evidence] = []
        for history in priced.histories:
            last: dict[tuple[str, str], list[Arrival]] = {}
            for arrival in history.arrivals:
                asked = _asked(priced, arrival)
                if asked is None:
                    continue
                for old in last.get(asked, ()):
                    differs = old.segment.id != arrival.segment.id
                    if differs and priced.holds(old.node, arrival.node):
                        claims.append(priced.claim(old, arrival.node))
                        when = history.calls[arrival.turn].call.id + 1
                        note = f"replaced in call {when:,}"
                        evidence.append(priced.evidence(old, history, note))
                last[asked] = [arrival]
        if claims:
            yield Waste(
                title=f"Clear {len(claims):,} tool result{'s' if len(claims) != 1 else ''} that newer ones replace",
                why="The same tool was called again with the same arguments and said something else.",
                change=Remove(tuple(claims)),
                evidence=tuple(evidence),
                fix=FIX,
                assumptions=(
                    "The old result is not sent from the call on that carries the new one.",
                    "What stands behind it is written to the cache once more, and that is taken off.",
                ),
            )


def _asked(priced: Priced, arrival: Arrival) -> tuple[str, str] | None:
    if arrival.segment.category != "tool_result" or arrival.tokens < MIN_TOKENS:
        return None
    return priced.asked(arrival)


SUPERSEDED_READS = SupersededReads()
