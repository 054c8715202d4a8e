"""CSV and TSV as rows of objects: headers as keys, cells with their JSON or Python taken out.

Spec: RFC 4180; formats, rules 7 and 13 (UTF-16 out of Excel, cells with JSON or with Python's repr). A data
frame's index has no name: its column is left out.
"""

from __future__ import annotations

import ast
import csv
import io
import re
import warnings
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from whytokens.containers.written_numbers import TELLING_ROWS, plain, styles
from whytokens.importers.values import Json, decoded
from whytokens.nesting import check

# A cell may hold a whole prompt.
MAX_CELL_CHARS = 2**28
DELIMITERS = ",\t;"
NAME = re.compile(r"[\w .()\[\]:/%$#*@&+-]{1,80}")
INTEGER = re.compile(r"-?(0|[1-9]\d{0,14})")
FLOAT = re.compile(r"-?\d{1,15}\.\d{1,20}(e-?\d{1,3})?|-?\d(\.\d+)?e-?\d{1,3}", re.IGNORECASE)
MAX_LITERAL_CHARS = 4 * 2**20


def delimiter(header: str) -> str | None:
    """The delimiter of a line of at least two column names; None when it is no header."""
    line = header.lstrip("\ufeff").strip("\r\n")
    if "\r" in line or "\x00" in line:
        return None
    for mark in DELIMITERS:
        if mark not in line or len(line) > 20_000:
            continue
        cells = next(csv.reader([line], delimiter=mark), [])
        names = [cell.strip() for cell in cells]
        names = names[1:] if len(names) > 2 and not names[0] else names
        if (
            len(names) > 1
            and all(NAME.fullmatch(name) for name in names)
            and len(set(names)) == len(names)
        ):
            return mark
    return None


def rows(lines: Iterable[str], mark: str) -> Iterator[tuple[Json, int]]:
    """Each row as an object, with the line on which it ends."""
    csv.field_size_limit(MAX_CELL_CHARS)
    reader = csv.reader(lines, delimiter=mark)
    names = [name.strip().lstrip("\ufeff") for name in next(reader, [])]
    numbered = ((cells, reader.line_num) for cells in reader if any(cells))
    first = list(islice(numbered, TELLING_ROWS))
    written = styles([cells for cells, _ in first], mark)
    for cells, line in chain(first, numbered):
        for at, decimal in written.items():
            if at < len(cells):
                cells[at] = plain(cells[at], decimal)
        yield {n: cell(c) for n, c in zip(names, cells, strict=False) if n}, line


def names(text: str, mark: str) -> list[str]:
    """The columns of a header."""
    return [
        cell.strip()
        for cell in next(
            csv.reader([text.lstrip("\ufeff\r\n").split("\n", 1)[0]], delimiter=mark), []
        )
    ]


def head_rows(text: str, mark: str, cut: bool) -> list[Json]:
    """Rows of a beginning; the last, which the cut may have halved, is left out."""
    try:
        found = [row for row, _ in rows(io.StringIO(text, newline=""), mark)]
    except csv.Error:
        return []
    return found[:-1] if cut else found


def cell(text: str) -> Any:
    """Numbers as numbers, nothing as None, JSON and Python's repr as what they say."""
    if text == "" or text in ("None", "null", "NaN", "nan"):
        return None
    if INTEGER.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    if text in ("True", "False", "true", "false"):
        return text.lower() == "true"
    if text[0] in "[{":
        found = decoded(text)
        if isinstance(found, str) and len(text) < MAX_LITERAL_CHARS:
            try:
                check(text)
                with warnings.catch_warnings(action="ignore"):
                    return ast.literal_eval(text)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                return text
        return found
    return text
