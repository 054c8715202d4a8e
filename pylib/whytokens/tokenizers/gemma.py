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
from whytokens.tokenizers.core import MAX_PIECES
from whytokens.tokenizers.merge import merge
from whytokens.tokenizers.vocabulary import unpack

# Tags that are symbols of the vocabulary, whatever stands around them.
TAGS = (
    "a|b|bbox|blockquote|body|caption|code|div|em|footer|h1|h2|h3|h4|h5|h6|html|i|iframe|img|li|s|"
    "span|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul"
)
_TAG = rf"</?(?:{TAGS})>"
_SPLIT = re.compile(
    rf" {{2,31}}|\n{{1,31}}|\t{{1,31}}|{_TAG}"
    rf"| ?(?:[^ \n\t<]|<(?!/?(?:{TAGS})>)|(?<=>) (?=</))+| "
)
MODELS = re.compile(r"gemini|gemma|learnlm", re.IGNORECASE)
# Google maps these to a later vocabulary, which we have not; English counts the same.
LATER = re.compile(r"gemini-([3-9]|\d\d)|gemma-?([4-9]|\d\d)", re.IGNORECASE)


class _Counts(dict[str, int]):
    """Tokens by word, filled as words are met."""

    def __init__(self, ranks: dict[str, int]) -> None:
        super().__init__()
        self._ranks = ranks
        known = "".join(re.escape(piece) for piece in ranks if len(piece) == 1)
        self._runs = re.compile(f"[{known}]+")

    def __missing__(self, word: str) -> int:
        if len(self) >= MAX_PIECES:
            self.clear()
        count = self[word] = self._count(word)
        return count

    def _count(self, word: str) -> int:
        """A word that is a piece is merged all the same: not every piece can be reached."""
        if _SYMBOL.fullmatch(word):
            return 1
        runs = self._runs.findall(word)
        rest = len(word) - sum(map(len, runs))
        tokens = sum(len(merge(run, self._ranks)) for run in runs)
        if rest:  # characters without a piece are their UTF-8 bytes
            bare = self._runs.sub("", word)
            tokens += len(bare.encode("utf-8", "replace"))
        return tokens


_SYMBOL = re.compile(rf" {{2,31}}|\n{{1,31}}|\t{{1,31}}|{_TAG}")


class GemmaTokenizer:
    """One vocabulary of pieces."""

    key, asset = "gemma3", "gemma3.bin"

    def __init__(self) -> None:
        self._counts: _Counts | None = None

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        if not MODELS.search(model):
            return None
        return "reconstructed" if LATER.search(model) else "exact"

    def count_many(self, texts: Iterable[str]) -> list[int]:
        if self._counts is None:
            pieces = unpack(assets.read(self.asset))
            self._counts = _Counts({piece.decode("utf-8"): rank for piece, rank in pieces.items()})
        get = self._counts.__getitem__
        return [sum(map(get, _SPLIT.findall(text.replace("▁", " ")))) for text in texts]


GEMMA = GemmaTokenizer()
