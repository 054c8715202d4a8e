"""Retrieved chunks that no answer uses.

Spec: facts, 4.2 (d) "unused retrieved chunks": no overlap with the answer across >= 30 requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from whytokens.detectors.stale_results import WORD
from whytokens.waste import Claim, Evidence, Fix, Remove, Waste
from whytokens.waste.priced import Priced, label
from whytokens.waste.rule_of_three import chance

MIN_REQUESTS = 30
FIX = Fix(
    text="Retrieve fewer chunks, rank them, or drop those that never make it into an answer.",
    snippet="chunks = rerank(question, chunks)[:4]",
    language="python",
    risk="A chunk may shape an answer without being quoted: measure answers before and after.",
)


@dataclass(slots=True)
class _Chunk:
    sent: int = 0
    used: int = 0
    claims: list[Claim] = field(default_factory=list)
    evidence: Evidence | None = None


class UnusedChunks:
    key = "unused-chunks"
    looks_for = "retrieved text that no answer uses"

    def find(self, priced: Priced) -> Iterator[Waste]:
        found = {name: one for name, one in _chunks(priced).items() if not one.used}
        found = {name: one for name, one in found.items() if one.sent >= MIN_REQUESTS}
        if found:
            bound = max(chance(one.sent) for one in found.values())
            yield Waste(
                title=f"Retrieve {len(found):,} source{'s' if len(found) != 1 else ''} less",
                why=(
                    f"No answer shares words with them in at least {MIN_REQUESTS} requests: the chance "
                    f"that one is used is below {bound * 100:.0f} % (95 % sure)."
                ),
                change=Remove(tuple(claim for one in found.values() for claim in one.claims)),
                evidence=tuple(one.evidence for one in found.values() if one.evidence),
                fix=FIX,
                certainty="estimated",
                confidence="low",
                assumptions=("Not quoted is taken as not used.",),
            )


def _chunks(priced: Priced) -> dict[str, _Chunk]:
    """Sources with how often they were sent and quoted."""
    found: dict[str, _Chunk] = {}
    for history in priced.histories:
        for arrival in history.arrivals:
            if arrival.segment.category != "retrieved" or not arrival.segment.text:
                continue
            one = history.calls[arrival.turn]
            if not one.call.reply:
                continue
            chunk = found.setdefault(label(arrival.segment), _Chunk())
            chunk.sent += 1
            chunk.claims.append(Claim(arrival.node, arrival.slot, arrival.node))
            chunk.evidence = chunk.evidence or priced.evidence(arrival, history)
            answer = {
                word
                for number in one.call.reply
                for word in WORD.findall(priced.trace.segments[number].text or "")
            }
            chunk.used += bool(answer & set(WORD.findall(arrival.segment.text)))
    return found


UNUSED_CHUNKS = UnusedChunks()
