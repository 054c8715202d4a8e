"""What a table of spend is made from and looks like: facts on top, sheets below, a plot over a sheet.

A plot draws columns of its own sheet, so no chart is without its table. Money crosses as nanodollars.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from whytokens.opened import Opened
from whytokens.protocol import Fact, Filter, Plot, Sheet, SheetCell, SheetColumn, SpendValue
from whytokens.spend.cells import Cells
from whytokens.spend.groups import Group
from whytokens.spend.rows import UNTAGGED

Asked = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Spend:
    """The calls a table is about. `opened` gives them one by one, for tables that price them anew."""

    cells: Cells
    opened: Callable[[], Opened]


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of table; `make` is given what the user chose beside the filter, `needs` names the
    vocabularies it counts with."""

    key: str
    make: Callable[[Spend, Asked], SpendValue]
    needs: Callable[[Spend, Asked], list[str]] = lambda spend, asked: []


def value(
    key: str,
    facts: Sequence[Fact],
    sheets: Sequence[Sheet],
    notes: Sequence[str] = (),
    **chosen: str,
) -> SpendValue:
    return {
        "table": key,
        "facts": list(facts),
        "sheets": list(sheets),
        "notes": list(notes),
        "chosen": chosen,
        "tags": [],
    }


def sheet(
    key: str,
    title: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[SheetCell]],
    *,
    filters: Sequence[Filter | None] | None = None,
    plot: Plot | None = None,
    note: str = "",
) -> Sheet:
    heads = [SheetColumn(name=name, kind=kind) for name, kind in columns]
    return {
        "key": key, "title": title, "note": note, "columns": heads,
        "rows": [list(row) for row in rows],
        "filters": None if filters is None else list(filters), "plot": plot,
    }  # fmt: skip


def fact(label: str, value: SheetCell, kind: str, note: str = "") -> Fact:
    return {"label": label, "value": value, "kind": kind, "note": note}


def nusd(pusd: int) -> int:
    """Nanodollars of picodollars, rounded half up."""
    return (pusd + 500) // 1000


def pusd_of(text: str | None) -> int | None:
    """Picodollars of what a user typed as dollars; None of nothing and of what is no amount."""
    whole, _, part = (text or "").strip().lstrip("$").replace(",", "").partition(".")
    if not (whole + part).isdecimal() or not (whole + part).isascii():
        return None
    return int((whole or "0") + part[:12].ljust(12, "0"))


def permille(part: int, of: int) -> int | None:
    """Thousandths, rounded half up; None of nothing."""
    return None if of == 0 else (2000 * part + of) // (2 * of)


def filter_of(names: Sequence[str], key: Sequence[str]) -> Filter | None:
    """The filter that leaves one group's calls; None where filters cannot say it."""
    found: Filter = {}
    for name, label in zip(names, key, strict=True):
        if name == "model":
            found["models"] = ["" if label == UNTAGGED else label]
        elif name == "session":
            found["sessions"] = [label]
        elif name == "run":
            found["runs"] = [label]
        elif name == "day" and label != UNTAGGED:
            found["since"] = found["until"] = label
        elif name in ("day", "week", "month", "provider", "template", "all"):
            return None
        else:
            found.setdefault("tags", {})[name] = label
    return found


# Volume, cost and efficiency of a group; what tables of groups share.
GROUP_COLUMNS: tuple[tuple[str, str], ...] = (
    ("cost", "nusd"), ("trend", "change"), ("runs", "count"), ("calls", "count"), ("tokens", "count"),
    ("mean cost of a run", "nusd"),
    ("P95 cost of a run", "nusd"), ("output / input", "ratio"), ("read from cache", "share"),
    ("unpriced calls", "count"),
)  # fmt: skip


TREND = "Trend: the cost of the last 7 days against the 7 before."


def group_row(one: Group) -> list[SheetCell]:
    return [
        nusd(one.pusd), one.trend_permille, one.runs, one.calls, one.tokens, nusd(one.mean_pusd), nusd(one.p95_pusd),
        permille(one.output_tokens, one.input_tokens), permille(one.read_tokens, one.input_tokens), one.unpriced,
    ]  # fmt: skip
