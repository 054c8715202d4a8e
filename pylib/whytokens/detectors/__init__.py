"""Detectors: each finds one kind of waste. One file each, listed in `registry.py`.

A detector points at calls and segments and says what would undo the waste; it never computes money
(`waste.telescope` re-prices without it). To add one: its file, one line in the registry, a drawn test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from whytokens.waste import Waste
from whytokens.waste.priced import Priced


class Detector(Protocol):
    """`looks_for` completes "This check looks for ..."."""

    key: str
    looks_for: str

    def find(self, priced: Priced) -> Iterator[Waste | None]:
        """Waste in a trace; nothing when there is none, None for a pause in long work."""
        ...
