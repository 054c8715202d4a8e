"""The price engine: a call's rates by its model, date, tier and prompt size. Integer picodollars.

Spec: facts, sections 1 and 3. Long-context tiers reprice the whole request; batch and service tiers
hold as the response reports them; a call without a time is priced at the snapshot's own date.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from whytokens.model import Call
from whytokens.prices import Quote, Unpriced
from whytokens.prices.resolve import Resolved, nearest, resolve
from whytokens.prices.snapshot import Row, Snapshot, load

STANDARD_TIERS = (None, "", "default", "standard", "auto", "on_demand", "standard_only")


def quote(call: Call) -> Quote | Unpriced:
    """The rates that hold for a call, or why there are none."""
    if call.usage and call.usage.refused:
        return Unpriced(reason=f"it {call.usage.refused}, which no bill can say")
    if not call.model:
        return Unpriced(reason="the log names no model")
    snapshot = load()
    found = _resolved(call.model, call.provider)
    if found is None:
        close = nearest(snapshot, call.model)
        return Unpriced(reason="no rate for this name is known", nearest=close)
    at = call.started or datetime.fromisoformat(snapshot.as_of).replace(tzinfo=UTC)
    prompt_tokens = (call.usage.prompt if call.usage else None) or 0
    rates = _rates(found.row, at.astimezone(UTC), call.tier)
    if rates is None:
        return Unpriced(reason=f"no rate for service tier “{call.tier}” is known")
    return _quote(found, rates, prompt_tokens, call, snapshot)


@lru_cache(maxsize=4096)
def _resolved(model: str, provider: str | None) -> Resolved | None:
    return resolve(load(), model, provider)


def _quote(
    found: Resolved, rates: Mapping[str, Any], prompt_tokens: int, call: Call, snapshot: Snapshot
) -> Quote | Unpriced:
    def rate(key: str, default: int) -> int:
        return _at(rates[key], prompt_tokens) if key in rates else default

    if "i" not in rates and "o" not in rates:
        return Unpriced(reason="this model has no token rates")
    fresh = rate("i", 0)
    write = rate("w", fresh)
    fees = call.usage.fees if call.usage else {}
    return Quote(
        input_pusd=fresh,
        cache_read_pusd=rate("r", fresh),
        cache_write_5m_pusd=write,
        cache_write_1h_pusd=rate("h", write),
        output_pusd=rate("o", 0),
        fees_pusd=sum(count * rate(name, 0) for name, count in fees.items()),
        row=f"{found.row.provider}/{found.row.id}",
        how=found.how,
        source=snapshot.source,
        as_of=snapshot.as_of,
        tier=call.tier if call.tier not in STANDARD_TIERS and call.tier else "standard",
    )


def _rates(row: Row, at: datetime, tier: str | None) -> Mapping[str, Any] | None:
    """The rates in force, with the tier's own on top; None for a tier without rates."""
    base = row.rates[0][1]
    for condition, rates in row.rates:
        if _holds(condition, at):
            base = rates
    if tier in STANDARD_TIERS:
        return base
    known = False
    for when, condition, rates in row.variants:
        if tier in when.values():
            known = True
            if _holds(condition, at):
                return {**base, **rates}
    # A tier from before its rates were recorded is priced at today's: close, and better than none.
    for when, _, rates in row.variants if known else ():
        if tier in when.values():
            return {**base, **rates}
    return None


def _holds(condition: Any, at: datetime) -> bool:
    """No condition, a start date, or minutes of the day in UTC."""
    if condition is None:
        return True
    if isinstance(condition, str):
        return at.date().isoformat() >= condition
    minute = at.hour * 60 + at.minute
    start, end = int(condition[0]), int(condition[1])
    return start <= minute < end if start <= end else minute >= start or minute < end


def _at(value: int | list[int], prompt_tokens: int) -> int:
    """A rate, by prompt size where it has steps."""
    if isinstance(value, int):
        return value
    found = value[0]
    for above, rate in zip(value[1::2], value[2::2], strict=True):
        if prompt_tokens > above:
            found = rate
    return found
