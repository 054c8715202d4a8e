"""Tables of spend: facts on top, sheets below, a plot over a sheet."""

from __future__ import annotations

from typing import TypedDict

from whytokens.protocol.requests import Filter

# A cell of a sheet: a word, an integer in the column's unit, a line of integers, or nothing.
SheetCell = str | int | list[int] | None


class SheetColumn(TypedDict):
    """`kind`: "text"; "count"; "nusd" (nanodollars); "signed" (nanodollars, with a sign); "share" and
    "ratio" (thousandths); "change" (thousandths, with a sign); "time" (milliseconds, -1 unknown); "spark" (a
    line of nanodollars); "level" (depth in a hierarchy, from 1); "run" (a run to compare with)."""

    name: str
    kind: str


class Plot(TypedDict):
    """A chart of the sheet it stands in, by columns: `kind` "time" or "scatter"; `y` lines (scatter: one),
    `band` low and high, `size` of bubbles. `compare_days`: a day is compared with as many days before."""

    kind: str
    x: int
    y: list[int]
    band: list[int] | None
    size: int | None
    compare_days: int | None


class Sheet(TypedDict):
    """A table. `filters` has for each row the filter that leaves its calls, where there is one."""

    key: str
    title: str
    note: str
    columns: list[SheetColumn]
    rows: list[list[SheetCell]]
    filters: list[Filter | None] | None
    plot: Plot | None


class Fact(TypedDict):
    """A number on top, its kind as of a sheet's column."""

    label: str
    value: SheetCell
    kind: str
    note: str


class SpendValue(TypedDict):
    """The value of a "spend" result. `chosen` is what was used where nothing was asked."""

    table: str
    facts: list[Fact]
    sheets: list[Sheet]
    notes: list[str]
    chosen: dict[str, str]
    tags: list[str]
