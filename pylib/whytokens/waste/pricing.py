"""What a call would have cost with another prompt: full re-pricing by the price engine.

Spec: facts, 4.1: C(q) = input buckets at their rates + output + fees, at the call's own date and tier;
a shorter prompt may fall below a long-context step, which then reprices the whole call.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.model import Usage
from whytokens.prices import Quote, Unpriced
from whytokens.prices.engine import Book, standard


class Pricer:
    """Prices bills by a book of rates."""

    def __init__(self, book: Book | None = None) -> None:
        self.book = book or standard()

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
            + bill.stored * self.storing_pusd(one)
        )
        return prompt + one.output_tokens * rates.output_pusd + rates.fees_pusd

    def storing_pusd(self, one: Attribution) -> int:
        """A token stored for an hour beyond its price as input: its storage, and that the call which
        stores it reads it too. Spec: facts, section 3, "storage"."""
        assert isinstance(one.quote, Quote)
        hour = self.storage_pusd(one)
        return 0 if hour is None else hour + one.quote.cache_read_pusd

    def storage_pusd(self, one: Attribution) -> int | None:
        """Picodollars a token and hour; None where no price is known."""
        row = one.quote.row if isinstance(one.quote, Quote) else ""
        return self.book.snapshot.storage.get(row.rpartition("/")[2])

    def batched(self, one: Attribution) -> int | None:
        """Picodollars of a call as part of a batch, by the rows of the price book; None without one."""
        if isinstance(one.quote, Unpriced) or one.method == "unbilled":
            return None
        found = self.book.quote(replace(one.call, tier="batch", usage=one.usage))
        if isinstance(found, Unpriced) or found.input_pusd >= one.quote.input_pusd:
            return None
        return self.cost(replace(one, quote=found), billed(one))

    def rates(self, one: Attribution, tokens: int) -> Quote:
        """The rates of a call if its prompt had `tokens`: its own unless a step lies between."""
        assert isinstance(one.quote, Quote)
        if tokens == one.prompt_tokens:
            return one.quote
        terms = self.book.terms(one.call)
        if isinstance(terms, Unpriced):
            return one.quote
        if bisect_left(terms.steps, tokens) == bisect_left(terms.steps, one.prompt_tokens):
            return one.quote
        found = one.quote.for_usage(Usage(input=tokens))
        return replace(found, fees_pusd=one.quote.fees_pusd)


def billed(one: Attribution) -> Bill:
    """The call's prompt as it was billed (as it counts, where nothing was reported)."""
    usage = one.usage
    return Bill(
        one.prompt_tokens,
        usage.cache_read or 0,
        usage.cache_write_1h or 0,
        usage.cache_write_5m or 0,
    )
