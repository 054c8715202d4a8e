"""The unfolded merged tree as CSV, one row a frame. Spec: RFC 4180, lines end in CR LF.

A cell that a spreadsheet would run as a formula is quoted with an apostrophe (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io

from whytokens.exporters import Exporter
from whytokens.layouts.merged import UNFOLDED
from whytokens.opened import Opened
from whytokens.protocol import Columns

HEAD = (
    "depth", "path", "label", "category", "tokens", "tokens_read_from_cache", "usd", "share_of_tokens",
    "share_of_cost", "calls", "first_call", "estimated",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_csv(columns: Columns) -> str:
    """Every frame, parents before children, each below its parent."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    children: dict[int, list[int]] = {}
    for row, parent in enumerate(columns["parent"]):
        children.setdefault(parent, []).append(row)
    stack: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while stack:
        row, above = stack.pop()
        label = columns["strings"][columns["name"][row]]
        path = (*above, label)
        writer.writerow(_cells(columns, row, path))
        stack += [(child, path) for child in reversed(children.get(row, []))]
    return out.getvalue()


def _cells(columns: Columns, row: int, path: tuple[str, ...]) -> list[str | int]:
    tokens, nusd = columns["tokens"][row], columns["nusd"][row]
    return [
        len(path) - 1,
        plain("/".join(path)),
        plain(path[-1]),
        columns["categories"][columns["category"][row]],
        tokens,
        columns["read"][row],
        usd(nusd),
        share(tokens, columns["tokens"][0]),
        share(nusd, columns["nusd"][0]),
        columns["calls"][row],
        columns["first"][row] + 1,
        columns["approx"][row],
    ]


def plain(text: str) -> str:
    """Text that stays text in a spreadsheet."""
    return f"'{text}" if text.startswith(FORMULA) else text


def usd(nusd: int) -> str:
    """Nanodollars as a decimal number of dollars, exactly."""
    return f"{nusd // 10**9}.{nusd % 10**9:09d}"


def share(part: int, whole: int) -> str:
    """A part of a whole in four places, by integers."""
    parts = part * 10_000 // whole if whole else 0
    return f"{parts // 10_000}.{parts % 10_000:04d}"


def _write(opened: Opened) -> str:
    return table_csv(UNFOLDED.make(opened))


TABLE_CSV = Exporter(key="csv", label="CSV (table)", suffix="csv", mime="text/csv", write=_write)
