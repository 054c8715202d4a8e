"""Spend by day: every day of the span, a band of what was usual before, and weeks that end on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from whytokens.spend.cells import Cells
from whytokens.spend.stats import deviation, mean

# The band of a day looks back this far, and is not drawn before there is a week to look at.
BAND_DAYS, BAND_LEAST = 28, 7
BAND_DEVIATIONS = 2


@dataclass(frozen=True, slots=True)
class Band:
    """What is usual for a day: mean and two standard deviations either way of the days before."""

    mean: int
    low: int
    high: int


def daily(found: Cells, measure: str, days: Sequence[str] | None = None) -> list[int]:
    """A measure for each day of the span, 0 where there was no call."""
    codes, labels = found.coded("day")
    by_label = dict(zip(labels, found.sums(codes, len(labels), measure), strict=True))
    return [by_label.get(day, 0) for day in (found.days() if days is None else days)]


def bands(values: Sequence[int]) -> list[Band | None]:
    """The band of each day, from the days before it alone."""
    made: list[Band | None] = []
    for at in range(len(values)):
        before = values[max(0, at - BAND_DAYS) : at]
        if len(before) < BAND_LEAST:
            made.append(None)
            continue
        middle, wide = mean(before), BAND_DEVIATIONS * deviation(before)
        made.append(Band(middle, max(0, middle - wide), middle + wide))
    return made


def day_before(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
