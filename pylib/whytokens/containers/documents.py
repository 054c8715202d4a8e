"""JSON documents of a source, one by one: JSON Lines, one document, or several set one after another.

The container is told by trying, never by the name (formats, rule 13). Bad lines are named and
skipped; everything readable around them is still given.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, csv_rows, parquet, salvage
from whytokens.containers.decode import Line, head_bytes, lines
from whytokens.containers.resent import Resent
from whytokens.errors import TraceError
from whytokens.importers import Progress
from whytokens.importers.sse import responses_of
from whytokens.model import Where
from whytokens.nesting import check

EXCERPT_CHARS = 30
# Its text twice and its objects once come to 3.5 times this, and a tab may have 1.5 GB.
MAX_DOCUMENT_CHARS = 256 * 2**20
# Of a document that is too large, so much is read when asked: below MAX_DOCUMENT_CHARS.
FIRST_MB = 250
# So many lines tell JSON Lines whose first line is bad from one document over many lines.
TELLING_LINES = 50
# What the json module says of a break, by how its words begin, and what a reader of the page is told.
PLAIN = (
    ("Expecting ',' delimiter", "expected “,”"),
    ("Expecting ':' delimiter", "expected “:”"),
    ("Expecting property name", "expected a name in double quotes"),
    ("Expecting value", "expected a value"),
    ("Unterminated string", "a string that does not end"),
    ("Invalid control character", "a control character within a string"),
    ("Invalid \\", "an escape that JSON does not have"),
    ("Illegal trailing comma", "a comma with nothing after it"),
    ("Extra data", "more text after the end"),
)
_DECODER = json.JSONDecoder()
# Server-sent events: the transcript of a streamed response.
TRANSCRIPT = re.compile(r"\s*(?::[^\n]*\n\s*)*(?:event|data|id|retry):[ \w{\[]")
_BLANK = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON value and where it begins."""

    value: Any
    where: Where
    progress: Progress


class Bare:
    """Numbers, words and lists of such, met where records should be: counted, named at the end."""

    def __init__(self) -> None:
        self._count, self._first = 0, 0

    def met(self, value: Any, line: int) -> bool:
        if isinstance(value, dict) or not _bare(value):
            return False
        self._count += 1
        self._first = self._first or line
        return True

    def tell(self, source: Source, builder: TraceBuilder) -> None:
        if self._count:
            text = f"{self._count:,} lines hold no object, skipped."
            builder.warn("partial", text, Where(file=source.name, line=self._first))


