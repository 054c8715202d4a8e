"""Layouts: trees of frames as columns, made from attributions. One file each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whytokens.protocol import Columns

if TYPE_CHECKING:  # the pipeline reads the registry, which lists the layouts
    from whytokens.pipeline import Opened


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to arrange the calls of an opened trace."""

    key: str
    make: Callable[[Opened], Columns]
