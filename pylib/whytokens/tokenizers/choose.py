"""Which tokenizer counts for a model: the first of the list that knows it; or a vocabulary by name."""

from __future__ import annotations

from functools import cache

from whytokens.tokenizers import Exactness, Tokenizer, known

Vocabulary = tuple[Tokenizer, Exactness]


@cache
def choose(model: str, provider: str | None) -> Vocabulary:
    """Never fails: the list ends with an estimate for any model."""
    for tokenizer in known.TOKENIZERS:
        sure = tokenizer.knows(model, provider)
        if sure is not None:
            return tokenizer, sure
    raise LookupError("the last tokenizer must know every model")


def encodings() -> dict[str, Tokenizer]:
    """Vocabularies by their names, as `tiktoken` calls its own ("o200k_base")."""
    return {tokenizer.key: tokenizer for tokenizer in known.VOCABULARIES}


def encoding(name: str) -> Vocabulary | None:
    """A vocabulary itself, whatever model reads with it; None where no vocabulary has that name."""
    tokenizer = encodings().get(name)
    if tokenizer is None:
        return None
    return tokenizer, "exact" if tokenizer.band_per_mille == 0 else "reconstructed"
