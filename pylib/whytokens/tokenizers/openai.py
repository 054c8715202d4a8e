"""OpenAI's vocabularies: which model counts by which, exact.

Models by facts "OpenAI chat.completions" and tiktoken's own table. The compiled core of tiktoken is
used where it can be imported, with our vocabulary files, so nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from whytokens import assets
from whytokens.tokenizers import Exactness
from whytokens.tokenizers.core import CoreBPE
from whytokens.tokenizers.vocabulary import unpack

_SUFFIX = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K_PATTERN = "|".join(
    (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + _SUFFIX,
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + _SUFFIX,
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)
CL100K_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
GPT2_PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
# What stands before a model's own name: gateways, deployments, fine-tunes.
_PREFIX = r"(?:.*/)?(?:ft:)?(?:openai\.)?"
CL100K_MODELS = re.compile(
    _PREFIX + r"(?:gpt-4(?![o.]|-?\d\d?\b(?!\d))|gpt-3\.5|gpt-35|text-embedding-)", re.IGNORECASE
)
HARMONY_MODELS = re.compile(_PREFIX + r"gpt-oss", re.IGNORECASE)
O200K_MODELS = re.compile(
    _PREFIX + r"(?:gpt-[4-9]|o[1-9](?:$|[-:@])|chatgpt-|codex-|computer-use)", re.IGNORECASE
)
P50K_MODELS = re.compile(_PREFIX + r"(?:text-davinci-00[23]|code-)", re.IGNORECASE)
R50K_MODELS = re.compile(_PREFIX + r"(?:davinci|curie|babbage|ada)\b", re.IGNORECASE)


class OpenAITokenizer:
    """One encoding of tiktoken."""

    def __init__(self, key: str, asset: str, pattern: str, models: re.Pattern[str]) -> None:
        self.key, self.asset = key, asset
        self._pattern, self._models = pattern, models
        self._count: Callable[[str], int] | None = None

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        return "exact" if self._models.match(model) else None

    def count_many(self, texts: Iterable[str]) -> list[int]:
        if self._count is None:
            self._count = _counter(unpack(assets.read(self.asset)), self._pattern)
        return [self._count(text) for text in texts]


def _counter(ranks: dict[bytes, int], pattern: str) -> Callable[[str], int]:
    """The fastest exact way to count that this Python has."""
    try:
        from tiktoken._tiktoken import CoreBPE as Compiled
    except ImportError:
        return CoreBPE(ranks, {}, pattern).count
    if Compiled is CoreBPE:  # the page's tiktoken stands on our own core
        return CoreBPE(ranks, {}, pattern).count
    encode = Compiled(ranks, {}, pattern).encode_ordinary

    def count(text: str) -> int:
        try:
            return len(encode(text))
        except UnicodeEncodeError:  # lone surrogates, as in `CoreBPE.count`
            whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return len(encode(whole))

    return count


R50K = OpenAITokenizer("r50k_base", "r50k_base.bin", GPT2_PATTERN, R50K_MODELS)
P50K = OpenAITokenizer("p50k_base", "p50k_base.bin", GPT2_PATTERN, P50K_MODELS)
CL100K = OpenAITokenizer("cl100k_base", "cl100k_base.bin", CL100K_PATTERN, CL100K_MODELS)
HARMONY = OpenAITokenizer("o200k_harmony", "o200k_base.bin", O200K_PATTERN, HARMONY_MODELS)
O200K = OpenAITokenizer("o200k_base", "o200k_base.bin", O200K_PATTERN, O200K_MODELS)
