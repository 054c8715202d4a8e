"""Forecast of daily spend: trend and weekday by least squares, a 90 % interval, dated prices and plans on top.

Spec: issue "Spend over time", forecast. Prices are taken out of the history before fitting and put back on the
days ahead; weekdays are factors or amounts, whichever told the last quarter best.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from math import exp, log, sqrt

from whytokens.spend.leastsquares import Fit, fit, student_95

PPM = 1_000_000
# Weekdays need three of each, and days without any call are not history of spending.
LEAST_DAYS, LEAST_ACTIVE = 21, 14
HORIZONS = (30, 90)
# A trend is believed with four weeks of days: on three it is mostly noise.
TREND_DAYS = 28
# A model is judged by the last quarter of the history, told from the rest.
TEST_PARTS = 4
# A trend for each weekday needs eight of each.
SLOPES_DAYS = 56
WEEK = 7
MONTH_DAYS = 30
# A correlation of neighbouring days beyond this would make the interval endless.
MAX_CORRELATION = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """What the user knows of the future: growth in per cent a month (30 days), launches as dollars a day from a
    date on, and the price level in millionths from a date on (1,000,000 = as on the last day)."""

    growth_percent: int = 0
    launches: tuple[tuple[date, int], ...] = ()
    prices: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """One day ahead, picodollars: the middle, and the ends of its 90 % interval."""

    day: date
    pusd: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Total:
    """A horizon's sum with its own interval: days err together, so it is not the sum of theirs."""

    days: int
    pusd: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """`refusal` says what is missing; then there is nothing else."""

    days: tuple[Day, ...] = ()
    totals: tuple[Total, ...] = ()
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Weekdays as factors (`logs`) or amounts; `slopes`: no trend (0), one (1), one a weekday (7)."""

    logs: bool
    slopes: int


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of model fitted to one history."""

    fit: Fit
    logs: bool
    slopes: int
    start: int
    correlation: float
    scale: float

    def row(self, day: int) -> list[float]:
        x = [float(day % WEEK == at) for at in range(WEEK)]
        time = (day - self.start) / MONTH_DAYS
        if self.slopes == WEEK:
            return [*x, *(one * time for one in x)]
        return [*x, time] if self.slopes else x


def refused(values: Sequence[int]) -> str | None:
    """What is missing for a forecast, in a sentence."""
    if len(values) < LEAST_DAYS:
        return f"A forecast needs {LEAST_DAYS} days of calls to tell weekdays apart; there are {len(values)}."
    active = sum(value > 0 for value in values)
    if active < LEAST_ACTIVE:
        return f"A forecast needs spend on {LEAST_ACTIVE} days; there is some on {active}."
    return None


def forecast(
    start: date,
    values: Sequence[int],
    plans: Plans | None = None,
    levels: Mapping[date, int] | None = None,
    horizon: int = max(HORIZONS),
) -> Forecast:
    """The days after a history of one value a day. `levels`: prices of past days in millionths of the last day's."""
    said = refused(values)
    if said:
        return Forecast(refusal=said)
    plans = plans or Plans()
    first = start.toordinal()
    past = [
        value * PPM / (levels or {}).get(start + timedelta(days=at), PPM)
        for at, value in enumerate(values)
    ]
    model = fitted(first, past)
    ahead = [first + len(values) + at for at in range(horizon)]
    days = _days(model, ahead, plans)
    totals = [_total(model, ahead[:count], plans) for count in HORIZONS if count <= horizon]
    return Forecast(tuple(days), tuple(totals))


def fitted(first: int, past: Sequence[float]) -> Model:
    """The model that told the last quarter of the history best from what came before it, fitted to all of it;
    its errors as wide as they were there, if that is wider than its own fit says."""
    kinds = _kinds(past)
    cut = len(past) - len(past) // TEST_PARTS
    tested = [(_tested(first, past, cut, kind), kind) for kind in kinds if _fits(kind, cut)]
    if not tested:
        return _model(first, past, kinds[0])
    (_, wide), kind = max(tested, key=lambda one: one[0][0])
    made, days = _model(first, past, kind), len(past) - cut
    # A variance known from so few errors is expected to be off by days / (days - 2), the mean of an F.
    variance = made.fit.variance * max(1.0, wide) * days / (days - 2)
    return replace(made, fit=replace(made.fit, variance=variance, freedom=days))


def _kinds(past: Sequence[float]) -> list[Kind]:
    trend = int(len(past) >= TREND_DAYS)
    made = [Kind(logs=False, slopes=trend)]
    if len(past) >= SLOPES_DAYS:
        made.append(Kind(logs=False, slopes=WEEK))
    if min(past) > 0:
        made.append(Kind(logs=True, slopes=trend))
    return made


def _fits(kind: Kind, days: int) -> bool:
    """Whether so many days leave a week of freedom beside its coefficients."""
    return days >= WEEK + kind.slopes + 2 * WEEK


