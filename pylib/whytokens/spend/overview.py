"""Overview: this week against last, the month against its budget, a run's P95, agents, unusual days and runs.

Spec: issue "Spend over time", overview, layers 1 and 4. "Now" is the day of the last call.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from operator import itemgetter

from whytokens.protocol import Fact, Filter, Plot, Sheet, SpendValue
from whytokens.spend.anomalies import ABOVE_PERCENT, Outlier, outliers
from whytokens.spend.cells import WEEK_DAYS, Cells
from whytokens.spend.groups import grouped
from whytokens.spend.runs import AGENT_TAGS, runs, workflow_tag
from whytokens.spend.series import bands, daily, day_before
from whytokens.spend.stats import percentile
from whytokens.spend.tables import (
    GROUP_COLUMNS,
    TREND,
    Asked,
    Spend,
    Table,
    fact,
    filter_of,
    group_row,
    nusd,
    permille,
    pusd_of,
    sheet,
    value,
)

TOP_AGENTS, TOP_OUTLIERS = 8, 50


def overview(spend: Spend, asked: Asked) -> SpendValue:
    found = spend.cells
    workflow = asked.get("workflow") or workflow_tag(found)
    days = found.days()
    made = runs(found, workflow)
    costs = sorted(made.pusd)
    facts = [*_weeks(found, days), *_month(found, days, pusd_of(asked.get("budget")))]
    of = f"of {len(made):,} {'run' if len(made) == 1 else 'runs'} by {workflow}"
    facts.append(fact("P95 cost of a run", nusd(percentile(costs, 95)), "nusd", of))
    unusual = outliers(made)
    if days:
        above = f"above {ABOVE_PERCENT} % of the week before"
        facts.append(fact("unusual runs", len(unusual), "count", above))
    sheets = [_days(found, days), _outliers(unusual, workflow), _agents(found)]
    notes = [] if days else ["These calls have no times: nothing can be said of weeks and months."]
    return value(
        "overview", facts, [one for one in sheets if one["rows"]], notes, workflow=workflow
    )


def _weeks(found: Cells, days: Sequence[str]) -> list[Fact]:
    """The last seven days and the seven before them."""
    made = []
    for label, measure, kind in (
        ("cost, last 7 days", "pusd", "nusd"),
        ("tokens, last 7 days", "", "count"),
    ):
        values = daily(found, measure, days) if measure else [
            a + b for a, b in zip(daily(found, "input_tokens", days), daily(found, "output_tokens", days), strict=True)
        ]  # fmt: skip
        now, last = sum(values[-WEEK_DAYS:]), sum(values[-2 * WEEK_DAYS : -WEEK_DAYS])
        word = f"{changed(now, last)} against the 7 days before"
        note = word if len(days) > WEEK_DAYS else "no week before it"
        made.append(fact(label, nusd(now) if measure else now, kind, note))
    return made if days else []


def changed(now: int, before: int) -> str:
    """A change in words: + 12 %."""
    share = permille(abs(now - before), before)
    if share is None:
        return "new"
    return f"{'−' if now < before else '+'}{share // 10}.{share % 10} %"


def _month(found: Cells, days: Sequence[str], budget_pusd: int | None) -> list[Fact]:
    if not days:
        return []
    month = days[-1][:7]
    spent = sum(
        v for day, v in zip(days, daily(found, "pusd", days), strict=True) if day[:7] == month
    )
    if budget_pusd is None:
        return [fact(f"month to date, {month}", nusd(spent), "nusd", "no budget is set")]
    share = permille(spent, budget_pusd)
    note = (
        "the budget is 0"
        if share is None
        else f"{share // 10}.{share % 10} % of the month's budget"
    )
    return [fact(f"month to date, {month}", nusd(spent), "nusd", note)]


def _days(found: Cells, days: Sequence[str]) -> Sheet:
    costs = daily(found, "pusd", days)
    calls = daily(found, "calls", days)
    usual = bands(costs)
    rows = [
        [day, nusd(cost), count, *((nusd(b.mean), nusd(b.low), nusd(b.high)) if b else (None,) * 3),
         _verdict(cost, b.low, b.high) if b else ""]
        for day, cost, count, b in zip(days, costs, calls, usual, strict=True)
    ]  # fmt: skip
    filters: list[Filter | None] = [{"since": day, "until": day} for day in days]
    columns = [("day", "text"), ("cost", "nusd"), ("calls", "count"), ("usual", "nusd"), ("band from", "nusd"),
               ("band to", "nusd"), ("verdict", "text")]  # fmt: skip
    plot: Plot = {
        "kind": "time",
        "x": 0,
        "y": [1, 3],
        "band": [4, 5],
        "size": None,
        "compare_days": WEEK_DAYS,
    }
    return sheet("days", "Cost by day, against the mean ± 2 sd of the 28 days before", columns, rows,
                 filters=filters, plot=plot)  # fmt: skip


def _verdict(cost: int, low: int, high: int) -> str:
    return "above the band" if cost > high else "below the band" if cost < low else ""


def _outliers(found: Sequence[Outlier], workflow: str) -> Sheet:
    """Dearest above their mean first; each leads to its calls and to a usual run of the week before."""
    shown = nlargest(TOP_OUTLIERS, found, key=itemgetter(0))
    rows = [
        [run.run, run.workflow, run.started_ms, run.calls, nusd(run.pusd), nusd(one.mean_pusd),
         permille(run.pusd, one.mean_pusd), one.usual.run]
        for one in shown for run in [one.run]
    ]  # fmt: skip
    columns = [("run", "text"), (workflow, "text"), ("started", "time"), ("calls", "count"), ("cost", "nusd"),
               ("mean of the week before", "nusd"), ("of that mean", "share"), ("usual run", "run")]  # fmt: skip
    more = (
        f"The {TOP_OUTLIERS} that cost most above their mean, of {len(found):,}."
        if len(found) > TOP_OUTLIERS
        else ""
    )
    filters: list[Filter | None] = [{"runs": [one.run.run]} for one in shown]
    return sheet("outliers", f"Runs above {ABOVE_PERCENT} % of their {workflow}'s mean of the 7 days before",
                 columns, rows, filters=filters, note=more)  # fmt: skip


def _agents(found: Cells) -> Sheet:
    name = workflow_tag(found, AGENT_TAGS)
    top = grouped(found, [name])[:TOP_AGENTS]
    return sheet("agents", f"Dearest by {name}", [(name, "text"), *GROUP_COLUMNS],
                 [[one.key[0], *group_row(one)] for one in top],
                 filters=[filter_of([name], one.key) for one in top], note=TREND)  # fmt: skip


def week_before(wanted: Filter) -> Filter:
    """The same calls' filter seven days earlier."""
    moved: Filter = {**wanted}
    if "since" in wanted:
        moved["since"] = day_before(wanted["since"], WEEK_DAYS)
    if "until" in wanted:
        moved["until"] = day_before(wanted["until"], WEEK_DAYS)
    return moved


OVERVIEW = Table("overview", overview)
