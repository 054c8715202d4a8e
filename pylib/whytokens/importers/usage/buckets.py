"""Disjoint buckets from counters that overlap, checked against the provider's own total.

Spec: formats, rule 1 "input tokens has two meanings"; facts, section 3, column "cached inside input
count?". Two things differ between providers that speak one dialect: whether the prompt count holds
what was cached, and whether the completion count holds reasoning. The provider's total decides where
one of these readings meets it; else the dialect's habit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypedDict, Unpack

from whytokens.model import Usage

# Without a total: reasoning counted up to this much above the completion is its end marks (GLM and
# Qwen count 1 to 4 more), not reasoning beside it.
MARK_TOKENS = 8


class More(TypedDict, total=False):
    """What goes into `Usage` as it is."""

    fees: dict[str, int]
    detail: dict[str, int]
    total: int | None
    cost_pusd: int | None
    tier: str | None
    region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What a dialect reports. `cached_beside` and `reasoning_beside` are its habits: are those
    counters beside the prompt and the completion, or inside them? `told` = the habit is a rule
    that even the dialect's own total does not follow."""

    prompt: int
    read: int = 0
    write_5m: int = 0
    write_1h: int = 0
    output: int | None = None
    reasoning: int | None = None
    cached_beside: bool = False
    reasoning_beside: bool = False
    told: bool = False
    more: More = field(default_factory=More)


def including_cache(
    prompt: int | None,
    *,
    read: int | None = 0,
    write_5m: int | None = 0,
    write_1h: int | None = 0,
    output: int | None = None,
    reasoning: int | None = None,
    **more: Unpack[More],
) -> Usage | None:
    """A prompt count that holds what was read from and written to the cache."""
    if prompt is None:
        return Usage(output=output, reasoning=reasoning, **more) if output is not None else None
    read, write_5m, write_1h = read or 0, write_5m or 0, write_1h or 0
    rest = prompt - read - write_5m - write_1h
    if rest >= 0 and not reasoning and not more.get("total"):  # one reading only: most calls
        return Usage(
            input=rest, cache_read=read, cache_write_5m=write_5m, cache_write_1h=write_1h,
            output=output, reasoning=reasoning, **more,
        )  # fmt: skip
    return settled(
        Counters(
            prompt=prompt, read=read or 0, write_5m=write_5m or 0, write_1h=write_1h or 0,
            output=output, reasoning=reasoning, more=more,
        )
    )  # fmt: skip


def excluding_cache(
    fresh: int | None,
    *,
    read: int | None = 0,
    write_5m: int | None = 0,
    write_1h: int | None = 0,
    output: int | None = None,
    reasoning: int | None = None,
    **more: Unpack[More],
) -> Usage | None:
    """An input count of what was neither read nor written. `output` holds `reasoning`."""
    if fresh is None:
        return Usage(output=output, reasoning=reasoning, **more) if output is not None else None
    return Usage(
        input=fresh,
        cache_read=read or 0,
        cache_write_5m=write_5m or 0,
        cache_write_1h=write_1h or 0,
        output=output,
        reasoning=reasoning,
        **more,
    )


def settled(said: Counters) -> Usage:
    """The reading of the counters that is possible and, where there is one, meets the total."""
    total = said.more.get("total")
    cached, beside = (False, True), (False, True)
    if not (said.read or said.write_5m or said.write_1h):
        cached = (said.cached_beside, said.cached_beside)
    if not said.reasoning or said.told:
        beside = (said.reasoning_beside, said.reasoning_beside)
    for outside in cached:
        for apart in beside:
            if total is not None and (outside or _fits(said)):
                usage = _read(said, outside, apart)
                if (usage.prompt or 0) + (usage.output or 0) == total:
                    return usage
    if not (said.cached_beside or _fits(said)):
        return refused(said)
    above = (said.reasoning or 0) > (said.output or 0) + MARK_TOKENS
    return _read(said, said.cached_beside, said.reasoning_beside or above)


def _fits(said: Counters) -> bool:
    return said.read + said.write_5m + said.write_1h <= said.prompt


def _read(said: Counters, outside: bool, apart: bool) -> Usage:
    output, reasoning = said.output, said.reasoning
    if reasoning and apart:
        output = (output or 0) + reasoning
    elif reasoning is not None and output is not None:
        reasoning = min(reasoning, output)
    cached = said.read + said.write_5m + said.write_1h
    return Usage(
        input=said.prompt if outside else said.prompt - cached,
        cache_read=said.read,
        cache_write_5m=said.write_5m,
        cache_write_1h=said.write_1h,
        output=output,
        reasoning=reasoning,
        **said.more,
    )


def refused(said: Counters) -> Usage:
    """Usage that cannot be a bill: why, in the words that follow "Call 3 "."""
    written = said.write_5m + said.write_1h
    parts = []
    if said.read:
        parts.append(f"{said.read:,} tokens read from cache")
    if written:
        parts.append(f"{written:,} written to it" if parts else f"{written:,} written to cache")
    within = f"{' and '.join(parts)} in a prompt of {said.prompt:,}"
    why = f"reports {within if parts else f'{said.prompt:,} prompt tokens'}"
    return replace(Usage(**said.more), refused=why)
