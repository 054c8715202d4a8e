"""When a rate holds: from a day on, in hours of a day, on days of the week but holidays. All in UTC.

Spec: genai-prices 0.2.3 `StartDateConstraint`, `TimeOfDateConstraint`; DeepSeek's peak hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from whytokens.prices.snapshot import Rates, Row


def holds(condition: Any, at: datetime) -> bool:
    """No condition, a start day, or a mapping of minutes, ISO weekdays, days off and a start day."""
    if condition is None:
        return True
    if isinstance(condition, str):
        return at.date().isoformat() >= condition
    day = at.date().isoformat()
    if day < condition.get("from", "") or day in condition.get("not", ()):
        return False
    if "days" in condition and at.isoweekday() not in condition["days"]:
        return False
    minute = at.hour * 60 + at.minute
    start, end = map(int, condition["minutes"])
    return start <= minute < end if start <= end else minute >= start or minute < end


def hourly(row: Row) -> bool:
    """Does a row's price change within a day?"""
    conditions = [condition for condition, _ in row.rates]
    conditions += [condition for _, condition, _ in row.variants]
    return any(isinstance(condition, Mapping) for condition in conditions)


def in_force(dated: Iterable[tuple[Any, Rates]], at: datetime) -> Rates:
    """The last of the rates whose condition holds; the first when none does."""
    rows = list(dated)
    found = rows[0][1]
    for condition, rates in rows:
        if holds(condition, at):
            found = rates
    return found
