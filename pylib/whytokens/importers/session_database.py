"""The importer that agents with a database of sessions share; what differs is a `SessionDatabase`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, database
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.model import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDatabase:
    """`tables` and, since other programs have tables of those names, `columns` that only it has.
    `read` adds session after session."""

    key: str
    label: str
    guide: Guide
    tables: frozenset[str]
    columns: frozenset[str]
    read: Callable[[sqlite3.Connection, str, TraceBuilder], Iterator[None]]


class SessionDatabaseImporter:
    """Sessions of one agent."""

    def __init__(self, store: SessionDatabase) -> None:
        self.store = store
        self.key, self.label, self.guide = store.key, store.label, store.guide
        self.export_hint = store.guide.steps[0]

    def sniff(self, head: Head) -> Verdict:
        ours = self.store.tables <= head.tables and self.store.columns <= head.columns
        return "yes" if ours else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        before = builder.calls_so_far
        with database.opened(source) as connection:
            for number, _ in enumerate(self.store.read(connection, source.name, builder), 1):
                yield Progress(source.size_bytes, source.size_bytes, number)
        if builder.calls_so_far == before:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.",
                f"It is {self.label}, without any answer of a model.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip
