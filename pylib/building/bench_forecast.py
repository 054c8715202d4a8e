"""The forecast on series whose last quarter is held back, beside a seasonal-naive baseline and statsmodels.

Made-up daily spend with trend, weekly season, noise and a price change whose date is known. Printed: the share of
held-back days inside the 90 % interval, and the mean absolute error in per cent. statsmodels has an environment of
its own under `.build`.
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import mean

from building.places import BUILD
from whytokens.spend.forecast import Plans, forecast

START = date(2026, 1, 5)
USD = 10**12
HELD_PARTS = 4
PPM = 1_000_000
SERIES_EACH, PEER_SERIES = 40, 4
PEER = """
import json, sys, warnings
warnings.filterwarnings("ignore")
import pandas as pd
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
out = []
for values, horizon in json.load(sys.stdin):
    made = ETSModel(pd.Series(values, dtype=float), error="add", trend="add", damped_trend=False,
                    seasonal="add", seasonal_periods=7).fit(disp=False)
    frame = made.get_prediction(start=len(values), end=len(values) + horizon - 1).summary_frame(alpha=0.1)
    out.append([list(frame["mean"]), list(frame["pi_lower"]), list(frame["pi_upper"])])
json.dump(out, sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of series: dollars of day `at`, before noise of `noise` (a share) and the price level."""

    name: str
    days: int
    level: Callable[[int], float]
    noise: float
    factors: bool
    price_day: int
    price: float


def _week(at: int, weekend: float) -> float:
    return weekend if at % 7 > 4 else 1.0


KINDS = (
    Kind("growth, quiet weekends, price falls", 120, lambda at: (40 + 0.4 * at) * _week(at, 0.4), 0.12, True, 60, 0.7),
    Kind("compound growth, price rises ahead", 120, lambda at: 20 * 1.01**at * _week(at, 0.5), 0.15, True, 100, 1.5),
    Kind("flat, even weekends, price falls", 100, lambda at: 75 * _week(at, 1.0), 0.10, False, 50, 0.8),
    Kind("decline, busy weekends, price falls ahead", 140, lambda at: (200 - 0.9 * at) * _week(at, 1.6), 0.08, False,
         120, 0.5),
    Kind("small and noisy, price rises", 160, lambda at: (3 + 0.02 * at) * _week(at, 0.3), 0.30, True, 80, 1.25),
    Kind("steep season, no trend, price falls", 84, lambda at: 500 * _week(at, 0.1), 0.15, True, 40, 0.9),
)  # fmt: skip


def series(kind: Kind, seed: int) -> list[int]:
    """Picodollars a day."""
    dice = random.Random(f"{kind.name} {seed}")
    made = []
    for at in range(kind.days):
        base = kind.level(at)
        value = (
            base * math.exp(dice.gauss(0, kind.noise))
            if kind.factors
            else base + dice.gauss(0, kind.noise * kind.level(0))
        )
        made.append(max(0, round(value * (kind.price if at >= kind.price_day else 1) * USD)))
    return made


@dataclass(frozen=True, slots=True)
class Score:
    """Held-back days inside the interval, and the mean absolute error, both as shares."""

    covered: float
    error: float


def scored(
    real: Sequence[int], middle: Sequence[float], low: Sequence[float], high: Sequence[float]
) -> Score:
    inside = mean(a <= value <= b for value, a, b in zip(real, low, high, strict=True))
    error = mean(abs(value - guess) for value, guess in zip(real, middle, strict=True))
    return Score(inside, error / mean(real))


def ours(kind: Kind, values: Sequence[int]) -> Score:
    cut = kind.days - kind.days // HELD_PARTS
    change = START + timedelta(days=kind.price_day)
    # Levels are of the last known day's prices.
    if kind.price_day < cut:
        levels = {
            START + timedelta(days=at): round(PPM / kind.price) for at in range(kind.price_day)
        }
        plans = Plans()
    else:
        levels, plans = {}, Plans(prices=((change, round(PPM * kind.price)),))
    made = forecast(START, values[:cut], plans, levels, horizon=kind.days - cut)
    days = made.days
    return scored(
        values[cut:], [d.pusd for d in days], [d.low for d in days], [d.high for d in days]
    )


def naive(kind: Kind, values: Sequence[int]) -> Score:
    """The same weekday of the last week, give or take what that was wrong by before; knows the price change too."""
    cut = kind.days - kind.days // HELD_PARTS
    flat = [v / (kind.price if at >= kind.price_day else 1) for at, v in enumerate(values)]
    off = [flat[at] - flat[at - 7] for at in range(7, cut)]
    wide = 1.645 * math.sqrt(mean(one * one for one in off))
    guess, low, high = [], [], []
    for at in range(cut, kind.days):
        level = kind.price if at >= kind.price_day else 1
        base = flat[cut - 7 + (at - cut) % 7]
        error = wide * math.sqrt((at - cut) // 7 + 1)
        guess.append(base * level)
        low.append((base - error) * level)
        high.append((base + error) * level)
    return scored(values[cut:], guess, low, high)


def main() -> None:
    all_series = [(kind, series(kind, seed)) for kind in KINDS for seed in range(SERIES_EACH)]
    few = [(kind, series(kind, seed)) for kind in KINDS for seed in range(PEER_SERIES)]
    peers = _peers(few)
    heads = ("ours", "seasonal naive", "statsmodels ETS")
    print(f"{'days in the 90 % interval, error':44} " + " ".join(f"{head:>16}" for head in heads))
    for kind in KINDS:
        mine = [values for one, values in all_series if one is kind]
        columns = [
            [ours(kind, v) for v in mine],
            [naive(kind, v) for v in mine],
            peers.get(kind.name, []),
        ]
        print(f"{kind.name:44} " + " ".join(f"{_words(some):>16}" for some in columns))
    every = [ours(kind, values) for kind, values in all_series]
    print(f"{'all':44} {_words(every):>16}   of {len(every)} series")


def _words(some: Sequence[Score]) -> str:
    if not some:
        return "–"
    return f"{mean(s.covered for s in some):.1%} {mean(s.error for s in some):.1%}"


def _peers(some: Sequence[tuple[Kind, list[int]]]) -> dict[str, list[Score]]:
    """statsmodels' ETS on the same history, told of the price change as we are."""
    asked, kinds = [], []
    for kind, values in some:
        cut = kind.days - kind.days // HELD_PARTS
        flat = [
            v / USD / (kind.price if at >= kind.price_day else 1) for at, v in enumerate(values)
        ]
        asked.append((flat[:cut], kind.days - cut))
        kinds.append((kind, values, cut))
    done = subprocess.run(
        [str(_python()), "-c", PEER],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"statsmodels did not run: {done.stderr[-300:]}")
        return {}
    found: dict[str, list[Score]] = {}
    for (kind, values, cut), lines in zip(kinds, json.loads(done.stdout), strict=True):
        levels = [USD * (kind.price if at >= kind.price_day else 1) for at in range(cut, kind.days)]
        middle, low, high = (
            [v * level for v, level in zip(line, levels, strict=True)] for line in lines
        )
        found.setdefault(kind.name, []).append(scored(values[cut:], middle, low, high))
    return found


def _python() -> Path:
    venv = BUILD / "statsmodels"
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "statsmodels==0.14.6"], check=True
        )
    return python
