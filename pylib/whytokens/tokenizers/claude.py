"""Claude's vocabularies by the public reconstruction `ctok` (MIT). Never exact: "reconstructed".

A text costs the fewest pieces that tile its marked stream. Pieces never straddle a seam between two
words, so the stream is cut there and each cut-out is tiled once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from whytokens import assets
from whytokens.tokenizers import Exactness
from whytokens.tokenizers.claude_stream import (
    BOW,
    CAPS,
    EOW,
    LITERALS,
    MARKERS,
    SHIFT,
    Rules,
    normalised,
    stream,
)
from whytokens.tokenizers.vocabulary import unpack

Family = Literal["v3", "v4.7", "v4.8"]
V4_7 = re.compile(r"opus-4[-.]7", re.IGNORECASE)
V4_8 = re.compile(r"opus-4[-.][89]|(sonnet|opus|haiku)-5|fable|mythos|claude-5", re.IGNORECASE)
CLAUDE = re.compile(r"claude|fable|mythos", re.IGNORECASE)
RULES: dict[Family, Rules] = {
    "v3": Rules(fold_quotes=True, allcaps_min=4, frame_bow=True),
    "v4.7": Rules(fold_quotes=False, allcaps_min=None, frame_bow=True),
    "v4.8": Rules(fold_quotes=False, allcaps_min=None, frame_bow=False),
}
ASSETS: dict[Family, str] = {
    "v3": "claude-v3.bin",
    "v4.7": "claude-v4.7.bin",
    "v4.8": "claude-v4.7.bin",
}
_SEAMS = re.compile(f"(?<={EOW})(?=[{SHIFT}{CAPS}]*{BOW})")
MAX_PARTS = 500_000


def family(model: str) -> Family:
    """Which generation's vocabulary a Claude model reads with."""
    if V4_7.search(model):
        return "v4.7"
    return "v4.8" if V4_8.search(model) else "v3"


class Tiling:
    """Fewest pieces over a stream, with single characters and bytes as the floor."""

    def __init__(self, data: bytes) -> None:
        size = int.from_bytes(data[:4], "little")
        pieces = [piece.decode("utf-8") for piece in unpack(data[4 : 4 + size])]
        self._bytes = set(unpack(data[4 + size :]))
        # Every beginning of a piece; True where it is a piece itself.
        self._starts: dict[str, bool] = {}
        for piece in pieces:
            for end in range(1, len(piece)):
                self._starts.setdefault(piece[:end], False)
            self._starts[piece] = True
        self._bytes |= {p.encode("utf-8") for p in pieces if len(p) == 1 and p not in MARKERS}
        self._floors: dict[str, int] = {}
        self._parts: dict[str, int] = {}

    def cost(self, text: str) -> int:
        """Tokens of a stream."""
        total, known = 0, self._parts
        for part in _SEAMS.split(text):
            cost = known.get(part)
            if cost is None:
                if len(known) >= MAX_PARTS:
                    known.clear()
                cost = known[part] = self._tile(part)
            total += cost
        return total

    def _tile(self, text: str) -> int:
        starts, size = self._starts, len(text)
        best = [0, *([1 << 60] * size)]
        for start in range(size):
            here = best[start] + 1
            piece = starts.get(text[start])
            if piece:
                best[start + 1] = min(best[start + 1], here)
            else:
                best[start + 1] = min(best[start + 1], best[start] + self._floor(text[start]))
            end = start + 1
            while piece is not None and end < size:
                end += 1
                piece = starts.get(text[start:end])
                if piece and here < best[end]:
                    best[end] = here
        return best[size]

    def _floor(self, char: str) -> int:
        """One character by its bytes."""
        found = self._floors.get(char)
        if found is None:
            data = LITERALS.get(char, char).encode("utf-8")
            best = [0, *([9] * len(data))]
            for end in range(1, len(data) + 1):
                for start in range(end):
                    if end - start == 1 or data[start:end] in self._bytes:
                        best[end] = min(best[end], best[start] + 1)
            found = self._floors[char] = best[-1]
        return found


class ClaudeTokenizer:
    """One family."""

    def __init__(self, kind: Family) -> None:
        self.key, self.asset = f"claude-{kind}", ASSETS[kind]
        self._family, self._rules = kind, RULES[kind]
        self._tiling: Tiling | None = None

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        mine = CLAUDE.search(model) and family(model) == self._family
        return "reconstructed" if mine else None

    def count_many(self, texts: Iterable[str]) -> list[int]:
        if self._tiling is None:
            self._tiling = Tiling(assets.read(self.asset))
        return [self._count(text, self._tiling) for text in texts]

    def _count(self, text: str, tiling: Tiling) -> int:
        """What the text adds to a message that has none."""
        norm = normalised(text, self._rules)
        tail = len(norm) - len(norm.rstrip("\n"))
        marked = stream(norm, self._rules, text.startswith(" "))
        # The frame's own two newlines end in one token that content's newlines may share.
        extra = tiling.cost("\n" * (tail + 2)) - 1 if tail else 0
        empty = 1 if self._rules.frame_bow else 0
        return (tiling.cost(marked) if marked else 0) + extra - empty


V3 = ClaudeTokenizer("v3")
V47 = ClaudeTokenizer("v4.7")
V48 = ClaudeTokenizer("v4.8")
