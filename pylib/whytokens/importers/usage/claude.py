"""Anthropic's usage: input beside the cache, writes by lifetime, searches, tier, region, iterations.

Spec: platform.claude.com/docs/en/api/messages (usage), .../build-with-claude/compaction ("sum across
all entries in usage.iterations") as in facts, section 3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from whytokens.importers.usage.cost import cost_pusd
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_tokens
from whytokens.model import Usage

# Fees by the counter's name in `server_tool_use`; web fetches are free.
FEES = {"web_search_requests": "web_search"}
ANYWHERE = (None, "global", "not_available")


def anthropic(value: Any) -> Usage | None:
    """`input_tokens` excludes the cache. Compactions are billed beside the counts of the message;
    what an advisor spent is another model's and stands in `beside`."""
    raw = as_dict(value)
    found = _counts(raw)
    if found is None:
        return None
    for one in as_list(raw.get("iterations")):
        if as_dict(one).get("type") == "compaction":
            found = _sum(found, _counts(as_dict(one)) or Usage())
    tools = as_dict(raw.get("server_tool_use"))
    fees = {name: count for key, name in FEES.items() if (count := as_tokens(tools.get(key)))}
    geo = as_str(raw.get("inference_geo"))
    return replace(
        found,
        fees=fees,
        beside=_advisors(raw),
        cost_pusd=cost_pusd(raw),
        tier="fast" if raw.get("speed") == "fast" else as_str(raw.get("service_tier")),
        region=None if geo in ANYWHERE else geo,
    )


def _advisors(raw: Json) -> tuple[tuple[str, Usage], ...]:
    """Models, with their usage, that this response called on the way: each reads the whole
    transcript and is billed at its own rates. Spec: the advisor tool of March 2026."""
    return tuple(
        (str(one["model"]), spent)
        for one in map(as_dict, as_list(raw.get("iterations")))
        if one.get("type") == "advisor_message" and as_str(one.get("model"))
        if (spent := _counts(one)) is not None
    )


def _counts(raw: Json) -> Usage | None:
    fresh, output = as_tokens(raw.get("input_tokens")), as_tokens(raw.get("output_tokens"))
    if fresh is None:
        return None if output is None else Usage(output=output)
    lifetimes = as_dict(raw.get("cache_creation"))
    hour = as_tokens(lifetimes.get("ephemeral_1h_input_tokens")) or 0
    short = as_tokens(lifetimes.get("ephemeral_5m_input_tokens")) or 0
    created = as_tokens(raw.get("cache_creation_input_tokens"))
    created = hour + short if created is None else created
    thought = as_tokens(as_dict(raw.get("output_tokens_details")).get("thinking_tokens"))
    hour = min(hour, created)
    return Usage(
        input=fresh,
        cache_read=as_tokens(raw.get("cache_read_input_tokens")) or 0,
        cache_write_5m=created - hour,
        cache_write_1h=hour,
        output=output,
        reasoning=thought if thought is None or output is None else min(thought, output),
    )


def _sum(one: Usage, other: Usage) -> Usage:
    def add(a: int | None, b: int | None) -> int | None:
        return b if a is None else a + (b or 0)

    return Usage(
        input=add(one.input, other.input),
        cache_read=add(one.cache_read, other.cache_read),
        cache_write_5m=add(one.cache_write_5m, other.cache_write_5m),
        cache_write_1h=add(one.cache_write_1h, other.cache_write_1h),
        output=add(one.output, other.output),
        reasoning=one.reasoning,
    )
