"""System texts that are the same but for one stretch: a user's name, a plan, today's weather.

Spec: facts, 4.2 (d) "cache-buster": a longest common prefix that ends early. What follows the stretch is
compared from its end, so that a prefix which breaks near its start is seen though no word is a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from whytokens.cache.shared import prefix_chars
from whytokens.model import MessageId, Trace

# A text that is mostly the same: four characters in five stand outside of the stretch. Short ones are
# below what any provider caches.
MIN_SAME_SHARE, MIN_CHARS = 0.8, 2_000
# Texts are compared where their ends agree.
TAIL_CHARS = 200
MAX_CHARS = 2_000_000


def stretches(
    trace: Trace, found: Iterable[MessageId]
) -> Iterator[dict[MessageId, tuple[str, ...]]]:
    """Groups of messages that are the same but for a stretch, which is given for each."""
    ends: dict[str, list[tuple[MessageId, str]]] = {}
    for number in found:
        message = trace.messages[number]
        text = "".join(trace.segments[segment].text or "" for segment in message.segments)
        if message.role == "system" and MIN_CHARS <= len(text) <= MAX_CHARS:
            ends.setdefault(text[-TAIL_CHARS:], []).append((number, text))
    for members in ends.values():
        if len(members) > 1:
            yield from _group(members)


def _group(members: Sequence[tuple[MessageId, str]]) -> Iterator[dict[MessageId, tuple[str, ...]]]:
    """Members that share most with the first, less what is the same in all of them."""
    base = members[0][1]
    like = [one for one in members if _alike(base, one[1])]
    if len(like) < 2:
        return
    before = min(prefix_chars(base, text) for _, text in like)
    after = min(_suffix_chars(a, b) for (_, a), (_, b) in pairwise(like))
    shortest = min(len(text) for _, text in like)
    after = min(after, shortest - before)
    if before + after >= shortest * MIN_SAME_SHARE:
        yield {number: (text[before : len(text) - after],) for number, text in like}


def _alike(text: str, other: str) -> bool:
    """Do two texts share most of their characters at both ends?"""
    before = prefix_chars(text, other)
    after = min(_suffix_chars(text, other), min(len(text), len(other)) - before)
    return before + after >= max(len(text), len(other)) * MIN_SAME_SHARE


def _suffix_chars(text: str, other: str) -> int:
    return prefix_chars(text[::-1], other[::-1])
