"""The tokenizers, in the order they are asked; the last knows every model."""

from __future__ import annotations

from whytokens.tokenizers import Tokenizer
from whytokens.tokenizers.claude import V3, V47, V48
from whytokens.tokenizers.deepseek import DEEPSEEK
from whytokens.tokenizers.estimate import ESTIMATES
from whytokens.tokenizers.gemma import GEMMA2, GEMMA3
from whytokens.tokenizers.mistral import MISTRAL
from whytokens.tokenizers.open_models import LLAMA3, LLAMA4, QWEN, QWEN35, TEKKEN
from whytokens.tokenizers.openai import CL100K, HARMONY, O200K, P50K, R50K

VOCABULARIES: tuple[Tokenizer, ...] = (
    HARMONY,
    CL100K,
    O200K,
    P50K,
    R50K,
    V47,
    V48,
    V3,
    GEMMA2,
    GEMMA3,
    # Distilled models name their teacher too: the one taught says which vocabulary.
    LLAMA4,
    LLAMA3,
    QWEN35,
    QWEN,
    DEEPSEEK,
    MISTRAL,
    TEKKEN,
)
TOKENIZERS: tuple[Tokenizer, ...] = (*VOCABULARIES, *ESTIMATES)
