"""Means and percentiles of integers, in integers.

A percentile is the value at rank ceil(q (n - 1)): one that was really seen (numpy's method "higher").
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

QUANTILES = (50, 75, 90, 95, 99)


def mean(values: Sequence[int]) -> int:
    """Rounded half up; 0 of nothing."""
    return divided(sum(values), len(values))


def divided(total: int, count: int) -> int:
    """A quotient rounded half up; 0 by nothing."""
    return (2 * total + count) // (2 * count) if count else 0


def percentile(ordered: Sequence[int], percent: int) -> int:
    """Of values in ascending order; 0 of nothing."""
    return ordered[-(-percent * (len(ordered) - 1) // 100)] if ordered else 0


def deviation(values: Sequence[int]) -> int:
    """The sample's standard deviation, rounded down; 0 of fewer than two."""
    count = len(values)
    if count < 2:
        return 0
    total = sum(values)
    return isqrt(
        (count * sum(value * value for value in values) - total * total) // (count * (count - 1))
    )
