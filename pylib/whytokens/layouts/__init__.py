"""Layouts: trees of frames as columns, made from attributions. One file each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from whytokens.opened import Opened
from whytokens.protocol import Columns


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to arrange the calls of an opened trace."""

    key: str
    make: Callable[[Opened], Columns]
