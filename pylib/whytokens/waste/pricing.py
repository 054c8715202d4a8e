"""What a call would have cost with another prompt: full re-pricing by the price engine.

Spec: facts, 4.1: C(q) = input buckets at their rates + output + fees, at the call's own date and tier;
a shorter prompt may fall below a long-context step, which then reprices the whole call.
"""

from __future__ import annotations

from dataclasses import replace

from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.model import CallId, Usage
from whytokens.prices import Quote, Unpriced
from whytokens.prices.engine import quote

GONE = Bill(0)


class Pricer:
    """Prices bills; rates are asked for once per call and prompt size."""

    def __init__(self) -> None:
        self._quotes: dict[tuple[CallId, int], Quote] = {}
        self._flat: dict[CallId, bool] = {}

    def cost(self, one: Attribution, bill: Bill | None) -> int:
        """Picodollars of a call; None = the call is not made. Unpriced and unbilled calls are 0."""
        if bill is None or one.method == "unbilled" or isinstance(one.quote, Unpriced):
            return 0
        rates = self.rates(one, bill.tokens)
        prompt = (
            bill.read * rates.cache_read_pusd
            + bill.write_1h * rates.cache_write_1h_pusd
            + bill.write_5m * rates.cache_write_5m_pusd
            + bill.fresh * rates.input_pusd
        )
        return prompt + one.output_tokens * rates.output_pusd + rates.fees_pusd

    def rates(self, one: Attribution, tokens: int) -> Quote:
        """The rates of a call if its prompt had `tokens`."""
        assert isinstance(one.quote, Quote)
        if tokens == one.prompt_tokens or self._is_flat(one):
            return one.quote
        key = (one.call.id, tokens)
        if key not in self._quotes:
            self._quotes[key] = self._ask(one, tokens)
        return self._quotes[key]

    def _is_flat(self, one: Attribution) -> bool:
        """Rates do not depend on the prompt's size, up to its size."""
        number = one.call.id
        if number not in self._flat:
            small = self._ask(one, 1)
            assert isinstance(one.quote, Quote)
            self._flat[number] = (small.input_pusd, small.output_pusd) == (
                one.quote.input_pusd,
                one.quote.output_pusd,
            )
        return self._flat[number]

    def _ask(self, one: Attribution, tokens: int) -> Quote:
        usage = replace(one.call.usage or Usage(), input=tokens, cache_read=0)
        usage = replace(usage, cache_write_5m=0, cache_write_1h=0)
        found = quote(replace(one.call, usage=usage))
        assert isinstance(one.quote, Quote)
        return found if isinstance(found, Quote) else one.quote


def billed(one: Attribution) -> Bill:
    """The call's prompt as it was billed (as it counts, where nothing was reported)."""
    usage = one.usage
    return Bill(
        one.prompt_tokens,
        usage.cache_read or 0,
        usage.cache_write_1h or 0,
        usage.cache_write_5m or 0,
    )
