"""One flat row a call: what was billed, when, for whom. The input of every table of spend.

Spec: the minimal analytics schema of the README (trace_id, span_id, timestamp_utc, model, ...).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from whytokens.attribution.share import Attribution
from whytokens.prices import Quote

# What a row without a value in a dimension stands under: visible, never left out.
UNTAGGED = "(untagged)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One billed call. Tokens are billed tokens; `input_tokens` includes the cache. `pusd` is None
    where the call has no price. `turn` counts the calls of a session from 1."""

    call: int
    session: str
    turn: int
    started: datetime | None
    duration_ms: int | None
    model: str | None
    provider: str | None
    input_tokens: int
    read_tokens: int
    write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    pusd: int | None
    tools: int
    error: str | None
    tags: Mapping[str, str]


def rows(found: Iterable[Attribution]) -> list[Row]:
    """A row for every call that was billed, in the trace's order."""
    made, turns = list[Row](), dict[str, int]()
    for one in found:
        call = one.call
        turns[call.session] = turns.get(call.session, 0) + 1
        if one.method == "unbilled":
            continue
        usage = one.usage
        made.append(
            Row(
                call=call.id,
                session=call.session,
                turn=turns[call.session],
                started=call.started,
                duration_ms=call.duration_ms,
                model=call.model,
                provider=call.provider,
                input_tokens=one.prompt_tokens,
                read_tokens=usage.cache_read or 0,
                write_tokens=(usage.cache_write_5m or 0) + (usage.cache_write_1h or 0),
                output_tokens=one.output_tokens,
                reasoning_tokens=usage.reasoning or 0,
                pusd=one.cost_pusd if isinstance(one.quote, Quote) else None,
                tools=len(call.called_tools),
                error=call.error,
                tags=call.tags,
            )
        )
    return made


_FORMATS = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}


def dimension(row: Row, name: str) -> str:
    """A row's value in a dimension: model, provider, session, hour, day, week, month, or any tag."""
    if name in _FORMATS:
        return row.started.astimezone(UTC).strftime(_FORMATS[name]) if row.started else UNTAGGED
    if name in ("model", "provider", "session"):
        return getattr(row, name) or UNTAGGED
    return row.tags.get(name) or UNTAGGED


def dimensions(found: Iterable[Row]) -> list[str]:
    """The tags that any row has, most used first."""
    seen: dict[str, int] = {}
    for row in found:
        for name in row.tags:
            seen[name] = seen.get(name, 0) + 1
    return sorted(seen, key=lambda name: (-seen[name], name))
