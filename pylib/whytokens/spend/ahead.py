"""The table of the forecast: days ahead, totals of 30 and 90 days, the day a budget is overrun.

Spec: issue "Spend over time", forecast. Growth, launches and price changes are the user's; dated changes of
list prices are known here and applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from whytokens.money import dollars
from whytokens.protocol import Fact, Plot, Sheet, SheetCell, SpendValue
from whytokens.spend.cells import Cells
from whytokens.spend.forecast import HORIZONS, PPM, Forecast, Plans, forecast, overrun
from whytokens.spend.price_levels import Levels
from whytokens.spend.series import daily
from whytokens.spend.tables import Asked, Spend, Table, fact, nusd, pusd_of, sheet, value

# What of the past is drawn before what is to come.
DRAWN_DAYS = 60
# Growth beyond tenfold a month is a typing error, and so is a fall to nothing.
GROWTH = (-99, 900)


def ahead(spend: Spend, asked: Asked) -> SpendValue:
    found = spend.cells
    days = found.days()
    costs = daily(found, "pusd", days)
    if not days:
        return value(
            "forecast",
            [],
            [],
            ["A forecast needs to know when calls were made; these have no times."],
        )
    start, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    opened = spend.opened()
    levels = Levels(opened.attributions, last, opened.book)
    coming = [last + timedelta(days=at + 1) for at in range(max(HORIZONS))]
    changes = levels.changes(coming)
    plans = Plans(
        growth_percent=_percent(asked.get("growth")),
        launches=tuple(_launches(asked.get("launches", ""))),
        prices=(*changes, *_changes(asked.get("prices", ""))),
    )
    past = {
        start + timedelta(days=at): levels.on(start + timedelta(days=at)) for at in range(len(days))
    }
    made = forecast(
        start, costs, plans, {day: level for day, level in past.items() if level != PPM}
    )
    if made.refusal:
        return value("forecast", [], [], [made.refusal])
    facts = [
        fact(
            f"next {one.days} days",
            nusd(one.pusd),
            "nusd",
            f"{dollars(nusd(one.low))} to {dollars(nusd(one.high))}, 90 % interval",
        )
        for one in made.totals
    ]
    facts += _budget(found, made, days, costs, pusd_of(asked.get("budget")))
    notes = [
        f"List prices of this mix of models change on {day}: to {level / 10_000:.1f} % of today's."
        for day, level in changes
    ]
    return value("forecast", facts, [_sheet(days, costs, made)], notes)


def _budget(
    found: Cells, made: Forecast, days: Sequence[str], costs: Sequence[int], budget_pusd: int | None
) -> list[Fact]:
    if budget_pusd is None:
        return []
    spent: dict[str, int] = {}
    for day, cost in zip(days, costs, strict=True):
        spent[day[:7]] = spent.get(day[:7], 0) + cost
    middle, soonest, latest = overrun(made.days, budget_pusd, spent)
    never = f"not within {len(made.days)} days"
    words = str(middle) if middle else never
    note = f"{soonest or never} if each day costs its high, {latest or never} if its low"
    return [fact("monthly budget is overrun", words, "text", note)]


def _sheet(days: Sequence[str], costs: Sequence[int], made: Forecast) -> Sheet:
    rows: list[list[SheetCell]] = [
        [day, nusd(cost), None, None, None]
        for day, cost in list(zip(days, costs, strict=True))[-DRAWN_DAYS:]
    ]
    rows += [
        [one.day.isoformat(), None, nusd(one.pusd), nusd(one.low), nusd(one.high)]
        for one in made.days
    ]
    columns = [
        ("day", "text"),
        ("cost", "nusd"),
        ("expected", "nusd"),
        ("low", "nusd"),
        ("high", "nusd"),
    ]
    plot: Plot = {
        "kind": "time",
        "x": 0,
        "y": [1, 2],
        "band": [3, 4],
        "size": None,
        "compare_days": None,
    }
    return sheet(
        "forecast",
        "Cost by day, and the 90 days ahead with a 90 % interval",
        columns,
        rows,
        plot=plot,
    )


def _percent(text: str | None) -> int:
    said = (text or "").strip().rstrip("%").strip()
    sign = -1 if said.startswith(("-", "−")) else 1
    digits = said.lstrip("+-−")
    size = sign * int(digits) if digits.isascii() and digits.isdecimal() else 0
    return max(GROWTH[0], min(GROWTH[1], size))


def _dated(text: str) -> list[tuple[date, str]]:
    """ "2026-12-01 25, 2027-01-01 40" as days and amounts; what is neither is left out."""
    made = []
    for part in text.replace(";", ",").split(","):
        day, _, amount = part.strip().partition(" ")
        try:
            made.append((date.fromisoformat(day), amount.strip()))
        except ValueError:
            continue
    return made


def _launches(text: str) -> list[tuple[date, int]]:
    return [(day, pusd) for day, amount in _dated(text) if (pusd := pusd_of(amount)) is not None]


def _changes(text: str) -> list[tuple[date, int]]:
    """Changes in per cent of today's prices: "2026-12-01 -20"."""
    return [(day, PPM + _percent(amount) * 10_000) for day, amount in _dated(text)]


FORECAST = Table("forecast", ahead)
