"""Usage objects of the four APIs as disjoint buckets (formats, rule 1; facts, section 3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from whytokens.importers.values import as_dict, as_list, as_tokens
from whytokens.model import Usage


def openai_chat(value: Any) -> Usage | None:
    """`prompt_tokens` includes what was cached; so do the writes of GPT-5.6 and later."""
    raw = as_dict(value)
    details = as_dict(raw.get("prompt_tokens_details"))
    out = as_dict(raw.get("completion_tokens_details"))
    return _inclusive(
        raw.get("prompt_tokens"), details, raw.get("completion_tokens"), out.get("reasoning_tokens")
    )


def openai_responses(value: Any) -> Usage | None:
    """The same under other names."""
    raw = as_dict(value)
    details = as_dict(raw.get("input_tokens_details"))
    out = as_dict(raw.get("output_tokens_details"))
    return _inclusive(
        raw.get("input_tokens"), details, raw.get("output_tokens"), out.get("reasoning_tokens")
    )


def _inclusive(prompt: Any, details: Any, output: Any, reasoning: Any) -> Usage | None:
    total = as_tokens(prompt)
    read = as_tokens(details.get("cached_tokens")) or 0
    write = as_tokens(details.get("cache_write_tokens")) or 0
    if total is None:
        return None
    if read + write > total:  # no bill can say this; formats rule 1: then it excludes the cache
        total += read + write
    audio = as_tokens(details.get("audio_tokens"))
    return Usage(
        input=total - read - write,
        cache_read=read,
        cache_write_5m=write,
        cache_write_1h=0,
        output=as_tokens(output),
        reasoning=as_tokens(reasoning),
        detail={"input_audio": audio} if audio else {},
    )


def anthropic(value: Any) -> Usage | None:
    """`input_tokens` excludes the cache; writes are split by lifetime where the log says so."""
    raw = as_dict(value)
    fresh = as_tokens(raw.get("input_tokens"))
    if fresh is None:
        return None
    created = as_tokens(raw.get("cache_creation_input_tokens")) or 0
    hour = as_tokens(as_dict(raw.get("cache_creation")).get("ephemeral_1h_input_tokens")) or 0
    hour = min(hour, created)
    searches = as_tokens(as_dict(raw.get("server_tool_use")).get("web_search_requests"))
    return Usage(
        input=fresh,
        cache_read=as_tokens(raw.get("cache_read_input_tokens")) or 0,
        cache_write_5m=created - hour,
        cache_write_1h=hour,
        output=as_tokens(raw.get("output_tokens")),
        fees={"web_search": searches} if searches else {},
    )


def gemini(value: Any) -> Usage | None:
    """`promptTokenCount` includes what was cached; tool-use prompts and thoughts stand beside it."""
    raw = as_dict(value)
    prompt = as_tokens(raw.get("promptTokenCount"))
    if prompt is None:
        return None
    read = min(as_tokens(raw.get("cachedContentTokenCount")) or 0, prompt)
    tools = as_tokens(raw.get("toolUsePromptTokenCount")) or 0
    thoughts = as_tokens(raw.get("thoughtsTokenCount"))
    said = as_tokens(raw.get("candidatesTokenCount"))
    output = None if said is None and thoughts is None else (said or 0) + (thoughts or 0)
    detail = {
        f"input_{str(as_dict(part).get('modality')).lower()}": count
        for part in as_list(raw.get("promptTokensDetails"))
        if (count := as_tokens(as_dict(part).get("tokenCount")))
        and as_dict(part).get("modality") in ("AUDIO", "IMAGE", "VIDEO")
    }
    return Usage(
        input=prompt - read + tools,
        cache_read=read,
        cache_write_5m=0,
        cache_write_1h=0,
        output=output,
        reasoning=thoughts,
        detail=detail,
    )


def with_fees(usage: Usage | None, output: Any) -> Usage | None:
    """Usage with the web searches among an OpenAI response's items; each has its fee."""
    searches = sum(as_dict(item).get("type") == "web_search_call" for item in as_list(output))
    return replace(usage, fees={"web_search": searches}) if usage and searches else usage
