r"""Character classes of the tokenizers' rules as text for `re`, the same on every Python.

`re` has no ``\p{L}``, and its ``\s`` holds U+001C-1F, which Unicode's White_Space (and Rust's
``\s``) does not. So every class is spelled out, from one committed Unicode version, over shadows:
texts in which one stand-in replaces every non-ASCII character of a category.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from whytokens.tokenizers.unicode_tables import PACKED

GROUPS = {"L": ("Lu", "Ll", "Lt", "Lm", "Lo")}


@cache
def ranges(name: str) -> tuple[tuple[int, int], ...]:
    """First and last code points of a category ("Lu") or a group ("L"), sorted."""
    if name == "CJK":
        return CJK
    if name in GROUPS:
        return tuple(sorted(pair for part in GROUPS[name] for pair in ranges(part)))
    words = [int(word, 36) for word in PACKED[name].split()]
    found, end = [], 0
    for gap, length in zip(words[::2], words[1::2], strict=True):
        found.append((end + gap, end + gap + length - 1))
        end = found[-1][1] + 1
    return tuple(found)


# One Latin-1 character stands for each category in a shadow, so that classes stay small bitmaps:
# `re` walks long lists of astral ranges one by one (15 times slower on a text with one emoji).
STAND_INS = {
    "Lu": "\xc0",
    "Ll": "\xe0",
    "Lt": "\xc1",
    "Lm": "\xe1",
    "Lo": "\xe2",
    "M": "\xe3",
    "N": "\xb2",
    "P": "\xb7",
    "S": "\xb1",
    "CJK": "\xb3",
    "space": "\xa0",
    "other": "\xa7",
}
WHITE_SPACE = frozenset(
    map(chr, (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000))
)
# ``(?i:'s)`` matches the long s too, so it must stay itself.
LONG_S = "\u017f"


# Chinese ideographs and Japanese syllables, where a pattern tells them from other letters.
CJK = ((0x3040, 0x30FF), (0x4E00, 0x9FA5))


class Shadow(dict[int, str]):
    """A table for `str.translate`: every character's stand-in, found when first met."""

    def __init__(self, *, cjk: bool = False) -> None:
        super().__init__({code: chr(code) for code in range(0x80)})
        self[ord(LONG_S)] = LONG_S
        spans = [
            (first, last, STAND_INS[name])
            for name in PACKED
            if name in STAND_INS
            for first, last in ranges(name)
        ]
        if cjk:
            spans = [
                (first, last, found) for span in spans for first, last, found in _outside(span)
            ]
            spans += [(first, last, STAND_INS["CJK"]) for first, last in CJK]
        spans.sort()
        self._firsts = [first for first, _, _ in spans]
        self._spans = spans

    def row(self) -> list[int]:
        """Every code point's stand-in as (first, last, stand-in), (first, last, ..., later ones over
        earlier ones."""
        spans = [(0x80, 0x10FFFF, ord(STAND_INS["other"]))]
        spans += [(first, last, ord(found)) for first, last, found in self._spans]
        spans += [(ord(char), ord(char), ord(STAND_INS["space"])) for char in WHITE_SPACE]
        spans.append((ord(LONG_S), ord(LONG_S), ord(LONG_S)))
        return [number for span in spans for number in span]

    def __missing__(self, code: int) -> str:
        first, last, found = self._spans[bisect_right(self._firsts, code) - 1]
        if chr(code) in WHITE_SPACE:
            found = STAND_INS["space"]
        elif not first <= code <= last:
            found = STAND_INS["other"]
        self[code] = found
        return found


def _outside(span: tuple[int, int, str]) -> list[tuple[int, int, str]]:
    """What is left of a span beside CJK."""
    kept = [span]
    for start, end in CJK:
        parts = [(a, min(b, start - 1), found) for a, b, found in kept]
        parts += [(max(a, end + 1), b, found) for a, b, found in kept]
        kept = [part for part in parts if part[0] <= part[1]]
    return kept


@cache
def members(name: str) -> str:
    """The inside of a bracket expression over shadows."""
    names = GROUPS.get(name, (name,))
    own = "".join(STAND_INS[part] for part in names) + (LONG_S if "Ll" in names else "")
    ascii_members = [
        chr(code) for first, last in ranges(name) for code in range(first, min(last, 0x7F) + 1)
    ]
    return re.escape("".join(ascii_members)) + own


SPACES = "\\t-\\r " + STAND_INS["space"]
