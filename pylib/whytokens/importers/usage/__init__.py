"""Usage objects of every provider as the disjoint buckets of `model.Usage`.

Spec: facts, section 3 and formats, rule 1. One function for each shape; `usage_of` finds the shape.
All of them take anything and return None where no token is reported. Usage that no bill can say
comes back with `refused` set and its buckets empty: that call is counted, not priced, and the rest
stands. The object's own cost, tier and region come along; `TraceBuilder.call` lifts them to the call
where the importer names none. A log format with names of its own calls `including_cache` or
`excluding_cache`, whichever its input count does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from whytokens.importers.usage import vercel
from whytokens.importers.usage.aws import bedrock_converse, bedrock_invoke
from whytokens.importers.usage.buckets import excluding_cache, including_cache
from whytokens.importers.usage.claude import anthropic
from whytokens.importers.usage.cost import usd_as_pusd
from whytokens.importers.usage.google import gemini, gemini_interactions
from whytokens.importers.usage.hosts import cohere, ollama
from whytokens.importers.usage.openai import long_writes, openai_chat, openai_responses
from whytokens.importers.values import as_dict, as_list
from whytokens.model import Usage

__all__ = [
    "anthropic",
    "bedrock_converse",
    "bedrock_invoke",
    "cohere",
    "excluding_cache",
    "gemini",
    "gemini_interactions",
    "including_cache",
    "long_writes",
    "ollama",
    "openai_chat",
    "openai_responses",
    "usage_of",
    "usd_as_pusd",
    "with_fees",
]

# Keys that only one shape has; asked in order. What Anthropic adds to `input_tokens` comes before
# the bare names, which it shares with OpenAI Responses.
_MARKS = (
    (("promptTokenCount", "prompt_token_count", "candidatesTokenCount", "usageMetadata"), gemini),
    (("total_input_tokens", "total_thought_tokens"), gemini_interactions),
    (("inputTokens", "outputTokens"), bedrock_converse),
    (("amazon-bedrock-invocationMetrics", "inputTokenCount", "inputTextTokenCount"), bedrock_invoke),
    (("billed_units",), cohere),
    (("prompt_eval_count", "eval_count"), ollama),
)  # fmt: skip
_CLAUDE_KEYS = ("cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation")


def usage_of(value: Any, provider: str | None = None) -> Usage | None:
    """A usage object of any known shape; `provider` settles what only its provider knows."""
    raw = as_dict(value)
    if any(key in raw for key in vercel.MARKS) or isinstance(raw.get("inputTokens"), dict):
        return vercel.ai_sdk(raw, provider)
    for keys, shape in _MARKS:
        if any(key in raw for key in keys):
            return shape(raw)
    if "prompt_tokens" in raw or "completion_tokens" in raw:
        return openai_chat(raw, provider)
    if "input_tokens" not in raw and "output_tokens" not in raw:
        return None
    if "total_tokens" in raw or "input_tokens_details" in raw:
        return openai_responses(raw, provider)
    if any(key in raw for key in _CLAUDE_KEYS) or provider in ("anthropic", "bedrock"):
        return anthropic(raw)
    return openai_responses(raw, provider)


# Items of an OpenAI response that carry a fee each, by the name of the fee's rate.
_FEES = {"web_search_call": "web_search", "file_search_call": "file_search"}


def with_fees(usage: Usage | None, output: Any) -> Usage | None:
    """Usage with the hosted tools among an OpenAI response's items; each call has its fee."""
    fees: dict[str, int] = {}
    for item in as_list(output):
        name = _FEES.get(str(as_dict(item).get("type")))
        if name:
            fees[name] = fees.get(name, 0) + 1
    return replace(usage, fees={**usage.fees, **fees}) if usage and fees else usage
