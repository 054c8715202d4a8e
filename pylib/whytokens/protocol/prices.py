"""Whose rates stand behind the money of a report."""

from __future__ import annotations

from typing import TypedDict


class Unpriced(TypedDict):
    model: str | None
    calls: int
    reason: str
    nearest: list[str]


class Priced(TypedDict):
    """Calls of one model at one row's rates in one tier. `sure` as in prices.Sure. `reported_nusd` is
    what the provider charged for those calls that say so, `ours_nusd` what the rates come to for them."""

    model: str
    row: str
    how: str
    sure: str
    source: str
    tier: str
    calls: int
    nusd: int
    reported_calls: int
    reported_nusd: int
    ours_nusd: int
    notes: list[str]


class Prices(TypedDict):
    """`newer` counts calls too long after `as_of` for its rates, `newest` is the last day of them."""

    as_of: str
    source: str
    tiers: list[str]
    rows: list[Priced]
    unpriced: list[Unpriced]
    newer: int
    newest: str | None
