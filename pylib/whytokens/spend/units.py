"""Unit economics: what an outcome costs against what it is worth, by workflow.

Spec: issue "Spend over time", unit economics. The worth is the user's word; runs that failed are paid for by
those that did not.
"""

from __future__ import annotations

from whytokens.protocol import SheetCell, SpendValue
from whytokens.spend.groups import Group, grouped
from whytokens.spend.runs import workflow_tag
from whytokens.spend.stats import divided
from whytokens.spend.tables import (
    Asked,
    Spend,
    Table,
    filter_of,
    nusd,
    permille,
    pusd_of,
    sheet,
    value,
)
from whytokens.spend.workflows import Outcomes, outcomes


def units(spend: Spend, asked: Asked) -> SpendValue:
    found = spend.cells
    name = asked.get("workflow") or workflow_tag(found)
    worth = pusd_of(asked.get("value"))
    ended = outcomes(found, name)
    groups = grouped(found, [name])
    rows = [[one.key[0], *unit(one, ended.get(one.key[0]), worth)] for one in groups]
    columns = [(name, "text"), ("runs", "count"), ("outcomes", "count"), ("cost", "nusd"),
               ("cost of an outcome", "nusd"),
               ("its value", "nusd"), ("margin", "signed"), ("cost of its value", "share")]  # fmt: skip
    notes = [] if ended else ["No call has a tag outcome: every run is counted as one."]
    made = sheet("units", f"Cost of an outcome by {name}", columns, rows,
                 filters=[filter_of([name], one.key) for one in groups])  # fmt: skip
    return value("units", [], [made], notes, workflow=name)


def unit(one: Group, ended: Outcomes | None, worth_pusd: int | None) -> list[SheetCell]:
    good = ended.good if ended else one.runs
    cost = divided(one.pusd, good) if good else None
    margin = None if worth_pusd is None or cost is None else nusd(worth_pusd * good - one.pusd)
    return [
        one.runs, good, nusd(one.pusd), None if cost is None else nusd(cost),
        None if worth_pusd is None else nusd(worth_pusd), margin,
        None if not worth_pusd or cost is None else permille(cost, worth_pusd),
    ]  # fmt: skip


UNITS = Table("units", units)
