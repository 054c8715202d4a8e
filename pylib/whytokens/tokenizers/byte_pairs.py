"""Tokenizers that are a `.tiktoken` vocabulary with a split pattern: OpenAI's and most open models'.

The compiled core of tiktoken is used where it can be imported, with our vocabulary files, so nothing
is ever fetched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from whytokens import assets
from whytokens.tokenizers import Exactness
from whytokens.tokenizers.core import CoreBPE
from whytokens.tokenizers.pieces import well_formed
from whytokens.tokenizers.vocabulary import unpack


class BytePairTokenizer:
    """One encoding. `unsure` are models of the family whose vocabulary its maker does not name;
    `composed` puts texts into Unicode's form C first."""

    band_per_mille = 0

    def __init__(
        self,
        key: str,
        asset: str,
        pattern: str,
        models: re.Pattern[str],
        unsure: re.Pattern[str] | None = None,
        *,
        composed: bool = False,
    ) -> None:
        self.key, self.asset, self.pattern = key, asset, pattern
        self._models, self._unsure, self._composed = models, unsure, composed
        self._count: Callable[[str], int] | None = None

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        if self._unsure is not None and self._unsure.search(model):
            return "estimated"
        return "exact" if self._models.search(model) else None

    def count_many(self, texts: Iterable[str]) -> list[int]:
        if self._count is None:
            self._count = _counter(unpack(assets.read(self.asset)), self.pattern)
        count = self._count
        if self._composed:
            return [count(unicodedata.normalize("NFC", text)) for text in texts]
        return [count(text) for text in texts]


def _counter(ranks: dict[bytes, int], pattern: str) -> Callable[[str], int]:
    r"""The fastest exact way to count that this Python has. `\p{CJK}` is a class of our own."""
    if "\\p{CJK}" in pattern:
        return CoreBPE(ranks, {}, pattern).count
    try:
        from tiktoken._tiktoken import CoreBPE as Compiled
    except ImportError:
        return CoreBPE(ranks, {}, pattern).count
    if Compiled is CoreBPE:  # the page's tiktoken stands on our own core
        return CoreBPE(ranks, {}, pattern).count
    encode = Compiled(ranks, {}, pattern).encode_ordinary
    return lambda text: len(encode(well_formed(text)))
