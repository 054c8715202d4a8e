"""What the calls of a stretch of the walk cost, and a token of their prompts on average: sums along the walk.

A judgement by averages costs the logarithm of the trace; money never comes from here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.prices import Unpriced

Interval = tuple[int, int]


class Averages:
    """Of calls in the order of the walk, each with where it stands in it."""

    def __init__(
        self, order: Sequence[tuple[int, Attribution]], cost: Callable[[Attribution], int],
        bill: Callable[[Attribution], Bill | None],
    ) -> None:  # fmt: skip
        self._order = order
        self._costs, self._rates = [0], [0]
        for _, one in order:
            self._costs.append(self._costs[-1] + cost(one))
            self._rates.append(self._rates[-1] + _token_pusd(one, bill(one)))

    def calls(self, spans: Sequence[Interval]) -> int:
        return sum(end - start for start, end in self._ranges(spans))

    def first(self, spans: Sequence[Interval]) -> Attribution | None:
        return next(
            (self._order[start][1] for start, end in self._ranges(spans) if start < end), None
        )

    def last(self, spans: Sequence[Interval]) -> Attribution | None:
        found = (self._order[end - 1][1] for start, end in self._ranges(spans)[::-1] if start < end)
        return next(found, None)

    def cost_pusd(self, spans: Sequence[Interval]) -> int:
        return sum(self._costs[end] - self._costs[start] for start, end in self._ranges(spans))

    def token_pusd(self, spans: Sequence[Interval]) -> int:
        """What one token in each of these calls' prompts costs together."""
        return sum(self._rates[end] - self._rates[start] for start, end in self._ranges(spans))

    def _ranges(self, spans: Sequence[Interval]) -> list[Interval]:
        return [(self._place(enter), self._place(leave)) for enter, leave in spans]

    def _place(self, at: int) -> int:
        return bisect_left(self._order, at, key=lambda pair: pair[0])


def _token_pusd(one: Attribution, bill: Bill | None) -> int:
    if bill is None or not bill.tokens or isinstance(one.quote, Unpriced):
        return 0
    quote = one.quote
    prompt = (
        bill.read * quote.cache_read_pusd
        + bill.write_1h * quote.cache_write_1h_pusd
        + bill.write_5m * quote.cache_write_5m_pusd
        + bill.fresh * quote.input_pusd
    )
    return prompt // bill.tokens
