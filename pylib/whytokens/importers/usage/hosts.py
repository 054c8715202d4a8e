"""Usage of Cohere and Ollama, which speak no one else's dialect.

Spec: docs.cohere.com/reference/chat (`usage.billed_units`); Ollama's API document, `/api/chat`.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers.usage.buckets import excluding_cache
from whytokens.importers.values import as_dict, as_tokens
from whytokens.model import Usage


def cohere(value: Any) -> Usage | None:
    """`billed_units` is the bill: `tokens` beside it also counts a preamble that is not billed, and
    `cached_tokens` counts within that."""
    billed = as_dict(as_dict(value).get("billed_units"))
    searches = as_tokens(billed.get("search_units"))
    return excluding_cache(
        as_tokens(billed.get("input_tokens")),
        output=as_tokens(billed.get("output_tokens")),
        fees={"rerank": searches} if searches else {},
    )


def ollama(value: Any) -> Usage | None:
    """`prompt_eval_count` is missing or 0 where the prompt was still cached: then it is not reported."""
    raw = as_dict(value)
    prompt = as_tokens(raw.get("prompt_eval_count")) or None
    return excluding_cache(prompt, output=as_tokens(raw.get("eval_count")))
