"""Chargeback: spend by a hierarchy of tags and by week or month, untagged spend as rows of its own.

Spec: issue "Spend over time", chargeback. Every level is summed from the calls, so children add up.
"""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.protocol import Filter, SheetCell, SpendValue
from whytokens.spend.cells import Cells
from whytokens.spend.groups import Group, grouped
from whytokens.spend.rows import UNTAGGED
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
    sheet,
    value,
)

# The usual order from who pays to what for; the tags that are there are offered in it.
HIERARCHY = ("cost_center", "cost-centre", "department", "team", "customer", "project", "workflow", "feature", "agent",
             "environment", "tier", "user")  # fmt: skip
PERIODS = ("all", "month", "week")
MAX_LEVELS = 4


def levels_of(found: Cells, asked: Asked) -> list[str]:
    """The dimensions a user chose, else the first two tags that say who pays."""
    said = [name for name in asked.get("by", "").split(",") if name]
    if said:
        return said[:MAX_LEVELS]
    known = [name for name in HIERARCHY if name in found.tags]
    return known[:2] or list(found.tags[:1]) or ["model"]


def tree(found: Cells, names: Sequence[str]) -> list[Group]:
    """Groups of every level, each followed by its parts, dearest first."""
    parts: list[dict[tuple[str, ...], list[Group]]] = []
    for level in range(len(names)):
        below: dict[tuple[str, ...], list[Group]] = {}
        for one in grouped(found, names[: level + 1]):
            below.setdefault(one.key[:level], []).append(one)
        parts.append(below)
    made: list[Group] = []
    stack = list(reversed(parts[0].get((), [])))
    while stack:
        one = stack.pop()
        made.append(one)
        if len(one.key) < len(names):
            stack += reversed(parts[len(one.key)].get(one.key, []))
    return made


def chargeback(spend: Spend, asked: Asked) -> SpendValue:
    found = spend.cells
    names = levels_of(found, asked)
    period = asked.get("period") if asked.get("period") in PERIODS else "all"
    dimensions = names if period == "all" else [str(period), *names]
    groups = tree(found, dimensions)
    total = sum(one.pusd for one in groups if len(one.key) == 1)
    bare = sum(
        one.pusd for one in groups if len(one.key) == len(dimensions) and UNTAGGED in one.key
    )
    rows: list[list[SheetCell]] = [
        [len(one.key), *(one.key[at] if at < len(one.key) else "" for at in range(len(dimensions))),
         permille(one.pusd, total), *group_row(one)]
        for one in groups
    ]  # fmt: skip
    columns = [
        ("level", "level"),
        *((name, "text") for name in dimensions),
        ("of all", "share"),
        *GROUP_COLUMNS,
    ]
    filters: list[Filter | None] = [
        filter_of(dimensions[: len(one.key)], one.key) for one in groups
    ]
    facts = [
        fact("cost", nusd(total), "nusd"),
        fact("untagged", nusd(bare), "nusd", _share(bare, total)),
    ]
    made = sheet(
        "chargeback", f"By {' › '.join(dimensions)}", columns, rows, filters=filters, note=TREND
    )
    return value("chargeback", facts, [made], by=",".join(names), period=str(period))


def _share(part: int, of: int) -> str:
    share = permille(part, of)
    return (
        ""
        if share is None
        else f"{share // 10}.{share % 10} % of the cost has no value in one of these tags"
    )


def leaderboard(spend: Spend, asked: Asked) -> SpendValue:
    """Dearest first by one dimension: a prompt's template (its system text and tools), a file, a function, a model."""
    name = asked.get("dimension") or "template"
    groups = grouped(spend.cells, [name])
    rows = [[one.key[0], *group_row(one)] for one in groups]
    made = sheet("leaderboard", f"Dearest by {name}", [(name, "text"), *GROUP_COLUMNS], rows,
                 filters=[filter_of([name], one.key) for one in groups], note=TREND)  # fmt: skip
    return value("leaderboard", [], [made], dimension=name)


CHARGEBACK = Table("chargeback", chargeback)
LEADERBOARD = Table("leaderboard", leaderboard)
