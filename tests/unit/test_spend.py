"""Rows, cells and tables of spend on calls a person can add up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import month
from whytokens import registry
from whytokens.errors import TraceError
from whytokens.exporters.sheet_csv import sheet_csv
from whytokens.filters import filtered
from whytokens.model import Session
from whytokens.spend.anomalies import outliers
from whytokens.spend.benchmarks import baselines, check_benchmarks, passes, read, written
from whytokens.spend.chargeback import tree
from whytokens.spend.efficiency import frontier, micro
from whytokens.spend.groups import grouped
from whytokens.spend.row_cells import cells
from whytokens.spend.rows import UNTAGGED, Row, roots_of, rows
from whytokens.spend.runs import Run, Runs, runs
from whytokens.spend.series import bands, daily
from whytokens.spend.stats import deviation, mean, percentile
from whytokens.spend.tables import Spend, nusd, pusd_of, sheet
from whytokens.spend.targets import outcome_costs, targets, verdict

START = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)


def row(number: int, **more: object) -> Row:
    fields: dict[str, Any] = {
        "call": number, "session": f"s{number % 2}", "run": f"s{number % 2}", "turn": 1, "duration_ms": None,
        "started": START + timedelta(hours=number), "model": "m", "provider": None,
        "input_tokens": 10 * number, "read_tokens": number, "write_tokens": 0,
        "output_tokens": 1, "reasoning_tokens": 0, "pusd": 100 * number, "tools": 0, "error": None,
        "template": UNTAGGED, "tags": {"feature": "a" if number < 3 else "b"} if number else {},
    }  # fmt: skip
    return Row(**{**fields, **more})


ROWS = [row(number) for number in range(5)]


def test_dimensions_of_time_are_utc_and_missing_tags_are_seen() -> None:
    found = cells(ROWS)
    for name, first in (("day", "2026-11-02"), ("week", "2026-W45"), ("month", "2026-11")):
        codes, labels = found.coded(name)
        assert labels[codes[0]] == first
    assert found.coded("nothing like it")[1] == [UNTAGGED]
    assert cells([row(1, started=None)]).coded("week")[1] == [UNTAGGED]
    assert found.tags == ("feature",)
    assert found.days() == ["2026-11-02", "2026-11-03"]


def test_groups_sum_to_the_whole_and_come_dearest_first() -> None:
    found = grouped(cells(ROWS), ["feature"])
    assert [one.key for one in found] == [("b",), ("a",), (UNTAGGED,)]
    assert sum(one.pusd for one in found) == sum(r.pusd or 0 for r in ROWS)
    assert sum(one.calls for one in found) == len(ROWS)
    assert (found[0].read_tokens, found[0].input_tokens) == (7, 70)
    assert (found[0].runs, found[0].mean_pusd, found[0].p95_pusd) == (2, 350, 400)
    both = grouped(cells(ROWS), ["day", "feature"])
    assert {one.key for one in both} >= {("2026-11-03", "a"), ("2026-11-02", UNTAGGED)}
    assert [one.calls for one in grouped(cells(ROWS), [])] == [5]


def test_unpriced_calls_are_counted_apart() -> None:
    (one,) = grouped(cells([row(1, pusd=None), row(2, error="429")]), ["model"])
    assert (one.pusd, one.unpriced, one.errors) == (200, 1, 1)


def test_tags_that_name_single_calls_are_nothing_to_group_by() -> None:
    many = [row(n, tags={"request": str(n), "feature": "a"}) for n in range(50)]
    assert cells(many).tags == ("feature",)
    named = [row(n, model="m", tags={"model": "of the log", "day": "Monday"}) for n in range(3)]
    assert (cells(named).tags, cells(named).coded("model")[1]) == ((), ["m"])
    assert len(cells([row(1), row(1), row(3)])) == 2


def test_a_hierarchy_adds_up_level_by_level_and_shows_what_is_untagged() -> None:
    found = tree(cells(ROWS), ["feature", "session"])
    assert [one.key for one in found] == [
        ("b",), ("b", "s0"), ("b", "s1"), ("a",), ("a", "s0"), ("a", "s1"), (UNTAGGED,), (UNTAGGED, "s0"),
    ]  # fmt: skip
    for one in found:
        parts = [two.pusd for two in found if len(two.key) == 2 and two.key[:1] == one.key]
        assert len(one.key) == 2 or one.pusd == sum(parts)


def test_a_run_has_its_sub_agents() -> None:
    sessions = [Session(key="a"), Session(key="b", parent="a"), Session(key="c", parent="b"),
                Session(key="x", parent="y"), Session(key="y", parent="x")]  # fmt: skip
    assert roots_of(sessions)["c"] == "a"
    assert roots_of(sessions)["x"] in ("x", "y")  # a circle ends


def test_percentiles_are_values_that_were_seen() -> None:
    assert [percentile(range(1, 11), q) for q in (0, 50, 95, 100)] == [1, 6, 10, 10]
    assert (percentile([], 95), mean([]), mean([1, 2]), deviation([5])) == (0, 0, 2, 0)
    assert deviation([2, 4, 4, 4, 5, 5, 7, 9]) == 2


def test_the_band_of_a_day_knows_only_the_days_before() -> None:
    found = bands([10] * 7 + [99, 10])
    assert found[:7] == [None] * 7
    assert found[7] is not None and (found[7].low, found[7].high) == (10, 10)
    assert found[8] is not None and found[8].mean == 21


def test_a_run_above_half_more_than_the_week_before_is_found_and_a_usual_one_named() -> None:
    day = 86_400_000
    usual = [Run("w", f"r{n}", n * day // 2, n, 1, 10, 100 + n) for n in range(6)]
    dear = Run("w", "dear", 4 * day, 9, 1, 10, 160)
    late = Run("w", "late", 40 * day, 10, 1, 10, 999)  # no week before it
    other = Run("v", "other", 4 * day, 11, 1, 10, 999)
    (one,) = outliers(Runs.of([*usual, dear, late, other]))
    assert (one.run, one.mean_pusd, one.usual.run) == (dear, 103, "r3")
    assert outliers(Runs.of([*usual, dear._replace(pusd=153)])) == []
    assert outliers(Runs.of([])) == []


def test_benchmarks_are_a_file_that_later_runs_are_held_to() -> None:
    base = [Run("w", str(n), n, n, 1, 10 * n, n) for n in range(1, 201)]
    text = written(baselines(base, {"w": 500}), "workflow")
    tag, known = read(text, "b.json")
    assert tag == "workflow"
    assert known == baselines(base, {"w": 500})
    assert (known[0].pusd[50], known[0].pusd[99], known[0].thin) == (101, 199, False)
    same, dearer = (
        check_benchmarks(known, base),
        check_benchmarks(known, [r._replace(pusd=r.pusd + 60) for r in base]),
    )
    assert passes(same[0]) and not passes(dearer[0])
    assert sum(same[0].counts.values()) == 200
    assert [known[0].tier(p) for p in (1, 160, 190, 200)] == ["green", "yellow", "red", "critical"]
    assert baselines(base[:199])[0].thin
    for bad in (
        "{}",
        "[1]",
        "nonsense",
        '{"format": "whytokens-benchmarks", "v": 1, "workflows": {"w": 1}}',
    ):
        with pytest.raises(TraceError):
            read(bad, "b.json")


def test_targets_are_dollars_an_outcome_and_what_is_none_is_said() -> None:
    text = "triage=0.05; rag = $0.20\nother=1; nonsense; rag=-1; triage=0.07; triage=0.05"
    made, wrong = targets(text, {"triage", "rag"})
    assert made == {"triage": 50_000_000_000, "rag": 200_000_000_000}
    assert [one.split("”")[0] for one in wrong] == [
        "No run is of “other", "“nonsense", "“rag=-1", "“triage",
    ]  # fmt: skip
    ends = {"outcome": "success"}
    some = [
        row(n, tags={"workflow": "w", **(ends if n == 2 else {"outcome": "failure"})})
        for n in (1, 2, 3)
    ]
    costs = outcome_costs(cells(some), "workflow")
    assert costs == {"w": (1, 600)}
    assert [verdict(goal, costs["w"]) for goal in (None, 599, 600)] == ["", "above it", "within it"]
    assert outcome_costs(cells(some[:1]), "workflow")["w"].pusd is None
    assert verdict(1, None) == "no outcome yet"


def test_dollars_as_people_type_them() -> None:
    assert [pusd_of(text) for text in ("1,200.50", "$0.000000000001", "", "x", None, "-1", "²")] == [
        1_200_500_000_000_000, 1, None, None, None, None, None,
    ]  # fmt: skip
    assert [micro(text) for text in ("0.75", "-1", UNTAGGED, "good")] == [
        750_000,
        -1_000_000,
        None,
        None,
    ]


def test_the_frontier_has_what_nothing_beats() -> None:
    assert frontier([(10, 5), (20, 9), (30, 9), (15, 4)]) == [True, True, False, False]


@pytest.fixture(scope="module")
def spend() -> Spend:
    opened = month.opened(month.month())
    return Spend(
        cells(rows(opened.attributions, opened.trace.sessions, opened.trace)), lambda: opened
    )


@pytest.mark.parametrize("table", registry.SPEND, ids=lambda table: table.key)
def test_every_table_is_whole_on_a_month_of_five_providers(table, spend: Spend) -> None:
    found = table.make(spend, {"budget": "20", "value": "0.10", "by": "team,workflow,tier"})
    assert found["sheets"]
    for one in found["sheets"]:
        assert one["rows"] or one["key"] in ("growth", "intents")
        assert all(len(line) == len(one["columns"]) for line in one["rows"])
        assert one["filters"] is None or len(one["filters"]) == len(one["rows"])
        plot = one["plot"]
        if plot:
            assert max(plot["x"], *plot["y"], *(plot["band"] or [])) < len(one["columns"])


def test_filters_of_cells_leave_the_calls_that_filters_of_calls_leave(spend: Spend) -> None:
    opened = spend.opened()
    for wanted in (
        {"models": ["gpt-4o"]}, {"tags": {"team": UNTAGGED}}, {"tags": {"team": "search", "tier": "pro"}}, {"since": "2026-10-10", "until": "2026-10-12"},
        {"runs": ["run-3", "run-9"]}, {"sessions": ["run-5"]}, {"since": "2026-10-20", "models": ["gpt-4o-mini"]}, {},
    ):  # fmt: skip
        kept = rows(filtered(opened, wanted).attributions)  # type: ignore[arg-type]
        assert sum(spend.cells.where(wanted).measures["pusd"]) == sum(r.pusd or 0 for r in kept)  # type: ignore[arg-type]
        assert sum(spend.cells.where(wanted).measures["calls"]) == len(kept)  # type: ignore[arg-type]


def test_rows_of_the_month_sum_to_its_report(spend: Spend) -> None:
    billed = sum(one.cost_pusd for one in spend.opened().attributions)
    assert billed > 0
    assert sum(run.pusd for run in runs(spend.cells, "workflow")) == billed
    assert sum(daily(spend.cells, "pusd")) == billed
    assert sum(one.pusd for one in grouped(spend.cells, ["provider", "team"])) == billed
    assert date.fromisoformat(spend.cells.days()[0]).month == 10
    assert nusd(1_500) == 2


def test_a_sheet_as_csv_has_exact_dollars_and_no_formulas() -> None:
    columns = [
        (kind, kind) for kind in ("text", "nusd", "share", "signed", "time", "spark", "count")
    ]
    made = sheet(
        "s", "S", columns, [["=1+1", 1_500_000_001, 125, -5, 0, [1, 2], 7], [""] + [None] * 6]
    )
    lines = sheet_csv(made).split("\r\n")
    assert lines[0] == "text,nusd_usd,share,signed_usd,time,spark_usd,count"
    assert (
        lines[1]
        == "'=1+1,1.500000001,0.125,-0.000000005,1970-01-01T00:00:00+00:00,0.000000001 0.000000002,7"
    )
    assert lines[2] == ",,,,,,"
