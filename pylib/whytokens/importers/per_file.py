"""Logs that are lines of one session: each file's lines go to a reader of its own, which ends with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from whytokens.builder import TraceBuilder
from whytokens.model import Where


class LineReader(Protocol):
    """What reads one file."""

    def line(self, value: Any, where: Where) -> bool:
        """Take a line; False for one that is none of the format's."""
        ...

    def finish(self) -> None:
        """The file is read."""
        ...


R = TypeVar("R", bound=LineReader)


class PerFile(Generic[R]):
    """The readers of all files of one format in a trace."""

    def __init__(self, builder: TraceBuilder, make: Callable[[TraceBuilder, str], R]) -> None:
        self._builder, self._make = builder, make
        self.readers: dict[str, R] = {}

    def of(self, where: Where) -> R:
        """The reader of the file at a place."""
        found = self.readers.get(where.file)
        if found is None:
            found = self.readers[where.file] = self._make(self._builder, where.file)
        return found

    def finish(self) -> None:
        for _, reader in sorted(self.readers.items()):
            reader.finish()


def by_file(
    key: str, make: Callable[[TraceBuilder, str], LineReader]
) -> Callable[[Any, Where, TraceBuilder], bool]:
    """The `read` of a Talk whose files are read each by a reader."""

    def read(value: Any, where: Where, builder: TraceBuilder) -> bool:
        readers = builder.gathered(key, lambda one: PerFile(one, make))
        return readers.of(where).line(value, where)

    return read
