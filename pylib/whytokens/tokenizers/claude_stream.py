"""The marked stream: text with word boundaries, case and absorbed spaces written as markers.

Spec: the behaviour of `ctok` 1.3.0 (MIT). Tokens are pieces of this stream, not of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from whytokens.tokenizers.claude_runs import (
    DIGIT,
    HARD,
    NEW_CASE,
    NEW_CASED,
    PUNCT,
    SPACE,
    STRAY,
    WORD,
    Run,
    digit_border,
    is_selector,
    punct_like,
    runs,
)

# Markers inside the engine: noncharacters, one code point each.
BOW, EOW, PAD, SHIFT, CAPS = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3", "\ufdd4"
MARKERS = frozenset((BOW, EOW, SHIFT, CAPS))
# Text that holds those noncharacters itself is kept apart by private-use escapes.
ESCAPES = {marker: chr(0xE000 + i) for i, marker in enumerate((BOW, EOW, PAD, SHIFT, CAPS))}
LITERALS = {escape: marker for marker, escape in ESCAPES.items()}
_ESCAPE_TABLE = str.maketrans(ESCAPES)
CONTRACTIONS = frozenset(("s", "t", "d", "m", "ll", "re", "ve"))
_CONTROL = re.compile("[\x01-\x08\x0b-\x1f\x7f\x80-\x9f]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_ODD_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
_SEAM = re.compile(f"(.){EOW} ([{SHIFT}{CAPS}]*){BOW}")
_UNCASED = "\u03f4"  # Unicode calls it a capital, the models do not


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Where the families differ. `frame_bow`: the frame before the text ends in a boundary."""

    fold_quotes: bool
    allcaps_min: int | None
    frame_bow: bool


def normalised(text: str, rules: Rules) -> str:
    """NFC, controls and private use dropped, odd spaces made plain, quotes folded (v3)."""
    if text.isascii():
        return _CONTROL.sub("", text).replace("\x00", " ")
    text = _CONTROL.sub("", unicodedata.normalize("NFC", text)).replace("\x00", " ")
    text = _PRIVATE.sub("", text.replace("\u0e4d\u0e32", "\u0e33"))
    if rules.fold_quotes:
        text = text.translate(_QUOTES)
    return _ODD_SPACE.sub(" ", text)


def stream(norm: str, rules: Rules) -> str:
    """The stream of normalised text that ends in no line feed."""
    found = runs(norm if norm.isascii() else norm.translate(_ESCAPE_TABLE))
    if not found:
        return BOW if rules.frame_bow else ""
    out = _head(found, rules)
    last = len(found) - 1
    for i, run in enumerate(found):
        before = found[i - 1] if i else None
        after = found[i + 1] if i < last else None
        out.append(_marked(found, i, run, before, after, rules))
    return _SEAM.sub(rf"\1{EOW}\2{BOW}", "".join(out))


def _head(found: Sequence[Run], rules: Rules) -> list[str]:
    """The frame's boundary, where the first run writes none of its own."""
    if not rules.frame_bow:
        return []
    kind, text = found[0]
    quote = _opens_word(found[0], found[1] if len(found) > 1 else None)
    own = not quote and (
        kind in (WORD, PUNCT, STRAY)
        or (kind == SPACE and text[0] == " ")
        or _hard_edge(text[0])
        or (kind in (DIGIT, HARD) and _digit_edge(text, text[0]))
    )
    return [] if own else [" " if quote else BOW]


def _marked(
    found: Sequence[Run], i: int, run: Run, before: Run | None, after: Run | None, rules: Rules
) -> str:
    kind, text = run
    if kind == SPACE:
        return text
    if kind == WORD:
        fused = before is not None and before.kind == STRAY
        markers, word = cased(text, rules.allcaps_min, fused)
        bare = fused or (
            text in CONTRACTIONS
            and before is not None
            and before == (PUNCT, "'")
            and (i < 2 or not _right_border(found[i - 2]))
        )
        return f"{markers}{'' if bare else BOW}{word}{EOW}"
    if kind == STRAY:
        return BOW + text + ("" if after is not None and after.kind == WORD else EOW)
    if kind == DIGIT and text.isascii():
        return text
    left = rules.frame_bow if before is None else before.kind == SPACE and before.text[-1] == " "
    right = after is not None and after.kind == SPACE and after.text[0] == " "
    right = right and after is not None and after.text[:2] != "  "
    if kind == PUNCT or _hard_edge(text[0]) or _hard_edge(text[-1]):
        bow = left and not _opens_word(run, after) and (kind == PUNCT or _hard_edge(text[0]))
        eow = right and (kind == PUNCT or _hard_edge(text[-1]))
    else:
        bow = left and _digit_edge(text, text[0])
        eow = right and _digit_edge(text, text[-1])
    return (BOW if bow else "") + text + (EOW if eow else "")


def _opens_word(run: Run, after: Run | None) -> bool:
    """A lone apostrophe that opens the word after it."""
    return run.text == "'" and after is not None and after.kind in (WORD, STRAY)


def _hard_edge(char: str) -> bool:
    if char <= "\x7f":  # ASCII punctuation is a run of its own kind, never the edge of another
        return False
    return is_selector(char) or punct_like(char)


def _digit_edge(text: str, char: str) -> bool:
    """A run of one numeric category whose edge writes a marker."""
    category = unicodedata.category(text[0])
    return (
        category in ("Nd", "No")
        and all(unicodedata.category(other) == category for other in text[1:])
        and digit_border(char)
    )


def _right_border(run: Run) -> bool:
    kind, text = run
    if kind == PUNCT or _hard_edge(text[-1]):
        return True
    return kind in (DIGIT, HARD) and _digit_edge(text, text[-1])


def _lower(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(c if c == _UNCASED else NEW_CASE.get(c, c.lower()) for c in text)


def _is_upper(char: str) -> bool:
    if char == _UNCASED:
        return False
    return char in NEW_CASE or (char.isupper() and _lower(char) != char)


def _is_lower(char: str) -> bool:
    return char in NEW_CASE.values() or char.islower()


@lru_cache(maxsize=200_000)
def cased(word: str, allcaps_min: int | None, fused: bool) -> tuple[str, str]:
    """Case markers and the word below them; most words pass as they stand."""
    if fused or "\u1e9e" in word:
        return "", word
    if "\u0130" in word:
        return _dotted(word)
    if allcaps_min is not None and len(word) >= allcaps_min and _all_caps(word):
        return CAPS, _lower(word).replace("\u03c2", "\u03c3")
    if _lower(word[0]) == word[0]:
        return "", word
    if _is_upper(word[0]) and not any(_is_upper(c) for c in word[1:]):
        return SHIFT, _lower(word)
    return "", word


def _dotted(word: str) -> tuple[str, str]:
    """Words with a dotted capital I: it stays, and never heads a marked word."""
    tail = word[1:]
    if _is_upper(word[0]) and word[0] != "\u0130":
        if any(_is_upper(c) for c in tail if c != "\u0130"):
            return "", word
        return SHIFT, _lower(word[0]) + "".join(c if c == "\u0130" else _lower(c) for c in tail)
    return "", word


def _all_caps(word: str) -> bool:
    cased = [c for c in word if _is_upper(c) or _is_lower(c)]
    if not cased or not all(_is_upper(c) for c in cased):
        return False
    return not any(
        (c in NEW_CASED or unicodedata.category(c)[0] in "LM")
        and not _is_lower(c)
        and (not _is_upper(c) or _lower(c) == c)
        for c in word
    )
