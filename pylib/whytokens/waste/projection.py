"""What the saving comes to in a month, with its interval, or why that cannot be said.

Spec: facts, 4.3: M = 30.4375 S / T; the variance is the larger of the sessions' (compound Poisson) and
the days'; interval M exp(+-1.645 cv); no figure for less than 24 h, 2 days or 20 sessions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from whytokens.waste import Confidence

MONTH_TENTHOUSANDTHS = 304_375  # 30.4375 days
MIN_HOURS, MIN_DAYS, MIN_SESSIONS = 24, 2, 20
Z = 1.645  # 90 % interval
# A week that was not seen whole is not known (its weekend may differ): wider below 7 and 14 days.
INFLATION = ((7, 1.5), (14, 1.2))
GRADES: tuple[tuple[Confidence, int, int], ...] = (("high", 14, 200), ("medium", 7, 50))
PPM = 1_000_000


class Event(NamedTuple):
    """One call's part: its session, when, what would be saved and what was billed. Picodollars."""

    session: str
    at: datetime | None
    saved_pusd: int
    billed_pusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """`monthly_pusd` None: `refusal` says why. `per_1000_pusd` is always there."""

    monthly_pusd: int | None
    low_pusd: int | None
    high_pusd: int | None
    grade: Confidence
    refusal: str | None
    per_1000_pusd: int


def project(events: Sequence[Event], claimed_ppm: int = PPM) -> Projection:
    """The month ahead. `claimed_ppm`: the share of the events' savings that is claimed."""
    raw = sum(event.saved_pusd for event in events)
    total = raw * min(PPM, claimed_ppm) // PPM
    per_1000 = total * 1000 // len(events) if events else 0
    refusal = _refusal(events)
    if refusal or not total or not raw:
        return Projection(
            monthly_pusd=None, low_pusd=None, high_pusd=None, grade="low",
            refusal=refusal or "nothing to save", per_1000_pusd=per_1000,
        )  # fmt: skip
    times = [event.at for event in events if event.at is not None]
    seconds = max(1, round((max(times) - min(times)).total_seconds()))
    month = total * MONTH_TENTHOUSANDTHS * 86_400 // (seconds * 10_000)
    spend = sum(event.billed_pusd for event in events)
    cap = spend * MONTH_TENTHOUSANDTHS * 86_400 // (seconds * 10_000)
    days = _days(min(times), max(times))
    cv = _cv(events, raw, days)
    return Projection(
        monthly_pusd=month,
        low_pusd=month * round(math.exp(-Z * cv) * PPM) // PPM,
        high_pusd=min(cap, month * round(math.exp(min(20.0, Z * cv)) * PPM) // PPM),
        grade=_grade(len(days), _sessions(events)),
        refusal=None,
        per_1000_pusd=per_1000,
    )


def _grade(days: int, sessions: int) -> Confidence:
    for grade, enough_days, enough_sessions in GRADES:
        if days >= enough_days and sessions >= enough_sessions:
            return grade
    return "low"


def _sessions(events: Sequence[Event]) -> int:
    return len({event.session for event in events})


def _refusal(events: Sequence[Event]) -> str | None:
    times = [event.at for event in events if event.at is not None]
    if not events or len(times) < len(events):
        return "not all calls have a time"
    span = max(times) - min(times)
    if span < timedelta(hours=MIN_HOURS):
        return f"the file spans less than {MIN_HOURS} hours"
    if len({time.date() for time in times}) < MIN_DAYS:
        return f"the file spans less than {MIN_DAYS} days"
    if _sessions(events) < MIN_SESSIONS:
        return f"the file holds fewer than {MIN_SESSIONS} sessions"
    return None


def _days(first: datetime, last: datetime) -> list[date]:
    """Every day from first to last; the partial ones at both ends are dropped where days are left."""
    count = (last.date() - first.date()).days + 1
    days = [first.date() + timedelta(days=n) for n in range(count)]
    return days[1:-1] if count > MIN_DAYS + 1 else days


def _cv(events: Sequence[Event], total: int, days: Sequence[date]) -> float:
    """Coefficient of variation of the sum, from sessions and from days."""
    sessions: dict[str, int] = {}
    daily = dict.fromkeys(days, 0)
    for event in events:
        sessions[event.session] = sessions.get(event.session, 0) + event.saved_pusd
        if event.at is not None and event.at.date() in daily:
            daily[event.at.date()] += event.saved_pusd
    by_session = math.sqrt(sum((part / total) ** 2 for part in sessions.values()))
    by_day = 0.0
    if len(days) >= 3:
        parts = [part / total for part in daily.values()]
        mean = sum(parts) / len(parts)
        spread = sum((part - mean) ** 2 for part in parts) / (len(parts) - 1)
        by_day = math.sqrt(spread * len(parts))
    wider = next((factor for below, factor in INFLATION if len(days) < below), 1.0)
    return wider * max(by_session, by_day)
