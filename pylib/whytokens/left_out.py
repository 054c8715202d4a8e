"""Files that could not be used, as warnings: every log by itself, what is no log in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whytokens.errors import TraceError
from whytokens.model import TraceWarning

# In a folder or an archive most files are no logs; so many of them are named, the rest counted.
NAMED = 20
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
