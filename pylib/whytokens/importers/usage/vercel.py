"""The AI SDK's usage: `LanguageModelUsage` of versions 5 and 6, and the objects its providers give.

Spec: ai-sdk.dev/docs/reference, "generateText", `usage`. Input holds what was cached since version 6, which details
it; version 5 hands on the provider's own count, and Anthropic's excludes the cache.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers.usage.buckets import excluding_cache, including_cache
from whytokens.importers.values import as_dict, as_tokens
from whytokens.model import Usage

MARKS = ("cachedInputTokens", "reasoningTokens", "inputTokenDetails", "outputTokenDetails")


def ai_sdk(value: Any, provider: str | None = None) -> Usage | None:
    raw = as_dict(value)
    sent, got = raw.get("inputTokens"), raw.get("outputTokens")
    details = as_dict(raw.get("inputTokenDetails")) or as_dict(sent)
    out = as_dict(raw.get("outputTokenDetails")) or as_dict(got)
    prompt = as_tokens(as_dict(sent).get("total", sent))
    output = as_tokens(as_dict(got).get("total", got))
    read = _first(
        details.get("cacheReadTokens"), details.get("cacheRead"), raw.get("cachedInputTokens")
    )
    write = _first(details.get("cacheWriteTokens"), details.get("cacheWrite"))
    reasoning = _first(out.get("reasoningTokens"), out.get("reasoning"), raw.get("reasoningTokens"))
    beside = not details and (provider == "anthropic" or (read or 0) > (prompt or 0))
    shape = excluding_cache if beside else including_cache
    return shape(prompt, read=read, write_5m=write, output=output, reasoning=reasoning)


def _first(*values: Any) -> int | None:
    return next((n for value in values if (n := as_tokens(value)) is not None), None)
