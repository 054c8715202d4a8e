"""Exact copies in a session: which arrivals repeat an earlier one that is still in the prompt.

Spec: facts, 4.2 (a): same normalised content, >= 64 tokens; the first is kept, it is the cheapest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whytokens.waste.priced import Arrival, History, Priced

MIN_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Copy:
    history: History
    first: Arrival
    again: Arrival


def copies(priced: Priced) -> Iterator[Copy]:
    """Later copies in order of arrival."""
    for history in priced.histories:
        seen: dict[str, list[Arrival]] = {}
        for arrival in history.arrivals:
            text = arrival.segment.text
            if arrival.tokens < MIN_TOKENS or not text or arrival.segment.category == "tools":
                continue
            known = seen.setdefault(" ".join(text.split()), [])
            first = next((a for a in known if priced.holds(a.node, arrival.node)), None)
            if first is not None:
                yield Copy(history, first, arrival)
            known.append(arrival)
