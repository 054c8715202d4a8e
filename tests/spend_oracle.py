"""Tables of spend recomputed with pandas, in its plainest words, and what differs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from whytokens.spend.anomalies import outliers
from whytokens.spend.benchmarks import baselines
from whytokens.spend.cells import Cells
from whytokens.spend.chargeback import tree
from whytokens.spend.groups import SUMMED, grouped
from whytokens.spend.rows import UNTAGGED, Row
from whytokens.spend.runs import runs
from whytokens.spend.series import BAND_DAYS, BAND_LEAST, bands, daily
from whytokens.spend.stats import QUANTILES

TAGS = ("workflow", "team", "agent", "tier", "feature", "outcome", "user", "environment")


def frame(found: Sequence[Row]) -> pd.DataFrame:
    """One line a call; integers stay Python's, so that no sum is rounded."""
    lines = [
        {
            "run": r.run, "session": r.session, "model": r.model or UNTAGGED, "provider": r.provider or UNTAGGED,
            "started": pd.NaT if r.started is None else pd.Timestamp(r.started).tz_convert("UTC"),
            "calls": 1, "errors": int(r.error is not None), "unpriced": int(r.pusd is None),
            "input_tokens": r.input_tokens, "read_tokens": r.read_tokens, "write_tokens": r.write_tokens,
            "output_tokens": r.output_tokens, "reasoning_tokens": r.reasoning_tokens, "pusd": r.pusd or 0,
            "call": r.call, **{name: r.tags.get(name) or UNTAGGED for name in TAGS},
        }
        for r in found
    ]  # fmt: skip
    table = pd.DataFrame(lines)
    started = pd.to_datetime(table["started"], utc=True)
    table["started"] = started
    known = started.notna()
    table["day"] = started.dt.strftime("%Y-%m-%d").where(known, UNTAGGED)
    table["week"] = started.dt.strftime("%G-W%V").where(known, UNTAGGED)
    table["month"] = started.dt.strftime("%Y-%m").where(known, UNTAGGED)
    return table


def differences(ours: Cells, table: pd.DataFrame) -> list[str]:
    """What is not the same, in words; empty where all is."""
    found: list[str] = []
    for names in (
        ["model"],
        ["day"],
        ["week"],
        ["month"],
        ["workflow"],
        ["provider", "team"],
        ["month", "team", "agent"],
    ):
        found += _groups(ours, table, names)
    found += _hierarchy(ours, table)
    found += _runs(ours, table)
    found += _days(ours, table)
    found += _benchmarks(ours, table)
    return found


def _q(values: pd.Series, percent: int) -> int:
    return int(values.quantile(percent / 100, interpolation="higher"))


