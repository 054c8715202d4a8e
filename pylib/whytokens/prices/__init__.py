"""Prices: what each token of a call cost, in integer picodollars, at its own date and tier.

`quote(call) -> Quote | Unpriced` in `prices.engine` is all the rest of the engine uses.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Per-token rates (picodollars) that hold for one call: its model, date, tier and prompt size.

    Bucket cost = tokens x rate; the call's cost = the sum over its disjoint buckets + `fees_pusd`
    (web searches and other per-call fees). `row` is the price row, `how` the way the id reached it
    ("exact", "suffix stripped", ...), `source` and `as_of` say whose rates these are and of when.
    """

    input_pusd: int
    cache_read_pusd: int
    cache_write_5m_pusd: int
    cache_write_1h_pusd: int
    output_pusd: int
    fees_pusd: int
    row: str
    how: str
    source: str
    as_of: str
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """No rate, never $0. `reason` in a sentence; `nearest` lists known names close by."""

    reason: str
    nearest: tuple[str, ...] = ()
