"""Gemini and Gemma: the Gemma 3 vocabulary, a SentencePiece BPE.

Pieces merge in the order of the vocabulary, starting from characters, over the whole text: nothing
is split off first. Yet no piece reaches over white space (but ``> </``), line breaks and tabs are
symbols of their own, and so are runs of blanks and some tags; so words can be counted one by one.
google-genai's own local tokenizer counts Gemini 2.x by this vocabulary (facts 2.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from whytokens import assets
from whytokens.tokenizers import Exactness
from whytokens.tokenizers.merge import merge
from whytokens.tokenizers.pieces import Counter, well_formed
from whytokens.tokenizers.vocabulary import unpack

# Tags that are symbols of the vocabulary, whatever stands around them.
TAGS = (
    "a|b|bbox|blockquote|body|caption|code|div|em|footer|h1|h2|h3|h4|h5|h6|html|i|iframe|img|li|s|"
    "span|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul"
)
_TAG = rf"</?(?:{TAGS})>"
_RUN = rf" {{2,31}}|\n{{1,31}}|\t{{1,31}}|{_TAG}"
# No piece holds an ASCII letter beside ASCII punctuation, or a digit beside anything, so a word of
# ASCII is cut there; one that goes on in other characters stays whole.
_SIGN = rf"[^ \n\t<A-Za-z0-9\x80-\U0010ffff]|<(?!/?(?:{TAGS})>)|(?<=>) (?=</)"
_SPLIT = "|".join(
    (
        _RUN,
        r" ?[A-Za-z]+(?![A-Za-z\x80-\U0010ffff])",
        r" ?[0-9]+",
        rf" ?(?:{_SIGN})+(?!{_SIGN}|[\x80-\U0010ffff])",
        rf" ?(?:[^ \n\t<]|<(?!/?(?:{TAGS})>)|(?<=>) (?=</))+",
        " ",
    )
)
MODELS = re.compile(r"gemini|gemma|learnlm", re.IGNORECASE)
# Google maps these to a later vocabulary, which we have not; English counts the same.
LATER = re.compile(r"gemini-([3-9]|\d\d)|gemma-?([4-9]|\d\d)", re.IGNORECASE)


_SYMBOL = re.compile(_RUN)
# Pieces that merging never makes; every other piece is one token (`tests/unit/test_vocabularies.py` tries all).
UNREACHABLE = frozenset((" YYYY", " yyyy", " diffformul", " ::::::::"))


class _Words:
    """What a word costs."""

    def __init__(self, ranks: dict[str, int]) -> None:
        self._ranks = ranks
        known = "".join(re.escape(piece) for piece in ranks if len(piece) == 1)
        self._runs = re.compile(f"[{known}]+")

    def cost(self, word: str) -> int:
        if (word in self._ranks and word not in UNREACHABLE) or _SYMBOL.fullmatch(word):
            return 1
        runs = self._runs.findall(word)
        rest = len(word) - sum(map(len, runs))
        tokens = sum(len(merge(run, self._ranks)) for run in runs)
        if rest:  # characters without a piece are their UTF-8 bytes
            tokens += len(self._runs.sub("", word).encode("utf-8"))
        return tokens


class GemmaTokenizer:
    """One vocabulary of pieces."""

    key, asset = "gemma3", "gemma3.bin"

    def __init__(self) -> None:
        self._counter: Counter | None = None

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        if not MODELS.search(model):
            return None
        return "reconstructed" if LATER.search(model) else "exact"

    def count_many(self, texts: Iterable[str]) -> list[int]:
        if self._counter is None:
            pieces = unpack(assets.read(self.asset))
            words = _Words({piece.decode("utf-8"): rank for piece, rank in pieces.items()})
            self._counter = Counter(_SPLIT, words.cost, shadow=False)
        count = self._counter.count
        return [count(well_formed(text).replace("▁", " ")) for text in texts]


GEMMA = GemmaTokenizer()
