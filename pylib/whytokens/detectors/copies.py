"""Exact copies in a session: which arrivals repeat an earlier one that is still in the prompt.

Spec: facts, 4.2 (a): same normalised content, >= 64 tokens; the first is kept, it is the cheapest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whytokens.waste.priced import Arrival, History, Priced

MIN_TOKENS = 64
# Of one text the first and the last so many arrivals are compared with.
KEPT = 8


@dataclass(frozen=True, slots=True)
class Copy:
    """`before`: the earlier arrivals of this text that stand in the same prompt."""

    history: History
    before: tuple[Arrival, ...]
    again: Arrival

    @property
    def note(self) -> str:
        return f"first in call {self.history.calls[self.before[0].turn].call.id + 1:,}"


def copies(priced: Priced) -> Iterator[Copy]:
    """Later copies in order of arrival."""
    for history in priced.histories:
        seen: dict[str, list[Arrival]] = {}
        for arrival in history.arrivals:
            text = arrival.segment.text
            if arrival.tokens < MIN_TOKENS or not text or arrival.segment.category == "tools":
                continue
            known = seen.setdefault(" ".join(text.split()), [])
            before = tuple(a for a in known if priced.holds(a.node, arrival.node))
            if before:
                yield Copy(history, before, arrival)
            known.append(arrival)
            if len(known) > 2 * KEPT:  # a stock answer comes thousands of times
                del known[KEPT]
