"""The importer that databases and their exports share: rows of one table, as SQLite, JSON or CSV.

What differs is a `Store`: which table, columns or rows it owns, and how a row is read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, database
from whytokens.containers.decode import head_bytes, lines
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.values import Json, as_dict, as_list, inside
from whytokens.model import Where

NO_TABLES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """`table` has `columns`; `without` are tables of other programs with a table of that name.
    `owns` tells a row of an export; `read` adds one."""

    key: str
    label: str
    guide: Guide
    table: str
    columns: tuple[str, ...]
    owns: Callable[[Json], bool]
    read: Callable[[Json, Where, TraceBuilder], None]
    without: frozenset[str] = NO_TABLES
    order: str = "rowid"


class StoreImporter:
    """Rows of one store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.key, self.label, self.guide = store.key, store.label, store.guide
        self.export_hint = store.guide.steps[0]

    def sniff(self, head: Head) -> Verdict:
        store = self.store
        if head.container == "database":
            ours = store.table in head.tables and not store.without & head.tables
            return "yes" if ours else "no"
        if head.container == "text":
            names = head.text.lstrip("\ufeff").split("\n", 1)[0].strip().split(",")
            return "yes" if set(store.columns) <= set(names) else "no"
        rows = (row for value in head.values for row in _rows(value))
        return "yes" if any(store.owns(as_dict(row)) for row in rows) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        start, before = head_bytes(source), builder.calls_so_far
        if database.is_database(start):
            yield from self._database(source, builder)
        elif start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            yield from self._documents(source, builder)
        else:
            yield from self._csv(source, builder)
        if builder.calls_so_far == before:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", f"It is {self.label}, still empty.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip

    def _database(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        store = self.store
        with database.opened(source) as connection:
            if not set(store.columns) <= database.columns(connection, store.table):
                raise TraceError(
                    "unknown-format", "This does not look like a log of LLM calls.",
                    f"{source.name} has a table {store.table}, but not {self.label}'s columns.",
                    where=Where(file=source.name), hint=self.export_hint,
                )  # fmt: skip
            names = sorted(database.columns(connection, store.table))
            rows = database.rows(connection, store.table, names, store.order)
            for number, row in enumerate(rows, 1):
                where = Where(file=source.name, pointer=f"/{store.table}/{row.get('id', number)}")
                store.read(row, where, builder)
                yield Progress(source.size_bytes, source.size_bytes, number)

    def _documents(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        for document in documents(source, builder):
            for number, row in enumerate(_rows(document.value)):
                at = document.where
                where = inside(at, number) if isinstance(document.value, list) else at
                if self.store.owns(as_dict(row)):
                    self.store.read(as_dict(row), where, builder)
                else:
                    builder.warn("partial", f"Not {self.label}, skipped.", where)
            yield document.progress

    def _csv(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        """Cells that are numbers become numbers. A cell may hold line ends."""
        text = io.StringIO("".join(line.text for line in lines(source)), newline="")
        reader = csv.DictReader(text)
        try:
            for row in reader:
                where = Where(file=source.name, line=reader.line_num)
                values = {key: _number(value) for key, value in row.items() if isinstance(key, str)}
                if self.store.owns(values):
                    self.store.read(values, where, builder)
                else:
                    builder.warn("partial", f"Not {self.label}, skipped.", where)
                yield Progress(source.size_bytes, source.size_bytes, reader.line_num)
        except csv.Error as error:
            where = Where(file=source.name, line=reader.line_num)
            builder.warn("partial", f"Not CSV from line {reader.line_num:,} on: {error}.", where)


def _rows(value: Any) -> list[Any]:
    return as_list(value) if isinstance(value, list) else [value]


def _number(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value or None
    try:
        return int(value) if value.lstrip("-").isdecimal() else float(value)
    except ValueError:
        return value
