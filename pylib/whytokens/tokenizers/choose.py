"""Which tokenizer counts for a model: the first of the registry that knows it."""

from __future__ import annotations

from functools import cache

from whytokens.tokenizers import Exactness, Tokenizer


@cache
def choose(model: str, provider: str | None) -> tuple[Tokenizer, Exactness]:
    """Never fails: the registry ends with an estimate for any model."""
    from whytokens import registry  # late: its detectors read attributions, which start here

    for tokenizer in registry.TOKENIZERS:
        sure = tokenizer.knows(model, provider)
        if sure is not None:
            return tokenizer, sure
    raise LookupError("the registry's last tokenizer must know every model")
