"""Thinking of earlier turns that is sent again though the API lets it be left out.

Spec: facts, 4.2 (d) "thinking re-sent": needed inside a loop of tools, removable after the next user turn.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.model import NodeId
from whytokens.waste import Fix, Waste
from whytokens.waste.priced import Arrival, Found, History, Priced, is_, some

MIN_TOKENS = 64
FIX = Fix(
    text="Clear thinking of finished turns; keep it inside a running loop of tools.",
    snippet='context_management={"edits": [{"type": "clear_thinking_20251015",\n'
    '    "keep": {"type": "thinking_turns", "value": 1}}]}',
    language="python",
    risk="Clearing changes the prefix and costs one write of what stands behind it.",
)


class OldThinking:
    key = "old-thinking"
    looks_for = "thinking of finished turns that is sent again"

    def find(self, priced: Priced) -> Iterator[Waste]:
        found = Found()
        for history in priced.histories:
            for arrival, since in _old(priced, history):
                found.add(priced, history, arrival, since=since)
        if found:
            yield Waste(
                title="Clear the thinking of finished turns",
                why=f"{some(len(found), 'block')} of thinking {is_(len(found))} sent again after a later question.",
                change=found.change,
                evidence=tuple(found.evidence),
                fix=FIX,
                assumptions=(
                    "Not sent from the next user message on; one write of the rest is taken off.",
                ),
            )


def _old(priced: Priced, history: History) -> Iterator[tuple[Arrival, NodeId]]:
    waiting: list[Arrival] = []
    for arrival in history.arrivals:
        if arrival.segment.category == "thinking" and arrival.tokens >= MIN_TOKENS:
            waiting.append(arrival)
        elif arrival.segment.category == "user" and waiting:
            for old in waiting:
                if priced.holds(old.node, arrival.node) and old.node != arrival.node:
                    yield old, arrival.node
            waiting = []


OLD_THINKING = OldThinking()
