"""Claude's vocabularies by the public reconstruction `ctok` (MIT). Never exact: "reconstructed".

A text costs the fewest pieces that tile its marked stream. ASCII is counted by units (see
`claude_units`), each different one once; what holds anything else is marked and tiled as it stands.
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
    CONTRACTIONS,
    EOW,
    LITERALS,
    MARKERS,
    SHIFT,
    Rules,
    cased,
    normalised,
    stream,
)
from whytokens.tokenizers.claude_units import BLANK, UNIT, A, B, blanks, marked, shown, unmarked
from whytokens.tokenizers.pieces import MAX_PIECES, Counter, Counts, well_formed
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
_WORDS = re.compile(r"\s*\S+|\s+")
# Longer chunks are lines of their own that hardly come again.
REMEMBERED_CHARS = 200
# More than the square of the longest piece of equal characters (128) and two pieces at the ends.
LONG_RUN = 17_000
_EQUAL = re.compile(r"(.)\1+", re.DOTALL)
# A blank between two words: its boundaries stand on both sides, whatever else the words hold.
_BETWEEN_WORDS = re.compile("(?<=[A-Za-z]) (?=[A-Za-z])")


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
                if len(known) >= MAX_PIECES:
                    known.clear()
                cost = known[part] = self.tile(part)
            total += cost
        return total

    def tile(self, text: str) -> int:
        """Tokens of a stretch without a seam."""
        if len(text) > LONG_RUN:
            short, tokens = self._without_repeats(text)
            return tokens + self._tile(short)
        return self._tile(text)

    def _without_repeats(self, text: str) -> tuple[str, int]:
        """The text with its long runs of one character cut, and the tokens that they lose by it.

        Of any n pieces of a run, n the longest, some make a multiple of n together, which no more
        pieces of n characters cover. So a run of more than n * n and two pieces at its ends holds one.
        """
        parts, tokens, end = list[str](), 0, 0
        for run in _EQUAL.finditer(text):
            over = run.end() - run.start() - LONG_RUN
            size = self._longest(run[1]) if over > 0 else 0
            if size:
                parts.append(text[end : run.end() - over // size * size])
                tokens, end = tokens + over // size, run.end()
        return "".join(parts) + text[end:], tokens

    def _longest(self, char: str) -> int:
        """Characters of the longest piece that holds nothing else."""
        size, found = 0, 0
        while (piece := self._starts.get(char * (size + 1))) is not None:
            size += 1
            found = size if piece else found
        return found

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


class Units:
    """Tokens of normalised texts: ASCII by units, chunks with anything else whole."""

    def __init__(self, tiling: Tiling, rules: Rules) -> None:
        self._tiling, self._rules = tiling, rules
        self._ascii = Counter(UNIT, self._unit)
        self._chunks = Counts(self._streamed)
        self._word = tiling.cost(f"{BOW}a{EOW}")

    def count(self, norm: str) -> int:
        """Tokens of a text that ends in no line feed, the boundary that its frame writes included.

        No piece reaches over a line feed or from word to word, so a chunk between two of these is
        counted with one word on either side, and a word stands for it in the rest.
        """
        if norm.isascii():
            return self._of_ascii(norm)
        total, lines = 0, norm.split("\n")
        for number, line in enumerate(lines):
            if line.isascii():
                continue
            parts = _BETWEEN_WORDS.split(line)
            last = len(parts) - 1
            for at, part in enumerate(parts):
                if not part.isascii():
                    before = "a " if at else "a\n" if number else ""
                    total += self._chunk(before, part, " a" if at < last else "") - self._word
                    parts[at] = "a"
            lines[number] = " ".join(parts)
        return total + self._of_ascii("\n".join(lines))

    def shown(self, norm: str) -> list[tuple[str, int]]:
        """Pieces of ASCII with their tokens; words alone of anything else."""
        if not norm.isascii():
            return [(word, 0) for word in _WORDS.findall(norm)]
        written, _ = marked(norm, frame_bow=False)
        return [(shown(unit), tokens) for unit, tokens in self._ascii.shown(written)]

    def _chunk(self, before: str, part: str, after: str) -> int:
        text, beside = before + part + after, bool(before) + bool(after)
        tokens = self._chunks[text] if len(text) < REMEMBERED_CHARS else self._streamed(text)
        return tokens - beside * self._word - (before[1:] == "\n")

    def _streamed(self, text: str) -> int:
        return self._tiling.cost(stream(text, self._rules))

    def _of_ascii(self, text: str) -> int:
        written, head = marked(text, frame_bow=self._rules.frame_bow)
        return head + self._ascii.count(written)

    def _unit(self, unit: str) -> int:
        """What a unit costs, by its class."""
        text = unmarked(unit)
        if not text.strip():
            return self._tiling.tile(blanks(unit))
        if text[0].isalpha():
            return self._tiling.tile(self._of_word(text))
        if text[0].isdigit():
            runs = unit.strip(A + B).split(BLANK)
            free = len(runs) - 1 + unit.startswith(B) + unit.endswith(A)
            return free + sum(map(self._tiling.tile, runs))
        if text[0] == "'" and text[1:2].isalpha():
            word = f"{text[1:]}{EOW}" if text[1:] in CONTRACTIONS else self._of_word(text[1:])
            return unit.startswith(B) + self._tiling.tile("'" + word)
        bow, eow = BOW if unit.startswith(B) else "", EOW if unit.endswith(A) else ""
        return self._tiling.tile(bow + text + eow)

    def _of_word(self, text: str) -> str:
        markers, word = cased(text, self._rules.allcaps_min, fused=False)
        return f"{markers}{BOW}{word}{EOW}"


class ClaudeTokenizer:
    """One family. The band is that of requests of 100 tokens and more (facts, table 3)."""

    band_per_mille = 5

    def __init__(self, kind: Family) -> None:
        self.key, self.asset = f"claude-{kind}", ASSETS[kind]
        self._family, self._rules = kind, RULES[kind]
        self._units: Units | None = None

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        mine = CLAUDE.search(model) and family(model) == self._family
        return "reconstructed" if mine else None

    def count_many(self, texts: Iterable[str]) -> list[int]:
        units = self._ready()
        return [self._count(text, units) for text in texts]

    def pieces(self, text: str) -> list[tuple[str, int]]:
        return self._ready().shown(normalised(well_formed(text), self._rules))

    def _ready(self) -> Units:
        if self._units is None:
            self._tiling = Tiling(assets.read(self.asset))
            self._units = Units(self._tiling, self._rules)
        return self._units

    def _count(self, text: str, units: Units) -> int:
        """What the text adds to a message that has none."""
        norm = normalised(well_formed(text), self._rules)
        body = norm.rstrip("\n")
        tail = len(norm) - len(body)
        # The frame's own two newlines end in one token that content's newlines may share.
        extra = self._tiling.cost("\n" * (tail + 2)) - 1 if tail else 0
        if self._rules.frame_bow and text.startswith(" ") and body[:1] == " " != body[1:2]:
            body = body[1:]
        empty = 1 if self._rules.frame_bow else 0
        return units.count(body) - empty + extra if body else extra


V3 = ClaudeTokenizer("v3")
V47 = ClaudeTokenizer("v4.7")
V48 = ClaudeTokenizer("v4.8")
