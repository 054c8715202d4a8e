"""Documents of a source many at a time, for formats whose records are read by columns.

Spec: as `documents`: the same values, places and warnings, without an object a line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.decode import Line
from whytokens.containers.documents import Bare, bad_line, line_parser, parted
from whytokens.importers import Progress
from whytokens.nesting import MAX_DEPTH

# So many lines are about 20 ms of reading in the page; lines as long as requests are read one by one.
BATCH_LINES, BATCH_CHARS = 500, 2**18
# A line below this cannot send again what is worth looking for (`resent.SMALL_CHARS`).
SHORT_CHARS = 8_192
_scan = cast(Callable[[str, int], tuple[Any, int]], vars(json.JSONDecoder())["scan_once"])


@dataclass(slots=True)
class Batch:
    """Values and the lines on which they stand."""

    file: str
    values: list[Any] = field(default_factory=list)
    lines: list[int | None] = field(default_factory=list)
    progress: Progress = field(default_factory=lambda: Progress(0, 0, 0))


def batches(source: Source, builder: TraceBuilder) -> Iterator[Batch]:
    """Every document. Raises what `documents` raises."""
    single, others = parted(source, builder)
    if single is not None:
        yield from _json_lines(source, builder, single)
        return
    batch = Batch(source.name)
    for document in others:
        batch.values.append(document.value)
        batch.lines.append(document.where.line)
        batch.progress = document.progress
        if len(batch.values) == BATCH_LINES:
            yield batch
            batch = Batch(source.name)
    if batch.values:
        yield batch


def _json_lines(source: Source, builder: TraceBuilder, found: Iterator[Line]) -> Iterator[Batch]:
    parse, batch, chars, bare = line_parser(), Batch(source.name), 0, Bare()
    for number, text, read_bytes in found:
        try:
            value = _short(text) if len(text) < SHORT_CHARS else _UNREAD
            if value is _UNREAD:
                if not text.strip():
                    continue
                value = parse(text)
                if bare.met(value, number):
                    continue
        except ValueError as error:
            bad_line(source, builder, number, text, error)
            continue
        batch.values.append(value)
        batch.lines.append(number)
        chars += len(text)
        if len(batch.values) == BATCH_LINES or chars > BATCH_CHARS:
            batch.progress = Progress(read_bytes, source.size_bytes, number)
            yield batch
            batch, chars = Batch(source.name), 0
    bare.tell(source, builder)
    if batch.values:
        batch.progress = Progress(source.size_bytes, source.size_bytes, batch.lines[-1] or 0)
        yield batch


_UNREAD = object()


def _short(text: str) -> Any:
    """The object of a short line; `_UNREAD` where it takes a closer look to say."""
    if text[:1] != "{" or text.count("{") + text.count("[") > MAX_DEPTH:
        return _UNREAD
    try:
        value, end = _scan(text, 0)
    except (StopIteration, ValueError):
        return _UNREAD
    return value if end == len(text) or not text[end:].strip(" \t\r\n") else _UNREAD