def _bare(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and not any(isinstance(one, dict | list) or _json(one) for one in value)
    return not _json(value)


def _json(value: Any) -> bool:
    """JSON within JSON."""
    return isinstance(value, str) and value.lstrip()[:1] in ("{", "[")


def documents(source: Source, builder: TraceBuilder) -> Iterator[Document]:
    """Every document. Raises TraceError empty-file, bad-json, too-large."""
    single, others = parted(source, builder)
    yield from others if single is None else _json_lines(source, builder, single)


def parted(
    source: Source, builder: TraceBuilder
) -> tuple[Iterator[Line] | None, Iterator[Document]]:
    """The lines of a source of which each is a document; else its documents."""
    if parquet.is_parquet(head_bytes(source)[:4]):
        return None, _parquet(source)
    found = lines(source)
    first = next((line for line in found if line.text.strip()), None)
    if first is None:
        raise _empty(source)
    if parses(first.text):
        return chain((first,), found), iter(())
    mark = csv_rows.delimiter(first.text)
    if mark is not None:
        return None, _table(source, mark)
    return None, _joined(source, builder, first, found)


def _joined(
    source: Source, builder: TraceBuilder, first: Line, found: Iterator[Line]
) -> Iterator[Document]:
    """Documents of several lines."""
    kept, size = [first], len(first.text)
    for line in found:
        kept.append(line)
        size += len(line.text)
        doomed = len(kept) == TELLING_LINES and source.size_bytes > MAX_DOCUMENT_CHARS
        if source.reading.first_bytes is not None:
            continue
        if size > MAX_DOCUMENT_CHARS or (doomed and not _mostly_lines(kept)):
            raise _too_large(source)
    yield from _whole(source, builder, kept)


def _table(source: Source, mark: str) -> Iterator[Document]:
    """Rows of CSV, each with the line on which it ends."""
    read = 0

    def texts() -> Iterator[str]:
        nonlocal read
        for line in lines(source):
            read = line.read_bytes
            yield line.text

    try:
        for row, number in csv_rows.rows(texts(), mark):
            progress = Progress(read, source.size_bytes, number)
            yield Document(row, Where(file=source.name, line=number), progress)
    except csv.Error as error:
        raise TraceError(
            "broken-file", f"{source.name} is broken CSV.", f"{error}.",
            where=Where(file=source.name), hint="Export it again, as JSON Lines where you can.",
        ) from error  # fmt: skip


def _parquet(source: Source) -> Iterator[Document]:
    for number, row in enumerate(parquet.rows(source), 1):
        progress = Progress(source.size_bytes, source.size_bytes, number)
        yield Document(row, Where(file=source.name, line=number), progress)


def parse(text: str) -> Any:
    """JSON as people write it: NaN, Infinity and huge numbers pass. Raises ValueError only."""
    try:
        check(text)
        return _DECODER.decode(text.strip())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def line_parser() -> Callable[[str], Any]:
    """`parse` for the lines of a file, which may send again what an earlier one sent."""
    resent = Resent()

    def parse_line(text: str) -> Any:
        try:
            check(text)
            return resent.parse(text.strip())
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

    return parse_line


def parses(text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _json_lines(source: Source, builder: TraceBuilder, found: Iterator[Line]) -> Iterator[Document]:
    parse_line, bare = line_parser(), Bare()
    for line in found:
        if not line.text.strip():
            continue
        where = Where(file=source.name, line=line.number)
        try:
            value = parse_line(line.text)
        except ValueError as error:
            bad_line(source, builder, line.number, line.text, error)
            continue
        if bare.met(value, line.number):
            continue
        progress = Progress(line.read_bytes, source.size_bytes, line.number)
        yield Document(value, where, progress)
    bare.tell(source, builder)


def bad_line(
    source: Source, builder: TraceBuilder, number: int, text: str, error: Exception
) -> None:
    """Name a line that is no JSON."""
    cut = "" if text.endswith("\n") else " (the file ends inside it)"
    reason = f"Line {number:,} is not JSON{cut}: {_reason(error)}."
    builder.warn("partial", reason, Where(file=source.name, line=number))


def _whole(source: Source, builder: TraceBuilder, kept: list[Line]) -> Iterator[Document]:
    """One document over many lines, or several; else JSON Lines whose first line is bad."""
    text = "".join(line.text for line in kept)
    if TRANSCRIPT.match(text):
        progress = Progress(source.size_bytes, source.size_bytes, kept[-1].number)
        for value, line in responses_of(text):
            yield Document(value, Where(file=source.name, line=line), progress)
        return
    values: list[tuple[Any, int]] = []
    position = _skip(text, 0)
    try:
        check(text)
        while position < len(text):
            value, end = _DECODER.raw_decode(text, position)
            values.append((value, position))
            position = _skip(text, end)
    except (ValueError, RecursionError) as error:
        if _mostly_lines(kept):
            yield from _json_lines(source, builder, iter(kept))
            return
        if not values:
            yield _before_break(source, builder, text, error)
            return
        line = text.count("\n", 0, position) + kept[0].number
        where = Where(file=source.name, line=line)
        builder.warn("partial", f"Not JSON from line {line:,} on: {_reason(error)}.", where)
    bare = Bare()
    for value, start in values:
        line = text.count("\n", 0, start) + kept[0].number
        if len(values) > 1 and bare.met(value, line):
            continue
        progress = Progress(source.size_bytes, source.size_bytes, line)
        yield Document(value, Where(file=source.name, line=line), progress)
    bare.tell(source, builder)


def _before_break(
    source: Source, builder: TraceBuilder, text: str, error: ValueError | RecursionError
) -> Document:
    """The document up to its break where the user asked for that. Raises TraceError bad-json."""
    position = error.pos if isinstance(error, json.JSONDecodeError) else 0
    asked = source.reading.before_break
    found = salvage.before(text, position) if asked or len(text) <= salvage.COUNTED_CHARS else None
    if not asked or found is None or not parses(found[0]):
        raise _bad_json(source, text, error, found[1] if found else 0) from error
    line = text.count("\n", 0, position) + 1
    where = Where(file=source.name, line=line)
    if source.met.cut_after is None:
        reason = f"Only what comes before line {line:,} was read ({found[1]:,} entries)"
        builder.warn("partial", f"{reason}: {_reason(error)}.", where)
    progress = Progress(source.size_bytes, source.size_bytes, line)
    return Document(parse(found[0]), Where(file=source.name, line=1), progress)


def _mostly_lines(kept: list[Line]) -> bool:
    some = kept[1:TELLING_LINES]
    return sum(parses(line.text) for line in some) > len(some) // 2


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return next((words for said, words in PLAIN if error.msg.startswith(said)), error.msg)
    return str(error)


def _empty(source: Source) -> TraceError:
    size = f"It has {source.size_bytes:,} bytes" + (", all blank." if source.size_bytes else ".")
    return TraceError(
        "empty-file", f"{source.name} is empty.", size, where=Where(file=source.name),
        hint="Open another file.",
    )  # fmt: skip


def _too_large(source: Source) -> TraceError:
    return TraceError(
        "too-large",
        f"{source.name} is one JSON document of more than {MAX_DOCUMENT_CHARS // 2**20} MB.",
        "A tab cannot hold it; JSON Lines of any size can be read.",
        where=Where(file=source.name),
        hint=f"jq -c '.[]' {source.name} > lines.jsonl",
        offer={"label": f"Open the first {FIRST_MB} MB", "options": {"first_mb": str(FIRST_MB)}},
    )


def _bad_json(source: Source, text: str, error: Exception, entries: int) -> TraceError:
    position = error.pos if isinstance(error, json.JSONDecodeError) else 0
    position = min(position, len(text))
    line = text.count("\n", 0, position) + 1
    start = text.rfind("\n", 0, position) + 1
    column = position - start + 1
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    left = max(start, position - EXCERPT_CHARS)
    cut = text[left : min(end, position + EXCERPT_CHARS)].replace("\t", " ")
    fine = f"The {line - 1:,} lines before it are fine." if line > 1 else ""
    if entries:
        fine = f"The {entries:,} entries before it are fine."
    return TraceError(
        "bad-json",
        f"{source.name}, line {line:,}, column {column:,}: {_reason(error)}.",
        fine,
        where=Where(file=source.name, line=line),
        column=column,
        excerpt=f"{cut}\n{' ' * (position - left)}^",
        hint="Check that the file was written to its end.",
        offer={"label": f"Open those {entries:,}", "options": {"before_break": "1"}}
        if entries
        else None,
    )
