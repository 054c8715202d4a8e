"""Containers turn files into JSON documents with places. No importer opens a file itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO


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