def _groups(ours: Cells, table: pd.DataFrame, names: list[str]) -> list[str]:
    mine = {one.key: one for one in grouped(ours, names)}
    theirs = {key if isinstance(key, tuple) else (key,): part for key, part in table.groupby(names)}
    found = [f"{names}: keys {mine.keys() ^ theirs.keys()}"] if mine.keys() != theirs.keys() else []
    for key in mine.keys() & theirs.keys():
        part, one = theirs[key], mine[key]
        per_run = part.groupby("run")["pusd"].sum()
        per_tokens = (part["input_tokens"] + part["output_tokens"]).groupby(part["run"]).sum()
        pairs = [(name, getattr(one, name), int(part[name].sum())) for name in SUMMED]
        pairs += [
            ("runs", one.runs, part["run"].nunique()), ("p95", one.p95_pusd, _q(per_run, 95)),
            ("p95 tokens", one.p95_tokens, _q(per_tokens, 95)),
            ("mean", one.mean_pusd, (2 * int(per_run.sum()) + len(per_run)) // (2 * len(per_run))),
        ]  # fmt: skip
        days = ours.days()
        for field, some in (("now_pusd", days[-7:]), ("before_pusd", days[-14:-7])):
            of = int(part.loc[part["day"].isin(some), "pusd"].sum())
            pairs.append((field, getattr(one, field), of))
        found += [f"{names} {key} {name}: {a} and {b}" for name, a, b in pairs if a != b]
    return found


def _hierarchy(ours: Cells, table: pd.DataFrame) -> list[str]:
    names = ["team", "workflow", "model"]
    mine = {one.key: one.pusd for one in tree(ours, names)}
    theirs = {}
    for depth in range(1, 4):
        sums = table.groupby(names[:depth])["pusd"].sum()
        theirs |= {
            key if isinstance(key, tuple) else (key,): int(value) for key, value in sums.items()
        }
    return [] if mine == theirs else [f"hierarchy {mine} {theirs}"]


def _runs(ours: Cells, table: pd.DataFrame) -> list[str]:
    mine = {(r.workflow, r.run): (r.calls, r.tokens, r.pusd) for r in runs(ours, "workflow")}
    parts = table.assign(tokens=table["input_tokens"] + table["output_tokens"]).groupby(
        ["workflow", "run"]
    )
    sums = parts[["calls", "tokens", "pusd"]].sum()
    theirs = {
        key: tuple(int(value) for value in line)
        for key, line in zip(sums.index, sums.to_numpy(), strict=True)
    }
    found = [] if mine == theirs else ["runs"]
    return found + _outliers(ours, table)


def _outliers(ours: Cells, table: pd.DataFrame) -> list[str]:
    """Runs above 150 % of the mean of their workflow's runs in the 7 days before."""
    timed = table[table["started"].notna()]
    first = table.groupby(["workflow", "run"], sort=False)["started"].first()
    cost = table.groupby(["workflow", "run"], sort=False)["pusd"].sum()
    # A run without a time on its first call has none.
    head = table.drop_duplicates(["workflow", "run"]).set_index(["workflow", "run"])["started"]
    theirs = set()
    for (flow, run), start in head.items():
        if pd.isna(start):
            continue
        at = _ms(start)
        before = [
            int(cost[(flow, other)]) for (f, other), s in head.items()
            if f == flow and not pd.isna(s) and at - 7 * 86_400_000 <= _ms(s) < at
        ]  # fmt: skip
        if len(before) >= 5 and int(cost[(flow, run)]) * 100 * len(before) > 150 * sum(before):
            theirs.add((flow, run))
    mine = {(one.run.workflow, one.run.run) for one in outliers(runs(ours, "workflow"))}
    assert len(first) == len(cost) >= len(timed.groupby(["workflow", "run"]))
    return [] if mine == theirs else [f"outliers {mine ^ theirs}"]


def _ms(stamp: pd.Timestamp) -> int:
    return stamp.value // 1_000_000


def _days(ours: Cells, table: pd.DataFrame) -> list[str]:
    timed = table[table["started"].notna()]
    if timed.empty:
        return [] if ours.days() == [] else ["days"]
    sums = timed.groupby("day")["pusd"].sum()
    span = pd.date_range(min(sums.index), max(sums.index)).strftime("%Y-%m-%d")
    costs = [int(value) for value in sums.reindex(span, fill_value=0)]
    found = [] if (ours.days(), daily(ours, "pusd")) == (list(span), costs) else ["daily"]
    series = pd.Series(costs, dtype="float64")
    rolling = series.rolling(BAND_DAYS, min_periods=BAND_LEAST)
    means, wide = rolling.mean().shift(1), rolling.std().shift(1)
    for at, band in enumerate(bands(costs)):
        if (band is None) != pd.isna(means[at]):
            found.append(f"band {at}")
        elif band is not None:
            # Theirs are floats: equal but for the rounding of a float of this size.
            close = 2 + means[at] * 1e-6 + wide[at] * 1e-6 + 1e-3 * abs(band.mean) ** 0.5
            if (
                abs(band.mean - means[at]) > close
                or abs(band.high - band.mean - 2 * wide[at]) > 2 * close + 2
            ):
                found.append(f"band {at}: {band} and {means[at]} +- {2 * wide[at]}")
    return found


def _benchmarks(ours: Cells, table: pd.DataFrame) -> list[str]:
    cost = table.groupby(["workflow", "run"])["pusd"].sum()
    found = []
    for one in baselines(runs(ours, "workflow")):
        values = cost.loc[one.workflow]
        theirs = {q: _q(values, q) for q in QUANTILES}
        if theirs != one.pusd or len(values) != one.runs:
            found.append(f"benchmarks {one.workflow}: {one.pusd} and {theirs}")
    return found
