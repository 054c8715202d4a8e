"""The month ahead at the rates that will hold then: dated price changes apply to the future.

Spec: facts, 4.3 "Apply dated prices to the future" (gemini-4-argon doubles on 2026-12-01).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.share import Attribution
from whytokens.model import CallId
from whytokens.prices import Unpriced
from whytokens.prices.engine import quote
from whytokens.waste.projection import Event

# The middle of the month that follows the last call.
AHEAD = timedelta(days=15)
PPM = 1_000_000


def events(
    calls: Sequence[Attribution], saved_pusd: dict[CallId, int], threads: dict[CallId, str]
) -> list[Event]:
    """What each call costs and saves, at the rates in force in the middle of the coming month."""
    if isinstance(calls, BareAttributions) and not saved_pusd:
        return _times(calls)
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
        saved = saved_pusd.get(call.id, 0)
        found.append(
            Event(
                threads[call.id], call.started, saved * factor // PPM, one.cost_pusd * factor // PPM
            )
        )
    return found


def _times(calls: BareAttributions) -> list[Event]:
    """Nothing is saved: only when there were calls, and whose. Each session, each day, the first and the last."""
    keys = [key or "" for key in calls.of_call(calls.calls.sessions)]
    times = calls.of_call(calls.calls.started)
    known = [at for at in times if at is not None]
    if not known or len(known) < len(times):
        return [Event(key, None, 0, 0) for key in dict.fromkeys(keys)]
    whose = dict.fromkeys(keys)
    when = (
        *dict(zip(map(datetime.date, known), known, strict=True)).values(),
        min(known),
        max(known),
    )
    return [
        *(Event(key, known[0], 0, 0) for key in whose),
        *(Event(keys[0], at, 0, 0) for at in when),
    ]


def _factor_ppm(one: Attribution, then: datetime | None) -> int:
    """Future over present input rate, in millionths: of list prices, which a discount follows."""
    if then is None:
        return PPM
    now, later = quote(one.call), quote(replace(one.call, started=then))
    if isinstance(now, Unpriced) or isinstance(later, Unpriced) or not now.input_pusd:
        return PPM
    return later.input_pusd * PPM // now.input_pusd
