"""`whytokens models`: every priced model with its rates of a day, searched by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from whytokens.prices import Unpriced
from whytokens.prices.conditions import in_force
from whytokens.prices.engine import Book
from whytokens.prices.snapshot import Rates, Row
from whytokens.prices.terms import at_size

PUSD_PER_MTOK_DOLLAR = 10**6
COLUMNS = ("input", "cache_read", "cache_write", "cache_write_long", "output")
KEYS = ("i", "r", "w", "h", "o")


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A model's standard rates, picodollars per token; None = the source names none. `above` = the
    prompt sizes from which they are others, `tiers` = the tiers with rates of their own."""

    model: str
    source: str
    rates_pusd: tuple[int | None, ...]
    above_tokens: tuple[int, ...]
    tiers: tuple[str, ...]
    low: str | None


def models(book: Book, like: str = "") -> Iterator[Priced]:
    """Rows whose name holds every word of `like`; an id that a log would write finds its row."""
    words = like.lower().split()
    found = [row for row in book.snapshot.rows() if all(word in row.name.lower() for word in words)]
    if not found and like:
        resolved = book.resolved(like)
        found = [] if isinstance(resolved, Unpriced) else [resolved.row]
    at = datetime.fromisoformat(book.snapshot.as_of).replace(hour=12, tzinfo=UTC)
    for row in found:
        rates = in_force(row.rates, at)
        if "i" in rates or "o" in rates:
            yield _priced(row, rates)


def _priced(row: Row, rates: Rates) -> Priced:
    steps = {step for rate in rates.values() if isinstance(rate, list) for step in rate[1::2]}
    tiers = dict.fromkeys(next(iter(when.values())) for when, _, _ in row.variants)
    return Priced(
        model=row.name,
        source=row.source,
        rates_pusd=tuple(at_size(rates[key], 0) if key in rates else None for key in KEYS),
        above_tokens=tuple(sorted(steps)),
        tiers=tuple(tiers),
        low=row.low,
    )


def usd(pusd: int | None) -> str:
    """USD per million tokens, as short as it is exact."""
    if pusd is None:
        return "-"
    whole = Fraction(pusd, PUSD_PER_MTOK_DOLLAR)
    return f"{float(whole):.6f}".rstrip("0").rstrip(".")


def as_json(one: Priced) -> dict[str, Any]:
    """For machines: integers, by the names of the columns."""
    value = asdict(one)
    value["rates_pusd"] = dict(zip(COLUMNS, one.rates_pusd, strict=True))
    return value
