"""Importers read one log format into a trace. One small file each, listed in `whytokens.registry`.

To add one: the file, one line in the registry, one fixture folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from whytokens.assets import Need
from whytokens.builder import TraceBuilder
from whytokens.containers import Source

Verdict = Literal["yes", "maybe", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a sniffer may look at: at most the first 64 kB, already taken apart, or the names of a
    database's tables, `columns` those of all its tables; `header` the columns of a table without rows.

    `values` are the first JSON values (up to 60); one that the 64 kB cut is closed where it broke
    (`partial`). `text` is the decoded beginning for formats that are not JSON.
    """

    name: str
    container: Literal["json", "jsonl", "text", "database", "table"]
    values: tuple[Any, ...]
    partial: bool
    text: str
    tables: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is read, in bytes; yielded at least every few hundred lines."""

    done: int
    total: int
    line: int


Section = Literal[
    "Coding agents",
    "Requests and responses",
    "Traces",
    "Databases",
    "Usage reports",
    "Chats",
    "Other",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What "What can I open?" says of a format; README's table is made of it too.

    `what`: one line, what the file is and where it lies. `steps`: how to get it, in the tool's own
    words. `example`: how such a file begins. `marks`: keys or words that only this format has, for
    naming the nearest format of a file that is none. `missing`: what its files leave out.
    """

    section: Section
    what: str
    steps: tuple[str, ...]
    example: str
    marks: frozenset[str] = frozenset()
    missing: str = ""


class Importer(Protocol):
    """One log format. `label` is how people call it, `export_hint` how to get such a file."""

    key: str
    label: str
    export_hint: str
    guide: Guide

    def sniff(self, head: Head) -> Verdict:
        """Is this my format? Never raises."""
        ...

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress | Need]:
        """Add everything in `source` to `builder`; a Need is answered before the next step.

        Raises TraceError when nothing of the file can be used; names every skipped part with
        `builder.warn("partial", ...)` otherwise.
        """
        ...
