"""What a response says it cost, in picodollars: the provider's own figure wins over ours.

Spec: facts, section 1 "Where the response carries its own cost"; caching.json, "cost_field".
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from whytokens.importers.values import Json, as_count, as_dict

PUSD_PER_USD = 10**12
PUSD_PER_TICK = 100  # xAI: 1 USD = 10^10 ticks
# A call that costs more than this is a mistake in the log, not a price (USD).
MAX_USD = 10**6


def usd_as_pusd(value: Any) -> int | None:
    """Dollars as written (a number or its text) as exact integer picodollars."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        dollars = Decimal(str(value))
    except InvalidOperation:
        return None
    if not dollars.is_finite() or not 0 <= dollars < MAX_USD:
        return None
    return int((dollars * PUSD_PER_USD).quantize(Decimal(1)))


def cost_pusd(raw: Json) -> int | None:
    """The cost in a usage object: xAI's ticks, OpenRouter's and Vercel's `cost`, Perplexity's parts.

    With one's own key at OpenRouter, `cost` is the router's fee; the upstream's bill comes on top.
    """
    ticks = as_count(raw.get("cost_in_usd_ticks"))
    if ticks is not None:
        return ticks * PUSD_PER_TICK
    cost = raw.get("cost")
    if isinstance(cost, dict):
        named = (usd_as_pusd(cost.get(key)) for key in ("total_cost", "usd", "total"))
        return next((one for one in named if one is not None), None)
    found = usd_as_pusd(cost)
    if raw.get("is_byok") is True:
        upstream = usd_as_pusd(as_dict(raw.get("cost_details")).get("upstream_inference_cost"))
        return None if upstream is None else upstream + (found or 0)
    return usd_as_pusd(raw.get("estimated_cost")) if found is None else found
