"""Containers turn files into JSON documents with places. No importer opens a file itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One opened file: its shown name, its size, and a way to read it from the start (again)."""

    name: str
    size_bytes: int
    open: Callable[[], BinaryIO]
