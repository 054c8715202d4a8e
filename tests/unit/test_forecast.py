"""The forecast: exact on days without noise, wider where it is unsure, refused where days are too few."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

import month
from whytokens.spend.ahead import ahead
from whytokens.spend.forecast import Plans, forecast, overrun
from whytokens.spend.leastsquares import fit, student_95
from whytokens.spend.price_levels import Levels
from whytokens.spend.row_cells import cells
from whytokens.spend.rows import rows
from whytokens.spend.tables import Spend

START = date(2026, 6, 1)
USD = 10**12


def weeks(days: int, noise: float = 0.0, seed: int = 1) -> list[int]:
    dice = random.Random(seed)
    shape = (10, 11, 12, 11, 10, 3, 2)
    return [
        round(shape[at % 7] * USD * (1 + 0.01 * at) * (1 + dice.uniform(-noise, noise)))
        for at in range(days)
    ]


def test_a_history_without_noise_goes_on_as_it_was() -> None:
    made = forecast(START, weeks(84))
    real = weeks(84 + 90)[84:]
    assert len(made.days) == 90
    for day, value in zip(made.days, real, strict=True):
        assert abs(day.pusd - value) < USD // 10**4
    assert [one.days for one in made.totals] == [30, 90]
    assert abs(made.totals[1].pusd - sum(real)) < USD // 100


def test_noise_makes_intervals_and_totals_are_narrower_than_their_days() -> None:
    made = forecast(START, weeks(84, 0.2))
    total = made.totals[0]
    assert total.low < total.pusd < total.high
    assert total.high - total.low < sum(one.high - one.low for one in made.days[:30])
    assert all(0 <= one.low <= one.pusd <= one.high for one in made.days)


@pytest.mark.parametrize(
    ("values", "says"), [(weeks(20), "21 days"), ([USD] * 13 + [0] * 20, "on 13")]
)
def test_too_little_is_refused_with_what_is_missing(values: list[int], says: str) -> None:
    made = forecast(START, values)
    assert made.days == () and says in (made.refusal or "")


def test_plans_are_applied_on_their_days() -> None:
    values = weeks(84)
    last = START + timedelta(days=83)
    plain = forecast(START, values)
    later = last + timedelta(days=31)
    planned = forecast(
        START, values, Plans(prices=((later, 500_000),), launches=((later, 7 * USD),))
    )
    assert planned.days[29] == plain.days[29]
    assert abs(planned.days[30].pusd - (plain.days[30].pusd // 2 + 7 * USD)) <= 1
    grown = forecast(START, values, Plans(growth_percent=10))
    assert abs(grown.days[29].pusd / plain.days[29].pusd - 1.1) < 1e-9


def test_an_old_price_is_taken_out_of_the_history() -> None:
    values = weeks(84)
    halved = [value // 2 if at >= 42 else value for at, value in enumerate(values)]
    levels = {START + timedelta(days=at): 2_000_000 for at in range(42)}
    made, plain = forecast(START, halved, None, levels), forecast(START, values)
    assert all(
        abs(a.pusd - b.pusd / 2) < USD // 10**3 for a, b in zip(made.days, plain.days, strict=True)
    )


def test_the_day_a_budget_is_overrun() -> None:
    days = forecast(START, weeks(84)).days
    month_of = days[10].day.isoformat()[:7]
    spent = {month_of: 0}
    before = sum(one.pusd for one in days[:10] if one.day.isoformat()[:7] == month_of)
    middle, soonest, latest = overrun(days, before + days[10].pusd - 1, spent)
    assert middle is not None and middle <= days[10].day
    assert soonest is not None and soonest <= middle
    assert latest is None or latest >= middle
    assert overrun(days, 10**20, {}) == (None, None, None)


def test_least_squares_on_a_line() -> None:
    made = fit([[1.0, float(x)] for x in range(10)], [3 + 2 * x for x in range(10)])
    assert [round(b, 9) for b in made.beta] == [3, 2]
    assert abs(made.variance) < 1e-18
    with pytest.raises(ZeroDivisionError):
        fit([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]], [1, 2, 3])
    assert abs(student_95(30) - 1.6973) < 1e-3  # tables of Student's t


def test_dated_list_prices_are_known_and_applied() -> None:
    """gemini-2.5-flash and its like keep their price; a level is 1,000,000 on the last day itself."""
    opened = month.opened(month.month())
    last = date(2026, 10, 31)
    levels = Levels(opened.attributions, last)
    assert levels.on(last) == 1_000_000
    coming = levels.changes([last + timedelta(days=at) for at in range(1, 60)])
    assert all(level != 1_000_000 for _, level in coming[:1])
    spend = Spend(cells(rows(opened.attributions)), lambda: opened)
    value = ahead(spend, {"budget": "1", "growth": "20 %", "launches": "2026-11-10 5, nonsense"})
    assert [fact["label"] for fact in value["facts"]] == [
        "next 30 days",
        "next 90 days",
        "monthly budget is overrun",
    ]
    assert value["facts"][2]["value"] != "not within 90 days"
