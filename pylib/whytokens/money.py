"""Money and whose rates it rests on, as people read them."""

from __future__ import annotations

from whytokens.protocol import Prices


def dollars(nusd: int) -> str:
    """Nanodollars as people read them: cents from one dollar up, finer below."""
    places = 2 if nusd >= 10**9 else 4
    unit = 10 ** (9 - places)
    whole, part = divmod((nusd + unit // 2) // unit, 10**places)
    return f"${whole:,}.{part:0{places}d}"


def rates_of(prices: Prices) -> str:
    """E.g. "rates as of 2026-11-22, genai-prices 0.2.3, standard tier": stands beside every figure."""
    day = f"rates as of {prices['as_of']}, " if prices["as_of"] else "rates: "
    tiers = prices["tiers"]
    return f"{day}{prices['source']}, {' + '.join(tiers)} {'tier' if len(tiers) == 1 else 'tiers'}"
