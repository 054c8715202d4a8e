"""A sheet as CSV. Spec: RFC 4180, lines end in CR LF; money in dollars with nine decimals, shares as fractions.

A cell that a spreadsheet would run as a formula is quoted with an apostrophe (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from whytokens.exporters.table_csv import plain
from whytokens.protocol import Sheet, SheetCell


def sheet_csv(sheet: Sheet) -> str:
    """Every row, the rows of a hierarchy with their level."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_head(column["name"], column["kind"]) for column in sheet["columns"]])
    kinds = [column["kind"] for column in sheet["columns"]]
    for row in sheet["rows"]:
        writer.writerow([_cell(kind, value) for kind, value in zip(kinds, row, strict=True)])
    return out.getvalue()


def _head(name: str, kind: str) -> str:
    word = plain(name.replace(" ", "_"))
    return f"{word}_usd" if kind in ("nusd", "signed", "spark") else word


def _cell(kind: str, value: SheetCell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return " ".join(_decimal(one, 9) for one in value)
    if kind in ("nusd", "signed"):
        return _decimal(value, 9)
    if kind in ("share", "ratio", "change"):
        return _decimal(value, 3)
    if kind == "time":
        return "" if value < 0 else datetime.fromtimestamp(value // 1000, UTC).isoformat()
    return str(value)


def _decimal(value: int, places: int) -> str:
    """An integer of so many decimal places, by integers alone."""
    whole, part = divmod(abs(value), 10**places)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{places}d}"
