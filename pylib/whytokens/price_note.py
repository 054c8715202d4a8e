"""Whose rates stand behind the money of a report: by model, row and tier, and every model without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from whytokens import prices
from whytokens.attribution.bare import LUMP, UNSAID, BareAttributions
from whytokens.attribution.share import Attribution
from whytokens.protocol import Priced, Prices, Unpriced

# Rates change about every six weeks somewhere: a call this long after the snapshot is warned of.
STALE_DAYS = 45


def nusd(pusd: int) -> int:
    """Nanodollars of picodollars, rounded half up."""
    return (pusd + 500) // 1000


class _Part(NamedTuple):
    """Calls of one model at one quote. `late` are the days of those long after its rates."""

    model: str | None
    quote: prices.Quote | prices.Unpriced
    calls: int
    pusd: int
    charged_calls: int
    charged_pusd: int
    ours_pusd: int
    late: tuple[str, ...]


def price_note(found: Sequence[Attribution]) -> Prices:
    """Rates by model, row and tier, most money first."""
    parts = list(_parts(found))
    rows = sorted(_rows(parts), key=lambda row: (-row["nusd"], row["model"], row["tier"]))
    days = [part.quote.as_of for part in parts if isinstance(part.quote, prices.Quote)]
    late = [day for part in parts for day in part.late]
    return {
        "as_of": max(days, default=""),
        "source": ", ".join(dict.fromkeys(sorted(row["source"] for row in rows))),
        "tiers": sorted({row["tier"] for row in rows}),
        "rows": rows,
        "unpriced": sorted(
            _unpriced(parts), key=lambda row: (-row["calls"], row["model"] or "")
        ),
        "newer": len(late),
        "newest": max(late, default=None),
    }  # fmt: skip


def _parts(found: Sequence[Attribution]) -> Iterator[_Part]:
    """In the order of their first calls."""
    if isinstance(found, BareAttributions):
        parts = [*_bare_parts(found), *((row, _part(one)) for row, one in found.odd_rows()
                                        if one.method != "unbilled")]  # fmt: skip
        yield from (part for _, part in sorted(parts, key=lambda pair: pair[0]))
        return
    for one in found:
        if one.method != "unbilled":
            yield _part(one)


def _part(one: Attribution) -> _Part:
    quote, charged, ours = one.quote, None, None
    if isinstance(quote, prices.Quote):
        charged, ours = quote.reported_pusd, quote.ours_pusd
    late = (str(_day(one.call.started)),) if stale(one) else ()
    return _Part(
        one.call.model, quote, 1, one.cost_pusd, charged is not None, charged or 0, ours or 0, late
    )


def _bare_parts(found: BareAttributions) -> Iterator[tuple[int, _Part]]:
    """Each with its first line."""
    columns, charged = found.columns, found.of_call(found.calls.charged)
    started = found.of_call(found.calls.started)
    for (kind, code), rows in found.groups().items():
        model, rates = found.calls.kinds[kind].model, found.quotes[code]
        lumps = [row for row in rows if columns.charge[row] == LUMP]
        for some in (lumps, rows if not lumps else sorted(set(rows) - set(lumps))):
            if not some:
                continue
            quote = found[some[0]].quote if some is lumps else rates
            told = [row for row in some if columns.charge[row] != UNSAID]
            last = until(quote)
            late = [at for row in some if last and (at := started[row]) and at > last]
            yield some[0], _Part(
                model, quote, len(some), sum(columns.pusd[row] for row in some), len(told),
                sum(charged[row] or 0 for row in told), sum(columns.ours[row] for row in told),
                tuple(str(_day(at)) for at in late),
            )  # fmt: skip


def stale(one: Attribution) -> bool:
    """Is the call so much newer than its rates that they may not hold any more?"""
    started, last = one.call.started, until(one.quote)
    return started is not None and last is not None and started > last


def until(quote: prices.Quote | prices.Unpriced) -> datetime | None:
    """The last moment at which rates are not old; None where they are of no day."""
    return None if isinstance(quote, prices.Unpriced) or not quote.as_of else _until(quote.as_of)


@cache
def _until(as_of: str) -> datetime:
    """The last moment at which rates of a day are not old."""
    last = date.fromisoformat(as_of) + timedelta(days=STALE_DAYS)
    return datetime.combine(last, time.max, UTC)


def _day(started: datetime | None) -> date | None:
    return started.astimezone(UTC).date() if started else None


def _rows(parts: Iterable[_Part]) -> Iterator[Priced]:
    groups: dict[tuple[str, str, str], list[_Part]] = {}
    for part in parts:
        if isinstance(part.quote, prices.Quote):
            key = (part.model or "", part.quote.row, part.quote.tier)
            groups.setdefault(key, []).append(part)
    for (model, row, tier), some in groups.items():
        quotes = [part.quote for part in some if isinstance(part.quote, prices.Quote)]
        yield Priced(
            model=model,
            row=row,
            how=quotes[0].how,
            sure=quotes[0].sure,
            source=quotes[0].source,
            tier=tier,
            calls=sum(part.calls for part in some),
            nusd=nusd(sum(part.pusd for part in some)),
            reported_calls=sum(part.charged_calls for part in some),
            reported_nusd=nusd(sum(part.charged_pusd for part in some)),
            ours_nusd=nusd(sum(part.ours_pusd for part in some)),
            notes=sorted({note for quote in quotes for note in quote.notes}),
        )


def _unpriced(parts: Iterable[_Part]) -> Iterator[Unpriced]:
    missing: dict[tuple[str | None, str], Unpriced] = {}
    for part in parts:
        if isinstance(part.quote, prices.Unpriced):
            key = (part.model, part.quote.reason)
            row = Unpriced(
                model=key[0], calls=0, reason=key[1], nearest=list(part.quote.nearest)
            )  # fmt: skip
            missing.setdefault(key, row)["calls"] += part.calls
    yield from missing.values()
