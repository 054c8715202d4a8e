"""A call's own bill: where the log holds what the provider charged, that is what its frames sum to.

Spec: facts, section 1 "Where the response carries its own cost". Charged more than the rates say: the
rest is a frame of its own, since it is a fee or a rate nobody told us. Charged less: a discount, so
every rate is cut by the same share. The difference stays visible in `Quote.ours_pusd`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from whytokens.attribution.share import Attribution
from whytokens.model import Usage
from whytokens.prices import Extra, Quote, Unpriced

ABOVE = "charged beyond the rates"
LUMP = "charged by the provider, no rates known"
ROUNDING = "rounding of the provider's bill"
# Logs round a cost to floats: up to a nanodollar or a millionth of it is no difference.
ROUNDING_PUSD, ROUNDING_SHARE = 1000, 10**6


def settled(one: Attribution) -> Attribution:
    """The attribution at the price its provider charged, where the log says one."""
    charged = one.call.reported_cost_pusd
    if charged is None or one.method == "unbilled":
        return one
    if isinstance(one.quote, Unpriced):
        return replace(one, quote=_lump(one, charged)) if charged else one
    ours = one.cost_pusd
    if not charged and ours:  # a cost of 0 is what loggers write for a model they do not know
        return one
    if abs(charged - ours) <= max(ROUNDING_PUSD, charged // ROUNDING_SHARE):
        quote = one.quote
    elif charged > ours:
        quote = _more(one.quote, charged - ours)
    else:
        quote = cut(one.quote, (charged, ours))
        quote = _rest(replace(one, quote=quote), quote, charged)
    return replace(one, quote=replace(quote, reported_pusd=charged, ours_pusd=ours))


def cut(quote: Quote, share: tuple[int, int]) -> Quote:
    """A quote at a share of its rates, each rounded down to whole picodollars."""
    part, whole = share
    extras = tuple(replace(extra, pusd=extra.pusd * part // whole) for extra in quote.beside)
    return replace(
        quote,
        input_pusd=quote.input_pusd * part // whole,
        cache_read_pusd=quote.cache_read_pusd * part // whole,
        cache_write_5m_pusd=quote.cache_write_5m_pusd * part // whole,
        cache_write_1h_pusd=quote.cache_write_1h_pusd * part // whole,
        output_pusd=quote.output_pusd * part // whole,
        extras=extras,
        fees_pusd=sum(extra.pusd for extra in extras),
        again=partial(_cut_again, quote, share),
    )


def _cut_again(quote: Quote, share: tuple[int, int], usage: Usage) -> Quote:
    return cut(quote.for_usage(usage), share)


def _more(quote: Quote, pusd: int) -> Quote:
    return replace(
        quote,
        fees_pusd=quote.fees_pusd + pusd,
        extras=(*quote.beside, Extra(name=ABOVE, pusd=pusd)),
        again=partial(_more_again, quote, pusd),
    )


def _more_again(quote: Quote, pusd: int, usage: Usage) -> Quote:
    return _more(quote.for_usage(usage), pusd)


def _rest(one: Attribution, quote: Quote, charged: int) -> Quote:
    """What rounding the rates down left over: less than a picodollar a token."""
    rest = charged - one.cost_pusd
    if not rest:
        return quote
    extras = (*quote.beside, Extra(name=ROUNDING, pusd=rest))
    return replace(quote, fees_pusd=quote.fees_pusd + rest, extras=extras)


def _lump(one: Attribution, charged: int) -> Quote:
    return Quote(
        input_pusd=0,
        cache_read_pusd=0,
        cache_write_5m_pusd=0,
        cache_write_1h_pusd=0,
        output_pusd=0,
        fees_pusd=charged,
        extras=(Extra(name=LUMP, pusd=charged),),
        row="",
        how="charged by the provider",
        source="the log",
        as_of="",
        tier=one.call.tier or "standard",
        reported_pusd=charged,
    )
