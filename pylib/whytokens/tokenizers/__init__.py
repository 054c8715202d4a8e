"""Tokenizers count the tokens of text for a family of models. One file per family."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol

Exactness = Literal["exact", "reconstructed", "estimated"]


class Tokenizer(Protocol):
    """Counts for one vocabulary. `key` names it ("o200k_base", "claude-v3"); memo keys use it.

    `asset` is the vocabulary file it needs (see `whytokens.assets`), None when it needs none;
    it must be loadable by `assets.read(asset)` before the first count. `band_per_mille`: nine of ten
    counts of a text lie within this share of what is billed; 0 where exact, None where unmeasured.
    """

    key: str

    @property
    def asset(self) -> str | None: ...

    @property
    def band_per_mille(self) -> int | None: ...

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        """How sure this tokenizer's counts are for `model`; None when it is not for it."""
        ...

    def count_many(self, texts: Iterable[str]) -> list[int]:
        """Tokens of each text, as plain text: special-token strings count as their characters."""
        ...

    def pieces(self, text: str) -> list[tuple[str, int]]:
        """The text cut into what is counted, for people to see: pieces in order, tokens of each; 0
        where a piece's own share is not known. Together they are the text as the model reads it."""
        ...
