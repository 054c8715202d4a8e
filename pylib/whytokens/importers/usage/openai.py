"""OpenAI's two dialects of usage, as their many speakers speak them.

Spec: OpenAI API reference (usage of Chat Completions and Responses) and facts, section 3. Chat is
spoken by Azure, DeepSeek, Groq, Mistral, OpenRouter, Together, xAI, LiteLLM and most hosts, each with
counters of its own; a count that stands in two places is the larger (Together fills one or the other).
"""

from __future__ import annotations

from typing import Any

from whytokens.importers.usage.buckets import Counters, More, settled
from whytokens.importers.usage.cost import cost_pusd
from whytokens.importers.values import Json, as_dict, as_str, as_tokens
from whytokens.model import Usage

XAI, GOOGLE = ("xai", "x-ai"), ("google", "gemini", "vertex", "vertex_ai")
# Flat counters of what was read: DeepSeek, Together and Hugging Face, Mistral, LiteLLM and Databricks.
READ_KEYS = (
    "prompt_cache_hit_tokens",
    "cached_tokens",
    "num_cached_tokens",
    "cache_read_input_tokens",
)
WRITE_KEYS = ("cache_write_tokens", "cache_creation_tokens")
MODALITIES = ("audio", "image", "video")


def openai_chat(
    value: Any, provider: str | None = None, *, long_writes: bool = False
) -> Usage | None:
    """`prompt_tokens` holds what was read and written; `completion_tokens` holds reasoning, but at
    xAI and Vercel's gateway. `long_writes`: the request asked for writes that live 12 hours."""
    raw = as_dict(value)
    details = as_dict(raw.get("prompt_tokens_details"))
    out = as_dict(raw.get("completion_tokens_details"))
    return _usage(
        raw, details, out, as_tokens(raw.get("prompt_tokens")), as_tokens(raw.get("completion_tokens")),
        provider, long_writes,
    )  # fmt: skip


def openai_responses(
    value: Any, provider: str | None = None, *, long_writes: bool = False
) -> Usage | None:
    """The same under other names; reasoning is inside `output_tokens` at every speaker, xAI too."""
    raw = as_dict(value)
    details = as_dict(raw.get("input_tokens_details") or raw.get("input_token_details"))
    out = as_dict(raw.get("output_tokens_details") or raw.get("output_token_details"))
    provider = None if provider in XAI else provider
    return _usage(
        raw, details, out, as_tokens(raw.get("input_tokens")), as_tokens(raw.get("output_tokens")),
        provider, long_writes,
    )  # fmt: skip


def long_writes(request: Json) -> bool:
    """Does a request ask for cache entries that live 12 hours? Its usage does not say so again."""
    return as_dict(request.get("prompt_cache_options")).get("ttl") == "12h"


def _usage(
    raw: Json,
    details: Json,
    out: Json,
    prompt: int | None,
    output: int | None,
    provider: str | None,
    long_writes: bool,
) -> Usage | None:
    if prompt is None and output is None:
        return None
    total = as_tokens(raw.get("total_tokens"))
    reasoning = _largest(out, ("reasoning_tokens",), raw, ("reasoning_tokens",))
    detail = _detail(details, out)
    audio = detail.get("input_audio", 0)
    if prompt is not None and total is not None:
        unsaid = total - prompt - (output or 0)
        if output is None and not unsaid:  # embeddings and moderation have no completion
            output = 0
        if audio and unsaid == audio:  # Mistral counts audio beside the prompt
            prompt += audio
        elif unsaid > 0 and not reasoning and provider in GOOGLE:
            output, reasoning = (output or 0) + unsaid, unsaid  # thoughts, in the total only
    more = More(
        fees=_fees(raw), detail=detail, total=total, cost_pusd=cost_pusd(raw),
        tier=as_str(raw.get("service_tier")),
    )  # fmt: skip
    if prompt is None:
        return Usage(output=output, reasoning=reasoning, **more)
    write, hour = _writes(raw, details)
    read = _largest(details, ("cached_tokens",), raw, READ_KEYS) or 0
    vercel = "market_cost" in raw
    return settled(
        Counters(
            prompt=prompt,
            read=read,
            write_5m=0 if long_writes else write - hour,
            write_1h=write if long_writes else hour,
            output=output,
            reasoning=reasoning,
            cached_beside="cache_read_input_tokens" in raw and read + write > prompt,
            reasoning_beside=provider in XAI or vercel,
            told=vercel,
            more=more,
        )
    )


def _largest(details: Json, keys: tuple[str, ...], raw: Json, flat: tuple[str, ...]) -> int | None:
    found = [as_tokens(details.get(key)) for key in keys]
    found += [as_tokens(raw.get(key)) for key in flat]
    return max((one for one in found if one is not None), default=None)


def _writes(raw: Json, details: Json) -> tuple[int, int]:
    """All writes, and those of one hour among them (LiteLLM and gateways pass Claude's on)."""
    write = _largest(details, WRITE_KEYS, raw, ("cache_creation_input_tokens",)) or 0
    lifetimes = as_dict(details.get("cache_creation_token_details")) or as_dict(
        raw.get("cache_creation")
    )
    hour = as_tokens(lifetimes.get("ephemeral_1h_input_tokens")) or 0
    return write, min(hour, write)


def _detail(details: Json, out: Json) -> dict[str, int]:
    cached = as_dict(details.get("cached_tokens_details"))
    found = {}
    for side, counts in (("input", details), ("read", cached), ("output", out)):
        for kind in MODALITIES:
            count = as_tokens(counts.get(f"{kind}_tokens"))
            if count:
                found[f"{side}_{kind}"] = count
    return found


def _fees(raw: Json) -> dict[str, int]:
    """Hosted searches: OpenRouter's and LiteLLM's counter, xAI's by tool."""
    tools = as_dict(raw.get("server_tool_use_details") or raw.get("server_tool_use"))
    own = as_dict(raw.get("server_side_tool_usage_details"))
    counts = {
        "web_search": as_tokens(tools.get("web_search_requests"))
        or as_tokens(own.get("web_search_calls")),
        "social_search": as_tokens(own.get("x_search_calls")),
        "code_execution": as_tokens(own.get("code_interpreter_calls")),
    }
    return {name: count for name, count in counts.items() if count}
