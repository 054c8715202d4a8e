"""Files that could not be used, as warnings: every log by itself, what is no log in one line; and
what was not read of files that could."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whytokens.containers import MEGABYTE, Source
from whytokens.containers.decode import MAX_LINE_CHARS
from whytokens.errors import TraceError
from whytokens.model import TraceWarning, Where

# In a folder or an archive most files are no logs; so many of them are named, the rest counted.
NAMED = 20
NAMED_LINES = 5
NO_LOG = ("unknown-format", "empty-file")


def left_out(errors: Sequence[TraceError]) -> Iterator[TraceWarning]:
    """One warning for each error; three or more files that are no logs share one."""
    strangers = [error for error in errors if error.code in NO_LOG]
    if len(strangers) < 3:
        strangers = []
    for error in errors:
        if error not in strangers:
            message = f"{error.title} {error.message}".strip()
            yield TraceWarning(code=error.code, message=message, where=error.where)
    if strangers:
        names = ", ".join(error.where.file for error in strangers[:NAMED])
        more = f" and {len(strangers) - NAMED:,} more" if len(strangers) > NAMED else ""
        yield TraceWarning(
            code="partial",
            message=f"{len(strangers):,} files are no logs that this page reads: {names}{more}.",
            where=strangers[0].where,
        )


def not_as_it_stands(source: Source) -> Iterator[TraceWarning]:
    """Bytes that are no text, lines that no memory holds, what comes after the part of a file that was asked for."""
    met = source.met
    if met.no_utf8:
        total, lines = sum(met.no_utf8.values()), list(met.no_utf8)
        read = "as Latin-1" if source.reading.latin1 else "as \ufffd"
        yield TraceWarning(
            code="not-utf8",
            message=f"{_places(lines)}: {_count(total, 'byte')} not UTF-8, read {read}.",
            where=Where(file=source.name, line=lines[0]),
            offer=None if source.reading.latin1 else ("Read as Latin-1", {"encoding": "latin-1"}),
        )
    if met.bare:
        number = len(met.bare)
        text = f"{_places(list(met.bare))}: {'no line' if number > 1 else 'not a line'} of the log in it, left out."
        yield TraceWarning(
            code="partial", message=text, where=Where(file=source.name, line=next(iter(met.bare)))
        )
    if met.too_long:
        long_mb = MAX_LINE_CHARS // 2**20
        text = f"{_places(list(met.too_long))}: longer than {long_mb} MB, left out. One line must fit in memory."
        yield TraceWarning(
            code="too-large",
            message=text,
            where=Where(file=source.name, line=next(iter(met.too_long))),
        )
    if met.cut_after is not None:
        asked_mb = (source.reading.first_bytes or 0) // MEGABYTE
        yield TraceWarning(
            code="partial",
            message=f"Only the first {asked_mb:,} MB were read, to line {met.cut_after:,}.",
            where=Where(file=source.name, line=met.cut_after),
        )


def _places(lines: Sequence[int]) -> str:
    named = ", ".join(f"{line:,}" for line in lines[:NAMED_LINES])
    more = f" and {len(lines) - NAMED_LINES:,} more" if len(lines) > NAMED_LINES else ""
    return f"Line {named}" if len(lines) == 1 else f"Lines {named}{more}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun} is" if number == 1 else f"{number:,} {noun}s are"
