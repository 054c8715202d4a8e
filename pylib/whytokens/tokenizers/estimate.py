"""Models without a vocabulary of their own here: another's, times a fitted factor. Always an estimate.

Factors and bands are what `build.py bench families` prints on the corpus; where it has no two
requests to compare, the factor is the facts' (table 2.5) or 1, and nobody has measured the band.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from whytokens.tokenizers import Exactness, Tokenizer
from whytokens.tokenizers.deepseek import DEEPSEEK
from whytokens.tokenizers.gemma import GEMMA3
from whytokens.tokenizers.open_models import LLAMA3
from whytokens.tokenizers.openai import O200K

_PER_MILLE = 1000
# Some twenty requests do not show less, even where all of them are met.
LEAST_BAND = 10


class EstimateTokenizer:
    """Scales another tokenizer's counts by `factor_per_mille`."""

    def __init__(
        self,
        family: str,
        models: str,
        factor_per_mille: int,
        base: Tokenizer = O200K,
        *,
        band_per_mille: int | None = None,
    ) -> None:
        scale = f" × {factor_per_mille / _PER_MILLE:g}" if factor_per_mille != _PER_MILLE else ""
        self.key = f"{family} ({base.key}{scale})" if family else base.key.removesuffix("_base")
        self.asset, self.band_per_mille = base.asset, band_per_mille
        self._models = re.compile(models, re.IGNORECASE)
        self._factor, self._base = factor_per_mille, base

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        return "estimated" if self._models.search(model) else None

    def count_many(self, texts: Iterable[str]) -> list[int]:
        half = _PER_MILLE // 2
        return [
            (count * self._factor + half) // _PER_MILLE for count in self._base.count_many(texts)
        ]

    def pieces(self, text: str) -> list[tuple[str, int]]:
        """The base's, unscaled."""
        return self._base.pieces(text)


# 39 pairs, 84 requests; conversations among them.
GLM = EstimateTokenizer("glm", r"glm-|/glm|zhipu|chatglm", 929, DEEPSEEK, band_per_mille=82)
# 16 pairs, 33 requests.
GROK = EstimateTokenizer("grok", r"grok", 1015, band_per_mille=LEAST_BAND)
# 5 pairs, 17 requests.
NOVA = EstimateTokenizer("nova", r"amazon\.nova|nova-", 1000, GEMMA3, band_per_mille=LEAST_BAND)
# 164 pairs, 29 requests.
GRANITE = EstimateTokenizer("granite", r"granite", 1000, LLAMA3, band_per_mille=LEAST_BAND)
# 25 pairs, 10 requests; Perplexity made it from Llama 3.3.
SONAR = EstimateTokenizer("sonar", r"\bsonar\b", 1000, LLAMA3, band_per_mille=LEAST_BAND)
KIMI = EstimateTokenizer("kimi", r"kimi|moonshot", 1000)
COHERE = EstimateTokenizer("cohere", r"cohere|command-[ar]|c4ai|aya-", 1000)
LLAMA = EstimateTokenizer("llama", r"llama", 1110)
ANY = EstimateTokenizer("", r"", 1000)
ESTIMATES = (GLM, GROK, NOVA, GRANITE, SONAR, KIMI, COHERE, LLAMA, ANY)
