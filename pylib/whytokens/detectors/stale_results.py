"""Very large tool results that no later turn quotes, still sent with every call.

Spec: facts, 4.2 (d) "stale/oversized tool results": no overlap in the next turns, priced from then on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from whytokens.waste import WHOLE, Fix, Waste
from whytokens.waste.priced import Arrival, Found, History, Priced

# "Oversized": of itself (half of what Claude Code warns of), or beside what the session's tools usually
# return: a quarter above nine in ten of them. Which of these are worth cutting is the telescope's to say:
# those whose tokens, in every call that carries them, cost more than the risk of an extra call that reads
# them again.
OVERSIZED_TOKENS, MIN_TOKENS = 5_000, 1_000
USUAL_SHARE, ABOVE_USUAL = 0.9, 1.25
# Turns in which a result is new, and turns after that which carry it for nothing.
TURNS_TO_USE, TURNS_AFTER = 3, 2
MAX_QUOTED_SHARE = 0.02
# What is left of it: its beginning and its end say what it is.
KEPT_TOKENS = 500
WORD = re.compile(r"[\w./:-]{6,}")

FIX = Fix(
    text="Cut such results when they arrive to their beginning and end, and keep the whole where the model can ask "
    "for a part of it.",
    snippet="def cut(result, limit=4_000):\n"
    "    if len(result) <= limit:\n        return result\n"
    '    return result[: limit // 2] + f"\\n[{len(result) - limit} characters cut]\\n" + result[-limit // 2 :]',
    language="python",
    risk="A model may have used a result without quoting it. Keep a way to read it again.",
)


class StaleResults:
    key = "stale-results"
    looks_for = "large tool results that no later turn uses"

    def find(self, priced: Priced) -> Iterator[Waste | None]:
        found = Found()
        for history in priced.histories:
            for arrival in _stale(priced, history):
                if arrival is None:
                    yield None
                    continue
                kept = min(WHOLE, KEPT_TOKENS * WHOLE // arrival.tokens)
                note = "not quoted by any later turn"
                found.add(priced, history, arrival, note, parts=[(kept, WHOLE)])
        if found:
            yield Waste(
                title="Cut {} that nothing uses",
                noun="large tool result",
                why=(
                    "Each is far larger than the session's other results, or has "
                    f"{OVERSIZED_TOKENS:,} tokens and more; no later turn quotes more than "
                    f"{MAX_QUOTED_SHARE * 100:.0f} % of its words."
                ),
                change=replace(found.change, again=True),
                evidence=tuple(found.evidence),
                fix=FIX,
                certainty="estimated",
                confidence="low",
                assumptions=(
                    f"Cut to {KEPT_TOKENS:,} tokens when it came.",
                    "Not quoted is taken as not used; the lower figure pays for the chance (3 in the "
                    "number of calls that did not use it) of an extra call to read it again.",
                ),
            )


def _stale(priced: Priced, history: History) -> Iterator[Arrival | None]:
    """With pauses: every word of a session is looked at, 2 s of a tab's work on 600 MB."""
    results = [a for a in history.arrivals if a.segment.category == "tool_result"]
    least = _oversized([a.tokens for a in results if not a.again])
    large = [a for a in results if a.tokens >= least and a.segment.text]
    words = _Words()
    if large:
        yield from words.read(priced, history)
    for arrival in large:
        carried = len(history.calls) - arrival.turn > TURNS_TO_USE + TURNS_AFTER
        if carried and not words.quoted(arrival):
            yield arrival


def _oversized(sizes: list[int]) -> float:
    """From how many tokens on a result of this session is oversized."""
    if not sizes:
        return OVERSIZED_TOKENS
    usual = sorted(sizes)[int((len(sizes) - 1) * USUAL_SHARE)]
    return min(OVERSIZED_TOKENS, max(MIN_TOKENS, usual * ABOVE_USUAL + 1))


class _Words:
    """Of every word of a session: the turn it came in, and the last turn the model said it."""

    def __init__(self) -> None:
        self.came: dict[str, int] = {}
        self.said: dict[str, int] = {}

    def read(self, priced: Priced, history: History) -> Iterator[None]:
        for arrival in history.arrivals:
            if arrival.segment.text and arrival.segment.category != "tools":
                for word in WORD.findall(arrival.segment.text):
                    self.came.setdefault(word, arrival.turn)
                    if arrival.segment.category in ("assistant", "tool_call"):
                        self.said[word] = max(arrival.turn - 1, self.said.get(word, 0))
            yield
        for turn, one in enumerate(history.calls):
            for number in one.call.reply:
                for word in WORD.findall(priced.trace.segments[number].text or ""):
                    self.said[word] = max(turn, self.said.get(word, 0))
            yield

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