def _tested(first: int, past: Sequence[float], cut: int, kind: Kind) -> tuple[float, float]:
    """How likely a model of the days before `cut` makes those after it (a logarithm, constants left out), and the
    mean square of their errors in its own measure."""
    model = _model(first, past[:cut], kind)
    score, squares = 0.0, list[float]()
    for at in range(cut, len(past)):
        x = model.row(first + at)
        variance = max(1e-30, model.fit.variance + model.fit.covariance(x, x))
        value = past[at] / model.scale
        off = (log(value) if kind.logs else value) - model.fit.mean(x)
        squares.append(off * off / variance)
        score -= squares[-1] / 2 + log(variance * model.scale**2) / 2
        if kind.logs:  # a density of logarithms is one of amounts times the derivative, 1 / value
            score -= log(value)
    return score, sum(squares) / len(squares)


def _model(first: int, past: Sequence[float], kind: Kind) -> Model:
    scale = max(past) or 1.0
    values = [log(value / scale) if kind.logs else value / scale for value in past]
    shape = Model(Fit((), (), 0.0, 1, ()), kind.logs, kind.slopes, first, 0.0, scale)
    found = fit([shape.row(first + at) for at in range(len(values))], values)
    return replace(shape, fit=found, correlation=_correlation(found.residuals))


def _correlation(off: Sequence[float]) -> float:
    """Of a day's error with the next day's."""
    whole = sum(one * one for one in off)
    pairs = sum(a * b for a, b in pairwise(off))
    return min(MAX_CORRELATION, max(0.0, pairs / whole)) if whole else 0.0


def _factor(plans: Plans, day: int, last: int) -> float:
    """Growth and price of a day ahead, against the last day."""
    grown: float = (1 + plans.growth_percent / 100) ** ((day - last) / MONTH_DAYS)
    level = PPM
    for since, ppm in sorted(plans.prices):
        if since.toordinal() <= day:
            level = ppm
    return grown * level / PPM


def _launched(plans: Plans, day: int) -> int:
    return sum(pusd for since, pusd in plans.launches if since.toordinal() <= day)


def _days(model: Model, ahead: Sequence[int], plans: Plans) -> list[Day]:
    wide = student_95(model.fit.freedom)
    made = []
    for day in ahead:
        x = model.row(day)
        middle = model.fit.mean(x)
        error = wide * sqrt(model.fit.variance + model.fit.covariance(x, x))
        factor = _factor(plans, day, ahead[0] - 1) * model.scale
        low, mid, high = (
            _back(model, value) * factor for value in (middle - error, middle, middle + error)
        )
        more = _launched(plans, day)
        made.append(
            Day(
                date.fromordinal(day),
                round(mid) + more,
                max(0, round(low)) + more,
                round(high) + more,
            )
        )
    return made


def _back(model: Model, value: float) -> float:
    return exp(value) if model.logs else max(0.0, value)


def _total(model: Model, ahead: Sequence[int], plans: Plans) -> Total:
    """The sum of days: errors of the coefficients hold for all of them, errors of days partly cancel."""
    weights, rows, total, more = list[float](), list[list[float]](), 0.0, 0
    lift = (
        exp(model.fit.variance / 2) if model.logs else 1.0
    )  # the mean of a lognormal day is above its middle
    for day in ahead:
        x = model.row(day)
        factor = _factor(plans, day, ahead[0] - 1) * model.scale
        value = _back(model, model.fit.mean(x)) * factor * lift
        total += value
        weights.append(value if model.logs else factor)
        rows.append(x)
        more += _launched(plans, day)
    joint = [
        sum(w * row[at] for w, row in zip(weights, rows, strict=True)) for at in range(len(rows[0]))
    ]
    noise = model.fit.variance * sum(w * w for w in weights)
    noise *= (1 + model.correlation) / (1 - model.correlation)
    error = student_95(model.fit.freedom) * sqrt(noise + model.fit.covariance(joint, joint))
    if model.logs and total:
        ratio = exp(error / total)
        low, high = total / ratio, total * ratio
    else:
        low, high = max(0.0, total - error), total + error
    return Total(len(ahead), round(total) + more, round(low) + more, round(high) + more)


def overrun(
    days: Sequence[Day], budget_pusd: int, spent_pusd: Mapping[str, int]
) -> tuple[date | None, date | None, date | None]:
    """The first day on which a month's spend is beyond its budget: as expected, at the high and at the low end.
    `spent_pusd` is what months had already spent."""
    reads: tuple[Callable[[Day], int], ...] = (
        lambda one: one.pusd,
        lambda one: one.high,
        lambda one: one.low,
    )
    found: list[date | None] = []
    for read in reads:
        sums = dict(spent_pusd)
        hit = None
        for one in days:
            month = one.day.isoformat()[:7]
            sums[month] = sums.get(month, 0) + read(one)
            if sums[month] > budget_pusd:
                hit = one.day
                break
        found.append(hit)
    return found[0], found[1], found[2]
