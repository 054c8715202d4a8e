"""Long texts that are almost the same as one already in the prompt.

Spec: facts, 4.2 (d) "near-duplicates": MinHash (bottom-k sketches of word shingles) finds candidates, then
nine words in ten must be the same, and most of them in the same order. Broder, "On the resemblance and
containment of documents", 1997.
"""

from __future__ import annotations

import heapq
import math
import zlib
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from whytokens.waste import WHOLE, Fix, Waste
from whytokens.waste.priced import Arrival, Found, History, Priced, some

MIN_TOKENS = 128
SHINGLE_WORDS = 3
SKETCH = 64
# Of texts that share a run of words, the latest so many are compared: what more share is boilerplate.
MAX_ALIKE = 32
MIN_SHARED_WORDS = 0.9
# One word changed in ten spoils three shingles of ten; texts in another order share next to none.
MIN_JACCARD = 0.6
# Sketches of two texts alike at 0.6 share about 38 of 64 numbers; 16 keeps every such pair.
MIN_SHARED = 16
SKIPPED = ("tools", "assistant", "thinking", "tool_call", "media")

FIX = Fix(
    text="Send what changed instead of the whole text again.",
    snippet='result = "".join(difflib.unified_diff(old, new, n=3))',
    language="python",
    risk="A model may work better on whole text than on a difference; try it on a few tasks.",
)


@dataclass(frozen=True, slots=True)
class _Known:
    arrival: Arrival
    words: Counter[str]
    shingles: frozenset[int]


class NearDuplicates:
    key = "near-duplicates"
    looks_for = "long texts that are almost the same"

    def find(self, priced: Priced) -> Iterator[Waste | None]:
        found = Found()
        for history in priced.histories:
            yield None
            for known, again, alike, kept in _pairs(priced, history):
                first = history.calls[known.turn].call.id + 1
                # Equal words in another order are not the same text.
                note = f"{min(99, math.floor(alike * 100))} % as in call {first:,}"
                found.add(priced, history, again, note, parts=[(0, round(kept * WHOLE))])
        if found:
            yield Waste(
                title=f"Send {some(len(found), 'almost equal text')} as a difference",
                why=f"At least {MIN_SHARED_WORDS * 100:.0f} % of their words stand in one text of the same prompt.",
                change=found.change,
                evidence=tuple(found.evidence),
                fix=FIX,
                certainty="estimated",
                assumptions=(
                    "What both share is not sent again, but for the words around each change.",
                ),
            )


def _pairs(priced: Priced, history: History) -> Iterator[tuple[Arrival, Arrival, float, float]]:
    """Earlier and later text, their common share of words and, of the later one, what a difference
    need not say: it repeats the words around each change."""
    index: dict[int, deque[_Known]] = {}
    found = list(_candidates(history))
    for arrival, plain in found if len(found) > 1 else ():
        mine = _Known(arrival, Counter(plain.split()), shingles(plain))
        sketch = heapq.nsmallest(SKETCH, mine.shingles)
        best = _best(priced, mine, sketch, index)
        if best is not None:
            kept = jaccard(best[0].shingles, mine.shingles)
            yield (best[0].arrival, arrival, best[1], kept)
        for number in sketch:
            index.setdefault(number, deque(maxlen=MAX_ALIKE)).append(mine)


def _candidates(history: History) -> Iterator[tuple[Arrival, str]]:
    """Long texts, each once: an exact copy is another check's."""
    texts: set[str] = set()
    for arrival in history.arrivals:
        text = arrival.segment.text
        if arrival.tokens < MIN_TOKENS or not text or arrival.segment.category in SKIPPED:
            continue
        plain = " ".join(text.split())
        if plain not in texts:
            texts.add(plain)
            yield arrival, plain


def _best(
    priced: Priced, mine: _Known, sketch: list[int], index: dict[int, deque[_Known]]
) -> tuple[_Known, float] | None:
    shared: dict[int, list[_Known]] = {}
    for number in sketch:
        for known in index.get(number, ()):
            shared.setdefault(id(known), []).append(known)
    found = None
    for hits in shared.values():
        known = hits[0]
        if len(hits) < min(MIN_SHARED, len(sketch)):
            continue
        alike = (known.words & mine.words).total() / mine.words.total()
        good = alike >= MIN_SHARED_WORDS and (found is None or alike > found[1])
        good = good and jaccard(known.shingles, mine.shingles) >= MIN_JACCARD
        if good and priced.holds(known.arrival.node, mine.arrival.node):
            found = (known, alike)
    return found


def shingles(text: str) -> frozenset[int]:
    """Hashes of every run of three words."""
    words = text.split()
    if len(words) <= SHINGLE_WORDS:
        return frozenset((zlib.crc32(text.encode()),))
    joined = (" ".join(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1))
    return frozenset(zlib.crc32(part.encode()) for part in joined)


def jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    return len(a & b) / len(a | b) if a or b else 1.0


NEAR_DUPLICATES = NearDuplicates()
