"""Whose rates stand behind the money of a report: by model, row and tier, and every model without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from whytokens import prices
from whytokens.attribution.share import Attribution
from whytokens.protocol import Priced, Prices, Unpriced

# Rates change about every six weeks somewhere: a call this long after the snapshot is warned of.
STALE_DAYS = 45


def nusd(pusd: int) -> int:
    """Nanodollars of picodollars, rounded half up."""
    return (pusd + 500) // 1000


def price_note(found: Iterable[Attribution]) -> Prices:
    """Rates by model, row and tier, most money first."""
    billed = [one for one in found if one.method != "unbilled"]
    rows = sorted(_rows(billed), key=lambda row: (-row["nusd"], row["model"], row["tier"]))
    days = [one.quote.as_of for one in billed if isinstance(one.quote, prices.Quote)]
    late = [str(_day(one)) for one in billed if stale(one)]
    return {
        "as_of": max(days, default=""),
        "source": ", ".join(dict.fromkeys(sorted(row["source"] for row in rows))),
        "tiers": sorted({row["tier"] for row in rows}),
        "rows": rows,
        "unpriced": sorted(
            _unpriced(billed), key=lambda row: (-row["calls"], row["model"] or "")
        ),
        "newer": len(late),
        "newest": max(late, default=None),
    }  # fmt: skip


def stale(one: Attribution) -> bool:
    """Is the call so much newer than its rates that they may not hold any more?"""
    started, quote = one.call.started, one.quote
    if started is None or isinstance(quote, prices.Unpriced) or not quote.as_of:
        return False
    return started > _until(quote.as_of)


@cache
def _until(as_of: str) -> datetime:
    """The last moment at which rates of a day are not old."""
    last = date.fromisoformat(as_of) + timedelta(days=STALE_DAYS)
    return datetime.combine(last, time.max, UTC)


def _day(one: Attribution) -> date | None:
    return one.call.started.astimezone(UTC).date() if one.call.started else None


def _rows(billed: Iterable[Attribution]) -> Iterator[Priced]:
    groups: dict[tuple[str, str, str], list[Attribution]] = {}
    for one in billed:
        if isinstance(one.quote, prices.Quote):
            key = (one.call.model or "", one.quote.row, one.quote.tier)
            groups.setdefault(key, []).append(one)
    for (model, row, tier), calls in groups.items():
        quotes = [one.quote for one in calls if isinstance(one.quote, prices.Quote)]
        charged = [quote for quote in quotes if quote.reported_pusd is not None]
        yield Priced(
            model=model,
            row=row,
            how=quotes[0].how,
            sure=quotes[0].sure,
            source=quotes[0].source,
            tier=tier,
            calls=len(calls),
            nusd=nusd(sum(one.cost_pusd for one in calls)),
            reported_calls=len(charged),
            reported_nusd=nusd(sum(quote.reported_pusd or 0 for quote in charged)),
            ours_nusd=nusd(sum(quote.ours_pusd or 0 for quote in charged)),
            notes=sorted({note for quote in quotes for note in quote.notes}),
        )


def _unpriced(billed: Iterable[Attribution]) -> Iterator[Unpriced]:
    missing: dict[tuple[str | None, str], Unpriced] = {}
    for one in billed:
        if isinstance(one.quote, prices.Unpriced):
            key = (one.call.model, one.quote.reason)
            row = Unpriced(
                model=key[0], calls=0, reason=key[1], nearest=list(one.quote.nearest)
            )  # fmt: skip
            missing.setdefault(key, row)["calls"] += 1
    yield from missing.values()
