"""Prices: what each token of a call cost, in integer picodollars, at its own date, tier and place.

`book.quote(call) -> Quote | Unpriced` is what the pipeline uses. To price a call as if it had been
another (detectors, cache replay)::

    terms = book.terms(call)                # what holds for the call whatever its size; or Unpriced
    price(terms, other_usage)               # -> picodollars: prompt-size steps, fees and all
    quote_for(terms, other_usage)           # -> the Quote behind it
    attribution.quote.for_usage(other)      # the same from a quote, at what the provider charged
    book.terms(replace(call, tier="batch")) # the same call on other terms

`engine.quote(call)` is `book.quote` with the rates in the wheel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from whytokens.model import Usage

# How sure a price is: its own row; a row reached by taking a suffix off or from another tier's day;
# a row whose sources disagree or whose alias moves.
Sure = Literal["sure", "likely", "low"]


class PriceSource(Protocol):
    """Prices that a plug-in brings: by model, in the form of `prices.own`, on top of the snapshot's."""

    key: str
    prices: Mapping[str, Mapping[str, str | int | float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """Money of a call that is no token at its bucket's rate: a fee, or what audio costs above text."""

    name: str
    pusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Per-token rates (picodollars) that hold for one call: its model, date, tier and prompt size.

    Bucket cost = tokens x rate; the call's cost = the sum over its disjoint buckets + `fees_pusd`, the
    sum of `extras`. `row` is the price row, `how` the way the id reached it ("exact", "without its
    date", ...), `sure` how sure that is, `source` and `as_of` say whose rates these are and of when.
    `reported_pusd` is what the provider itself says it charged: then the rates are cut to it, and
    `ours_pusd` is what they came to before.
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
    sure: Sure = "sure"
    extras: tuple[Extra, ...] = ()
    notes: tuple[str, ...] = ()
    reported_pusd: int | None = None
    ours_pusd: int | None = None
    again: Callable[[Usage], Quote] | None = field(default=None, compare=False, repr=False)

    @property
    def beside(self) -> tuple[Extra, ...]:
        """What the call costs beside its tokens, by name; sums to `fees_pusd`."""
        if self.extras or not self.fees_pusd:
            return self.extras
        return (Extra(name="fees per call", pusd=self.fees_pusd),)

    def for_usage(self, usage: Usage) -> Quote:
        """What would hold for this call at another usage: steps by prompt size, fees, its own bill."""
        return self.again(usage) if self.again else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """No rate, never $0. `reason` in a sentence; `nearest` lists known names close by."""

    reason: str
    nearest: tuple[str, ...] = ()
