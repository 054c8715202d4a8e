"""Text as runs of one class, the way Claude's tokenizer was measured to see it.

Spec: the behaviour of `ctok` 1.3.0 (MIT), a reconstruction from `count_tokens` answers. The tables
are measurements: no Unicode rule gives them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from whytokens.tokenizers.classes import ranges

WORD, DIGIT, PUNCT, SPACE, HARD, STRAY = "word", "digit", "punct", "space", "hard", "stray"
# Symbols beyond ASCII that join punctuation runs.
PUNCT_SYMBOLS = frozenset("—»«•°„–−£§€…√→（№†└│·─═█")
IDEOGRAPHIC_SYMBOLS = frozenset("〄〒〓〠〶〷〾〿")
# Letters by look, not by category, that behave as words: Runic, Roman numerals, circled, Bamum.
WORD_SYMBOLS = ((0x16EE, 0x16F0), (0x2160, 0x2188), (0x24B6, 0x24E9), (0xA6E6, 0xA6EF))
HARD_LETTERS = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0xF900, 0xFAFF), (0xAC00, 0xD7A3))
HARD_MARKS = frozenset((0x3005, 0x3006, *range(0x3031, 0x3036), 0x303B, 0x303C))
DIGIT_BLOCKS = ((0x30, 0x39), (0x660, 0x669), (0x6F0, 0x6F9))
# Case pairs of Unicode 16 that an older Python does not know.
NEW_CASE = {"\u1c89": "\u1c8a", "\ua7cb": "\u0264"}
NEW_CASED = frozenset(NEW_CASE) | frozenset(NEW_CASE.values())
_GROUPS = re.compile(r"[A-Za-z]+|[0-9]+|[ \t\n]+|[!-/:-@\[-`{-~]+|[^\x00-\x7f]+|[\x00-\x7f]")


class Run(NamedTuple):
    """A maximal stretch of one class."""

    kind: str
    text: str


def _within(code: int, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in blocks)


@cache
def is_selector(char: str) -> bool:
    """Variation selectors ride their base."""
    return 0xFE00 <= ord(char) <= 0xFE0F


@cache
def is_separator(char: str) -> bool:
    """A BMP mark that is not Alphabetic closes a word."""
    return not is_selector(char) and _within(ord(char), ranges("Mx"))


@cache
def _is_mark(char: str) -> bool:
    return _within(ord(char), ranges("M"))


@cache
def kind_of(char: str) -> str:
    """The class of one character."""
    code, category = ord(char), unicodedata.category(char)
    if char in NEW_CASED:
        return WORD
    if category[0] == "Z" or char in "\t\n\r\f\v":
        return SPACE
    if _within(code, WORD_SYMBOLS):
        return WORD
    if category == "Nd" and _within(code, DIGIT_BLOCKS):
        return DIGIT
    if (code < 0x80 and category[0] in "PS") or char in PUNCT_SYMBOLS:
        return PUNCT
    if is_selector(char):
        return HARD
    if _is_mark(char):
        return WORD if code < 0x10000 and not is_separator(char) else HARD
    hard = code >= 0x10000 or _within(code, HARD_LETTERS) or code in HARD_MARKS
    return WORD if category[0] == "L" and not hard else HARD


@cache
def _is_stray(char: str) -> bool:
    """A combining mark, where nothing before it can be its base; Syriac vowels are letters there."""
    if ord(char) == 0x711 or 0x730 <= ord(char) <= 0x73F:
        return False
    return unicodedata.combining(char) != 0 and not is_separator(char)


@cache
def digit_border(char: str) -> bool:
    """Digits beyond ASCII, and other numbers, write boundary markers."""
    category = unicodedata.category(char)
    numeral = category == "No" or (category == "Nd" and not char.isascii())
    return numeral and ord(char) < 0x10000


@cache
def punct_like(char: str) -> bool:
    """Does the character write boundary markers as punctuation does?"""
    if 0xE000 <= ord(char) <= 0xE004:  # an escaped literal marker: a noncharacter, category Cn
        return True
    if ord(char) >= 0x10000:
        return False
    if is_separator(char):
        return True
    category = unicodedata.category(char)
    ideographic = 0x3001 <= ord(char) <= 0x303F and (
        category[0] == "P" or char in IDEOGRAPHIC_SYMBOLS
    )
    return (category[0] in "PS" or category in ("Cf", "Cn")) and not ideographic


def _hard_kind(char: str) -> str:
    if punct_like(char):
        return "punct"
    return "number" if digit_border(char) else "letter"


_ASCII_KIND = {**dict.fromkeys("0123456789", DIGIT), " ": SPACE, "\t": SPACE, "\n": SPACE}


def runs(text: str) -> list[Run]:
    """Normalised text as runs. Cost: C speed for ASCII stretches, a step a character elsewhere."""
    found: list[Run] = []
    kind, start_text = "", ""
    for group in _GROUPS.findall(text):
        first = group[0]
        if first <= "\x7f":
            now = _ASCII_KIND.get(first) or (WORD if first.isalpha() else kind_of(first))
            if now == kind:
                start_text += group
                continue
            if kind:
                found.append(Run(kind, start_text))
            kind, start_text = now, group
            continue
        for char in group:
            now = kind_of(char)
            stray = now == WORD and _is_stray(char)
            if kind == STRAY and stray:
                start_text += char
            elif stray and kind != WORD:
                if kind:
                    found.append(Run(kind, start_text))
                kind, start_text = STRAY, char
            elif now == kind:
                start_text += char
            else:
                if kind:
                    found.append(Run(kind, start_text))
                kind, start_text = now, char
    if kind:
        found.append(Run(kind, start_text))
    if any(run.kind == HARD and len(run.text) > 1 for run in found):
        return [part for run in found for part in _split_hard(run)]
    return found


def _split_hard(run: Run) -> list[Run]:
    """A hard run is cut where the kind of its characters changes."""
    if run.kind != HARD or len(run.text) == 1:
        return [run]
    parts, text = [], run.text[0]
    kind = _hard_kind(text)
    for char in run.text[1:]:
        if is_selector(char) or _hard_kind(char) == kind:
            text += char
        else:
            parts.append(Run(HARD, text))
            text, kind = char, _hard_kind(char)
    return [*parts, Run(HARD, text)]
