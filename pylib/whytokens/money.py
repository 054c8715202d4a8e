"""Money and whose rates it rests on, as people read them."""

from __future__ import annotations

from whytokens.protocol import Prices


def dollars(nusd: int) -> str:
    """Nanodollars as people read them: cents from one dollar up, finer below."""
    if nusd == 0:
        return "$0"
    places = 2 if nusd >= 10**9 else 4
    unit = 10 ** (9 - places)
    rounded = (nusd + unit // 2) // unit
    if nusd > 0 and rounded == 0:
        return "< $0.0001"
    whole, part = divmod(rounded, 10**places)
    return f"${whole:,}.{part:0{places}d}"


def calls_of(number: int) -> str:
    """E.g. "1 call"."""
    return f"{number:,} {'call' if number == 1 else 'calls'}"


def rates_of(prices: Prices) -> str:
    """E.g. "rates as of 2026-11-22, genai-prices 0.2.3, standard tier": stands beside every figure."""
    day = f"rates as of {prices['as_of']}, " if prices["as_of"] else "rates: "
    tiers = prices["tiers"]
    return f"{day}{prices['source']}, {' + '.join(tiers)} {'tier' if len(tiers) == 1 else 'tiers'}"
