"""Containers turn files into JSON documents with places. No importer opens a file itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the user asked to read files that cannot be read as they stand: bytes that are no UTF-8 as
    Latin-1; of a broken document what comes before the break; only so much of each file (characters,
    for most a byte each)."""

    latin1: bool = False
    before_break: bool = False
    first_bytes: int | None = None


PLAIN = Reading()
MEGABYTE = 10**6


def reading(options: Mapping[str, str]) -> Reading:
    """What an offer of an error (`errors.Offer`) asks for when it is taken."""
    first_mb = options.get("first_mb")
    return Reading(
        latin1=options.get("encoding") == "latin-1",
        before_break="before_break" in options or first_mb is not None,
        first_bytes=int(first_mb) * MEGABYTE if first_mb else None,
    )


@dataclass(slots=True)
class Met:
    """What reading met: by line, how many bytes are no UTF-8; lines without JSON among such as wrap it; lines too
    long for memory, left out; the last line, where it was cut after one."""

    no_utf8: dict[int, int] = field(default_factory=dict)
    bare: dict[int, None] = field(default_factory=dict)
    too_long: dict[int, None] = field(default_factory=dict)
    cut_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One opened file or member of an archive: its shown name ("logs.zip/run.jsonl"), its size as
    stored, a way to read it from the start (again), files that belong to it (a database's WAL), and
    its path where it is a file of its own."""

    name: str
    size_bytes: int
    open: Callable[[], BinaryIO]
    beside: tuple[Source, ...] = ()
    path: str | None = None
    reading: Reading = PLAIN
    met: Met = field(default_factory=Met, compare=False)
