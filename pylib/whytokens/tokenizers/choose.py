"""Which tokenizer counts for a model: the first of the list that knows it."""

from __future__ import annotations

from functools import cache

from whytokens.tokenizers import Exactness, Tokenizer, known


@cache
def choose(model: str, provider: str | None) -> tuple[Tokenizer, Exactness]:
    """Never fails: the list ends with an estimate for any model."""
    for tokenizer in known.TOKENIZERS:
        sure = tokenizer.knows(model, provider)
        if sure is not None:
            return tokenizer, sure
    raise LookupError("the last tokenizer must know every model")
