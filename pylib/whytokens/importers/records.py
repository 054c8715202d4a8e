"""The importer that all row formats share: records out of documents, each one logged request.

What differs by format is a `Format`: where its records are, which are its own, and what they say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.batches import Batch, batches
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.counted import Counted, Rows
from whytokens.importers.exchanges import asks_for_numbers
from whytokens.importers.ledger import Ledger
from whytokens.importers.logged import Logged
from whytokens.importers.values import Json, are, as_dict, decoded, pointer
from whytokens.model import Where

Row = tuple[Json, Where]
LIST_KEYS = (
    "data",
    "rows",
    "items",
    "results",
    "events",
    "records",
    "logs",
    "runs",
    "calls",
    "spans",
)
# The answer of an API that gives one record.
OBJECT_KEYS = ("data", "result")
ENVELOPE = frozenset(
    (
        *OBJECT_KEYS,
        "success",
        "status",
        "error",
        "errors",
        "message",
        "messages",
        "meta",
        "code",
        "request_id",
    )
)
# An object around a list has few keys of its own; a record has more.
MAX_WRAPPER_KEYS = 6
MAX_SNIFFED = 60
OTHER = "what they ask for"


def rows(value: Any, where: Where) -> Iterator[Row]:
    """The objects of a document: itself, the elements of a list, of a list under a usual key."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            if isinstance(item, dict):
                at = pointer(where.pointer, number)
                yield item, Where(file=where.file, line=where.line, pointer=at)
        return
    one = as_dict(value)
    key = None
    if len(one) <= MAX_WRAPPER_KEYS:
        key = next((key for key in LIST_KEYS if isinstance(one.get(key), list)), None)
    wrapped = next((k for k in OBJECT_KEYS if isinstance(one.get(k), dict)), None)
    if key is None and wrapped and set(one) <= ENVELOPE:
        yield from rows(
            one[wrapped],
            Where(file=where.file, line=where.line, pointer=pointer(where.pointer, wrapped)),
        )
    elif key and one[key] and isinstance(one[key][0], dict):
        at = pointer(where.pointer, key)
        yield from rows(one[key], Where(file=where.file, line=where.line, pointer=at))
    elif one:
        yield one, where


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format of rows. `logged` gives None for what is neither a call nor a span around calls;
    `same` names rows that are parts of one record, to be merged; `counted` reads rows of counts by columns and
    says which are to be looked at one by one; `marks` stand in the text of files whose first record is longer
    than a sniffer may read; `mostly` asks for half of a file's records,
    where one alone says little; `note` says of a file, by its first row, what a reader must know."""

    key: str
    label: str
    guide: Guide
    owns: Callable[[Json], bool]
    logged: Callable[[Json, Where], Logged | None]
    rows: Callable[[Any, Where], Iterable[Row]] = rows
    marks: tuple[str, ...] = ()
    mostly: bool = False
    same: Callable[[Json], str | None] = lambda row: None
    note: Callable[[Json], str | None] = lambda row: None
    counted: Callable[[Rows], tuple[Counted, list[int]]] | None = None


@dataclass(slots=True)
class _Partial:
    """Rows that are parts of records, until all files are read; then their calls."""

    builder: TraceBuilder
    ledger: Ledger
    format: Format | None = None
    parts: dict[str, Row] = field(default_factory=dict)

    @classmethod
    def make(cls, builder: TraceBuilder) -> _Partial:
        return cls(builder, Ledger(builder))

    def merge(self, key: str, row: Json, where: Where) -> None:
        old, at = self.parts.get(key, ({}, where))
        self.parts[key] = (_merged(old, row), at)

    def finish(self) -> None:
        others: dict[str, list[Where]] = {}
        for row, where in self.parts.values():
            one = self.format.logged(row, where) if self.format else None
            if one is not None:
                self.ledger.enter(one)
                if one.left_out:
                    others.setdefault(one.left_out, []).append(where)
        name_others(others, self.builder)
        self.ledger.finish()


def name_others(others: Mapping[str, Sequence[Where]], builder: TraceBuilder) -> None:
    """Name what else than answers of a model a log has: how many, and where the first stands."""
    for kind, places in others.items():
        text = f"{are(len(places), 'record')} left out: {kind} is no answer of a chat model."
        builder.warn("partial", text, places[0])


def _merged(old: Json, new: Json) -> Json:
    """Later words win where they say something; objects are merged one level down."""
    found = dict(old)
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(found.get(key), dict):
            found[key] = {**found[key], **{k: v for k, v in value.items() if v is not None}}
        elif value not in (None, {}, []) or key not in found:
            found[key] = value
    return found


class RecordImporter:
    """Rows of one format, in any container."""

    def __init__(self, format: Format) -> None:
        self.format = format
        self.key, self.label, self.guide = format.key, format.label, format.guide
        self.export_hint = format.guide.steps[0]

    def sniff(self, head: Head) -> Verdict:
        where = Where(file=head.name)
        own = strange = 0
        for value in head.values:
            for row, _ in islice(self.format.rows(value, where), MAX_SNIFFED):
                if self.format.owns(row):
                    own += 1
                    if not self.format.mostly:
                        return "yes"
                else:
                    strange += 1
        if own and own >= strange:
            return "yes"
        if head.partial and any(mark in head.text for mark in self.format.marks):
            return "yes"
        return "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        shared, found, strange = builder.gathered(self.key, _Partial.make), 0, list[Where]()
        others: dict[str, list[Where]] = {}
        shared.format = self.format
        told: str | None = None
        for batch in batches(source, builder):
            some = self._rows(batch)
            rest: Iterable[int] = range(len(some.rows))
            if self.format.counted is not None:
                counted, odd = self.format.counted(some)
                if len(counted) and not found:
                    told = self.format.note(self._first(some, odd))
                # Records of one line keep their order: they are read together, in one way.
                if not odd or not any(some.pointers):
                    shared.ledger.counted.append(counted)
                    found += len(counted)
                    rest = odd
            for at in rest:
                row, where = some.rows[at], some.where(at)
                if not self.format.owns(row):
                    strange.append(where)
                    continue
                same = self.format.same(row)
                if same is not None:
                    shared.merge(same, row, where)
                    found += 1
                    continue
                one = self.format.logged(row, where)
                if (
                    one is not None
                    and one.call
                    and asks_for_numbers(one.body, one.reply_body, one.url)
                ):
                    one.call, one.left_out = False, "an embedding or a rank"
                if one is None or one.left_out:
                    kind = (one.left_out if one else None) or OTHER
                    others.setdefault(kind, []).append(where)
                if one is not None:
                    told = told if found else self.format.note(row)
                    shared.ledger.enter(one)
                    found += one.call
            yield batch.progress
        if strange:
            text = f"{are(len(strange), 'record')} not {self.label}, skipped."
            builder.warn("partial", text, strange[0])
        name_others(others, builder)
        if told is not None:
            builder.warn("partial", told, Where(file=source.name))
        if not found:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "It holds no record of a model's call.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip

    def _first(self, some: Rows, odd: Sequence[int]) -> Json:
        """The first row that is a call: one of counts, or one that is looked at on its own."""
        apart = set(odd)
        return next(
            row
            for at, row in enumerate(some.rows)
            if at not in apart
            or (self.format.owns(row) and self.format.logged(row, some.where(at)))
        )

    def _rows(self, batch: Batch) -> Rows:
        """The records of some documents."""
        found = Rows(batch.file)
        plain = self.format.rows is rows
        for value, line in zip(batch.values, batch.lines, strict=True):
            if plain and type(value) is dict and len(value) > MAX_WRAPPER_KEYS:
                found.add(value, line)
                continue
            for row, where in self.format.rows(value, Where(file=batch.file, line=line)):
                found.add(row, where.line, where.pointer)
        return found


def under(where: Where, *keys: str | int) -> Where:
    """A place inside a place."""
    return Where(file=where.file, line=where.line, pointer=pointer(where.pointer, *keys))


def first(row: Json, *names: str) -> Any:
    """The first of these fields that says something."""
    return next((row[name] for name in names if row.get(name) not in (None, "", {}, [])), None)


def opened(row: Json, *names: str) -> Any:
    """The same, JSON in a string taken out of it."""
    return decoded(first(row, *names))


def tagged(one: Logged, found: Any, *names: str) -> None:
    """Tags out of an object of metadata: these, or all."""
    values = as_dict(decoded(found))
    for name in names or values:
        one.tag(**{str(name): values.get(name)})
