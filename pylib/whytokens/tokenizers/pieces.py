"""Counting by pieces: a text is split by a pattern, and each different piece is costed once.

Every vocabulary counts this way; what differs is the pattern and what a piece costs. A page may
offer a twin for the part that is the same everywhere, splitting and remembering: `offer`. What a
piece costs is said here in Python either way, so both give the same numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Protocol

from whytokens.tokenizers.classes import Shadow

# Distinct pieces remembered; about 60 bytes each. A month of logs has some 200,000.
MAX_PIECES = 500_000
Cost = Callable[[str], int]


class Twin(Protocol):
    """`app/twin.js`: `pattern` in JavaScript's syntax, `costs` answers joined pieces with joined
    costs, `spans` are a shadow's (first, last, stand-in) in one row, or None where the pattern reads
    the text itself. What comes back counts one well-formed text, or gives -1 and leaves it to us."""

    def __call__(
        self, pattern: str, costs: Callable[[str], str], spans: Sequence[int] | None, limit: int
    ) -> Callable[[str], int]: ...


_offered: list[Twin] = []


def offer(twin: Twin | None) -> None:
    """Let counters made from now on use a twin; None: no more."""
    _offered[:] = [twin] if twin is not None else []


def well_formed(text: str) -> str:
    """The text with lone surrogates as U+FFFD, which is what reaches a provider."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class Counts(dict[str, int]):
    """Tokens by piece, filled as pieces are met."""

    def __init__(self, cost: Cost) -> None:
        super().__init__()
        self._cost = cost

    def __missing__(self, piece: str) -> int:
        found = self._cost(piece)
        if len(self) >= MAX_PIECES:
            self.clear()
        self[piece] = found
        return found


class Counter:
    """Tokens of texts whose pieces are `pattern`'s matches; with `shadow`, matches in that."""

    def __init__(
        self, pattern: str, cost: Cost, shadow: Callable[[], Shadow] | None = None
    ) -> None:
        self._pattern = re.compile(pattern)
        self._cost, self._counts = cost, Counts(cost)
        self._shadow: Shadow | None = None
        self._new_shadow = shadow
        self._twin: Callable[[str], int] | None = None
        if _offered:
            spans = shadow().row() if shadow else None
            self._twin = _offered[0](javascript(pattern), self._costs, spans, MAX_PIECES)

    def count(self, text: str) -> int:
        """Tokens of a well-formed text."""
        if self._twin is not None:
            found = self._twin(text)
            if found >= 0:
                return found
        return sum(map(self._counts.__getitem__, self.split(text)))

    def split(self, text: str) -> list[str]:
        """The pieces, in order."""
        if self._new_shadow is None or text.isascii():
            return self._pattern.findall(text)
        if self._shadow is None:
            self._shadow = self._new_shadow()
        spans = [run.span() for run in _BEYOND_ASCII.finditer(text)]
        parts, end = list[str](), 0
        for start, stop in spans:
            parts += (text[end:start], text[start:stop].translate(self._shadow))
            end = stop
        return _as_written(self._pattern.findall("".join(parts) + text[end:]), text, spans)

    def shown(self, text: str) -> list[tuple[str, int]]:
        """The pieces with what each costs."""
        return [(piece, self._counts[piece]) for piece in self.split(text)]

    def _costs(self, joined: str) -> str:
        """The twin's question: pieces it has not met, joined by a character no text holds."""
        return ",".join(str(self._cost(piece)) for piece in joined.split(SEPARATOR))


def _as_written(pieces: list[str], text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """A shadow's pieces as the text has them; they differ within the spans alone, where most texts have
    few, and looking each piece up in the text takes as long as finding it."""
    ends, at = list(accumulate(map(len, pieces))), 0
    for start, stop in spans:
        at = bisect_right(ends, start, at)
        while at < len(ends) and (first := ends[at] - len(pieces[at])) < stop:
            pieces[at] = text[first : ends[at]]
            at += 1
    return pieces


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# A lone surrogate: well-formed text has none.
SEPARATOR = "\udc00"


def javascript(pattern: str) -> str:
    """A translated pattern in JavaScript's syntax, over UTF-16. Possessive marks go: in our patterns
    what follows one never matches what it holds, so giving back changes nothing."""
    giving = re.sub(r"([+*?}])\+", r"\1", pattern)
    return giving.replace("\\Z", "$").replace("\\U0010ffff", "\\uffff")
