"""The month ahead at the rates that will hold then: dated price changes apply to the future.

Spec: facts, 4.3 "Apply dated prices to the future" (gemini-4-argon doubles on 2026-12-01).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from whytokens.attribution.share import Attribution
from whytokens.model import CallId
from whytokens.prices import Unpriced
from whytokens.prices.engine import quote
from whytokens.waste.projection import Event

# The middle of the month that follows the last call.
AHEAD = timedelta(days=15)
PPM = 1_000_000


def events(
    calls: Sequence[Attribution], final_pusd: dict[CallId, int], threads: dict[CallId, str]
) -> list[Event]:
    """What each call costs and saves, at the rates in force in the middle of the coming month."""
    times = [one.call.started for one in calls if one.call.started is not None]
    then = max(times) + AHEAD if times else None
    factors: dict[tuple[object, ...], int] = {}
    found = []
    for one in calls:
        call = one.call
        key = (call.model, call.provider, call.tier)
        if key not in factors:
            factors[key] = _factor_ppm(one, then)
        factor = factors[key]
        saved = one.cost_pusd - final_pusd[call.id]
        found.append(
            Event(
                threads[call.id], call.started, saved * factor // PPM, one.cost_pusd * factor // PPM
            )
        )
    return found


def _factor_ppm(one: Attribution, then: datetime | None) -> int:
    """Future over present input rate, in millionths: of list prices, which a discount follows."""
    if then is None:
        return PPM
    now, later = quote(one.call), quote(replace(one.call, started=then))
    if isinstance(now, Unpriced) or isinstance(later, Unpriced) or not now.input_pusd:
        return PPM
    return later.input_pusd * PPM // now.input_pusd
