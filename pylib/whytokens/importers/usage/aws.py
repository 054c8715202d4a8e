"""Bedrock's usage: Converse's own names, and what InvokeModel reports for each vendor's models.

Spec: docs.aws.amazon.com/bedrock Converse `TokenUsage`, `amazon-bedrock-invocationMetrics`; facts,
section 3: the input count excludes the cache, the total holds all.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers.usage.buckets import excluding_cache
from whytokens.importers.usage.claude import anthropic
from whytokens.importers.usage.openai import openai_chat
from whytokens.importers.values import Json, as_dict, as_list, as_tokens
from whytokens.model import Usage


def bedrock_converse(value: Any) -> Usage | None:
    """`inputTokens` excludes the cache; `cacheDetails` says how long each write lives."""
    raw = as_dict(value)
    written = _first(raw, "cacheWriteInputTokens", "cacheWriteInputTokenCount") or 0
    hour = sum(
        as_tokens(one.get("inputTokens")) or 0
        for one in map(as_dict, as_list(raw.get("cacheDetails")))
        if one.get("ttl") == "1h"
    )
    hour = min(hour, written)
    return excluding_cache(
        as_tokens(raw.get("inputTokens")),
        read=_first(raw, "cacheReadInputTokens", "cacheReadInputTokenCount"),
        write_5m=written - hour,
        write_1h=hour,
        output=as_tokens(raw.get("outputTokens")),
        total=as_tokens(raw.get("totalTokens")),
    )


def bedrock_invoke(value: Any) -> Usage | None:
    """A body of InvokeModel or its usage object: Claude's and OpenAI's names, Nova's, Llama's, Titan's,
    and the metrics that end a stream."""
    raw = as_dict(value)
    metrics = as_dict(raw.get("amazon-bedrock-invocationMetrics"))
    if metrics or "inputTokenCount" in raw:
        return _metrics(metrics or raw)
    if "prompt_token_count" in raw:
        return excluding_cache(
            as_tokens(raw.get("prompt_token_count")), output=as_tokens(raw.get("generation_token_count"))
        )  # fmt: skip
    if "inputTextTokenCount" in raw:
        results = [as_dict(one) for one in as_list(raw.get("results"))]
        said = sum(as_tokens(one.get("tokenCount")) or 0 for one in results)
        return excluding_cache(as_tokens(raw.get("inputTextTokenCount")), output=said)
    inner = as_dict(raw.get("usage")) or raw
    if "inputTokens" in inner:
        return bedrock_converse(inner)
    return openai_chat(inner) if "prompt_tokens" in inner else anthropic(inner)


def _metrics(raw: Json) -> Usage | None:
    return excluding_cache(
        as_tokens(raw.get("inputTokenCount")),
        read=as_tokens(raw.get("cacheReadInputTokenCount")),
        write_5m=as_tokens(raw.get("cacheWriteInputTokenCount")),
        output=as_tokens(raw.get("outputTokenCount")),
    )


def _first(raw: Json, *keys: str) -> int | None:
    found = [as_tokens(raw.get(key)) for key in keys]
    return next((one for one in found if one is not None), None)
