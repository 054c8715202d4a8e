"""What the messages of earlier requests were read as, for requests that send them again.

`whytokens.containers.resent` gives the same objects where the text is the same. After the same
beginning the same message is read to the same segments, so it is read once (ARCHITECTURE, "Why it is
fast"); a request then costs what is new in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from whytokens.builder import TraceBuilder
from whytokens.containers.resent import REMEMBERED

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Request(Generic[T]):
    """A request's messages, what they were read as, and what else decided that."""

    values: Sequence[Any]
    read: list[T]
    given: Any


class Earlier(Generic[T]):
    """The last requests of one API in a trace; forgotten when all files are read."""

    def __init__(self, builder: TraceBuilder) -> None:
        self._requests: list[_Request[T]] = []

    def finish(self) -> None:
        self._requests.clear()

    def read(self, values: Sequence[Any], given: Any, read: Callable[[int, Any], T],
             again: Callable[[T], None]) -> list[T]:  # fmt: skip
        """Every message as it was read before (`again` is told of it), else as `read` reads it.
        `given` is what the reading depends on besides the messages before."""
        old, known = self._longest(values, given)
        found = old.read[:known] if old else []
        for one in found:
            again(one)
        for number in range(known, len(values)):
            found.append(read(number, values[number]))
        if old is not None and known == len(old.read):
            self._requests.remove(old)
        self._requests.append(_Request(values, found, given))
        del self._requests[:-REMEMBERED]
        return found

    def _longest(self, values: Sequence[Any], given: Any) -> tuple[_Request[T] | None, int]:
        best: tuple[_Request[T] | None, int] = (None, 0)
        for old in reversed(self._requests):
            known = _common(old.values, values) if old.given == given else 0
            if known > best[1]:
                best = (old, known)
        return best


def _common(old: Sequence[Any], new: Sequence[Any]) -> int:
    """How many objects at the beginning are the very same."""
    known = 0
    for one, two in zip(old, new, strict=False):
        if one is not two or type(one) is not dict:
            break
        known += 1
    return known
