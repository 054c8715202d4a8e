"""OpenAI's vocabularies: which model counts by which, exact.

Models by facts "OpenAI chat.completions" and tiktoken's own table.
"""

from __future__ import annotations

import re

from whytokens.tokenizers.byte_pairs import BytePairTokenizer

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
_PREFIX = r"^(?:.*/)?(?:ft:)?(?:openai\.)?"
CL100K_MODELS = re.compile(
    _PREFIX + r"(?:gpt-4(?![o.]|-?\d\d?\b(?!\d))|gpt-3\.5|gpt-35|text-embedding-)", re.IGNORECASE
)
HARMONY_MODELS = re.compile(_PREFIX + r"gpt-oss", re.IGNORECASE)
O200K_MODELS = re.compile(
    _PREFIX + r"(?:gpt-[4-9]|o[1-9](?:$|[-:@])|chatgpt-|codex-|computer-use)", re.IGNORECASE
)
P50K_MODELS = re.compile(_PREFIX + r"(?:text-davinci-00[23]|code-)", re.IGNORECASE)
R50K_MODELS = re.compile(_PREFIX + r"(?:davinci|curie|babbage|ada)\b", re.IGNORECASE)

R50K = BytePairTokenizer("r50k_base", "r50k_base.bin", GPT2_PATTERN, R50K_MODELS)
P50K = BytePairTokenizer("p50k_base", "p50k_base.bin", GPT2_PATTERN, P50K_MODELS)
CL100K = BytePairTokenizer("cl100k_base", "cl100k_base.bin", CL100K_PATTERN, CL100K_MODELS)
HARMONY = BytePairTokenizer("o200k_harmony", "o200k_base.bin", O200K_PATTERN, HARMONY_MODELS)
O200K = BytePairTokenizer("o200k_base", "o200k_base.bin", O200K_PATTERN, O200K_MODELS)
