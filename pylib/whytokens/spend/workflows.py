"""Workflows: runs, tokens and cost of each, its last seven days, its efficiency and its trend.

Spec: issue "Spend over time", overview, layer 2, and "Four dimensions". A run succeeded where the tag
`outcome` (or `success`, or a score) says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from whytokens.protocol import SheetCell, SpendValue
from whytokens.spend.cells import Cells
from whytokens.spend.groups import Group, grouped
from whytokens.spend.ratios import expected
from whytokens.spend.runs import workflow_tag
from whytokens.spend.stats import divided
from whytokens.spend.tables import (
    TREND,
    Asked,
    Spend,
    Table,
    filter_of,
    nusd,
    permille,
    sheet,
    value,
)

OUTCOME_TAGS = ("outcome", "success", "resolved", "status")
GOOD = frozenset(
    (
        "success",
        "succeeded",
        "ok",
        "true",
        "1",
        "pass",
        "passed",
        "resolved",
        "completed",
        "done",
        "yes",
    )
)
SPARK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Runs of a group that say how they ended, and those that ended well."""

    known: int
    good: int


def workflows(spend: Spend, asked: Asked) -> SpendValue:
    found = spend.cells
    name = asked.get("workflow") or workflow_tag(found)
    groups = grouped(found, [name])
    lines = by_day(found, name)
    ended = outcomes(found, name)
    rows = [[one.key[0], *_row(one, lines[one.key[0]], ended.get(one.key[0]))] for one in groups]
    columns = [(name, "text"), ("cost", "nusd"), ("trend", "change"), ("last 7 days", "spark"), ("runs", "count"),
               ("calls", "count"), ("mean tokens of a run", "count"), ("P95 tokens of a run", "count"),
               ("mean cost of a run", "nusd"), ("P95 cost of a run", "nusd"),
               ("output / input", "ratio"), ("expected", "text"), ("read from cache", "share"), ("succeeded", "share"),
               ("cost of a success", "nusd")]  # fmt: skip
    notes = (
        []
        if ended
        else ["No call says how its run ended (tag outcome): cost of a success is not known."]
    )
    made = sheet("workflows", f"By {name}", columns, rows, filters=[filter_of([name], one.key) for one in groups],
                 note=TREND)  # fmt: skip
    return value("workflows", [], [made], notes, workflow=name)


def _row(one: Group, line: list[int], ended: Outcomes | None) -> list[SheetCell]:
    ratio = permille(one.output_tokens, one.input_tokens)
    return [
        nusd(one.pusd), one.trend_permille, [nusd(cost) for cost in line[-SPARK_DAYS:]], one.runs, one.calls,
        one.mean_tokens, one.p95_tokens, nusd(one.mean_pusd), nusd(one.p95_pusd),
        ratio, expected(one.key[0], ratio), permille(one.read_tokens, one.input_tokens),
        None if ended is None else permille(ended.good, ended.known),
        None if ended is None or not ended.good else nusd(divided(one.pusd, ended.good)),
    ]  # fmt: skip


def by_day(found: Cells, name: str) -> dict[str, list[int]]:
    """Cost of each day of the span, by a dimension."""
    days = {day: at for at, day in enumerate(found.days())}
    codes, labels = found.coded(name)
    day_codes, day_labels = found.coded("day")
    places = [days.get(label, -1) for label in day_labels]
    lines = [[0] * len(days) for _ in labels]
    for code, day, pusd in zip(codes, day_codes, found.measures["pusd"], strict=True):
        if places[day] >= 0:
            lines[code][places[day]] += pusd
    return dict(zip(labels, lines, strict=True))


def outcomes(found: Cells, name: str) -> dict[str, Outcomes]:
    """How runs ended, by a dimension; a run's last word counts. Empty where no call says."""
    tag = next((one for one in OUTCOME_TAGS if one in found.tags), None)
    if tag is None:
        return {}
    codes, labels = found.coded(name)
    ends, words = found.coded(tag)
    good = [word.strip().lower() in GOOD for word in words]
    said = [word != "(untagged)" for word in words]
    last: dict[tuple[int, int], bool] = {}
    for code, run, end in zip(codes, found.coded("run")[0], ends, strict=True):
        if said[end]:
            last[(code, run)] = good[end]
    made: dict[str, Outcomes] = {}
    for (code, _), fine in last.items():
        before = made.get(labels[code], Outcomes(0, 0))
        made[labels[code]] = Outcomes(before.known + 1, before.good + fine)
    return made


WORKFLOWS = Table("workflows", workflows)
