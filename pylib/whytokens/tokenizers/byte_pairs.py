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
        self._core: CoreBPE | None = None

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        if self._unsure is not None and self._unsure.search(model):
            return "estimated"
        return "exact" if self._models.search(model) else None

    def count_many(self, texts: Iterable[str]) -> list[int]:
        count = self._count or self._ready()
        if self._composed:
            return [count(unicodedata.normalize("NFC", text)) for text in texts]
        return [count(text) for text in texts]

    def pieces(self, text: str) -> list[tuple[str, int]]:
        return self._pure().tokens(unicodedata.normalize("NFC", text) if self._composed else text)

    def _pure(self) -> CoreBPE:
        if self._core is None:
            self._core = CoreBPE(unpack(assets.read(self.asset)), {}, self.pattern)
        return self._core

    def _ready(self) -> Callable[[str], int]:
        """The fastest exact way to count that this Python has."""
        compiled = None if "\\p{CJK}" in self.pattern else _compiled(self.asset, self.pattern)
        self._count = compiled or self._pure().count
        return self._count


def _compiled(asset: str, pattern: str) -> Callable[[str], int] | None:
    r"""tiktoken's own core, which knows no ``\p{CJK}``; in the page its name is that of ours."""
    try:
        from tiktoken._tiktoken import CoreBPE as Compiled
    except ImportError:
        return None
    if Compiled is CoreBPE:
        return None
    encode = Compiled(unpack(assets.read(asset)), {}, pattern).encode_ordinary
    return lambda text: len(encode(well_formed(text)))
