"""Very large tool results that no later turn quotes, still sent with every call.

Spec: facts, 4.2 (d) "stale/oversized tool results": no overlap in the next turns, priced from then on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whytokens.model import NodeId
from whytokens.waste import Claim, Evidence, Fix, Remove, Waste
from whytokens.waste.priced import Arrival, History, Priced

# "Oversized": above this, one result is a good part of a prompt. Smaller ones cost less than the risk
# of taking away what a model still uses without quoting it.
MIN_TOKENS = 3_000
# Turns in which a result may still be quoted, and turns after that which make clearing worth it.
TURNS_TO_USE, TURNS_AFTER = 3, 2
MAX_QUOTED_SHARE = 0.02
WORD = re.compile(r"[\w./:-]{6,}")

FIX = Fix(
    text="Cut such results when they arrive, or clear them once the next turns have not used them.",
    snippet='context_management={"edits": [{"type": "clear_tool_uses_20250919",\n'
    '    "trigger": {"type": "input_tokens", "value": 50000}, "keep": {"type": "tool_uses", "value": 5}}]}',
    language="python",
    risk="A model may have used a result without quoting it. Keep a way to read it again.",
)


class StaleResults:
    key = "stale-results"
    looks_for = "large tool results that no later turn uses"

    def find(self, priced: Priced) -> Iterator[Waste]:
        claims: list[Claim] = []
        evidence: list[Evidence] = []
        for history in priced.histories:
            for arrival, since in _stale(priced, history):
                claims.append(priced.claim(arrival, since))
                evidence.append(priced.evidence(arrival, history, "not quoted by any later turn"))
        if claims:
            yield Waste(
                title=f"Clear {len(claims):,} large tool result{'s' if len(claims) != 1 else ''} that nothing uses",
                why=(
                    f"Each has more than {MIN_TOKENS:,} tokens, and later turns quote less than "
                    f"{MAX_QUOTED_SHARE * 100:.0f} % of its words."
                ),
                change=Remove(tuple(claims)),
                evidence=tuple(evidence),
                fix=FIX,
                certainty="estimated",
                confidence="low",
                assumptions=(
                    f"Cleared {TURNS_TO_USE} turns after it came; what stands behind it is then "
                    "written to the cache once more, and that is taken off.",
                    "Not quoted is taken as not used.",
                ),
            )


def _stale(priced: Priced, history: History) -> Iterator[tuple[Arrival, NodeId]]:
    large = [
        a
        for a in history.arrivals
        if a.segment.category == "tool_result" and a.tokens >= MIN_TOKENS and a.segment.text
    ]
    words = _Words(priced, history) if large else None
    for arrival in large:
        turn = arrival.turn + TURNS_TO_USE
        if words is None or turn + TURNS_AFTER >= len(history.calls):
            continue
        since = history.calls[turn].call.prompt
        if priced.holds(arrival.node, since) and not words.quoted(arrival):
            yield arrival, since


class _Words:
    """Of every word of a session: the turn it came in, and the last turn the model said it."""

    def __init__(self, priced: Priced, history: History) -> None:
        self.came: dict[str, int] = {}
        self.said: dict[str, int] = {}
        for arrival in history.arrivals:
            if arrival.segment.text and arrival.segment.category != "tools":
                for word in WORD.findall(arrival.segment.text):
                    self.came.setdefault(word, arrival.turn)
                    if arrival.segment.category in ("assistant", "tool_call"):
                        self.said[word] = max(arrival.turn - 1, self.said.get(word, 0))
        for turn, one in enumerate(history.calls):
            for number in one.call.reply:
                for word in WORD.findall(priced.trace.segments[number].text or ""):
                    self.said[word] = max(turn, self.said.get(word, 0))

    def quoted(self, arrival: Arrival) -> bool:
        """Does the model later say words that this result brought in?"""
        own = {
            word
            for word in WORD.findall(arrival.segment.text or "")
            if self.came.get(word) == arrival.turn
        }
        said = sum(self.said.get(word, -1) >= arrival.turn for word in own)
        return not own or said > len(own) * MAX_QUOTED_SHARE


STALE_RESULTS = StaleResults()
