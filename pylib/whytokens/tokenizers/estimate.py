"""Every model without a vocabulary of its own: o200k times a fitted factor. Always an estimate.

Factors: facts, tables 2.5 and 3 (text of real requests against billed tokens); 1 where unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from whytokens.tokenizers import Exactness
from whytokens.tokenizers.openai import O200K, OpenAITokenizer

_PER_MILLE = 1000


class EstimateTokenizer:
    """Scales another tokenizer's counts by `factor_per_mille`."""

    def __init__(
        self, key: str, models: str, factor_per_mille: int, base: OpenAITokenizer = O200K
    ) -> None:
        self.key, self.asset = key, base.asset
        self._models = re.compile(models, re.IGNORECASE)
        self._factor, self._base = factor_per_mille, base

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        return "estimated" if self._models.search(model) else None

    def count_many(self, texts: Iterable[str]) -> list[int]:
        half = _PER_MILLE // 2
        return [
            (count * self._factor + half) // _PER_MILLE for count in self._base.count_many(texts)
        ]


LLAMA = EstimateTokenizer("llama (o200k × 1.11)", r"llama", 1110)
ANY = EstimateTokenizer("o200k", r"", 1000)
