"""Progress of long work, and when to let others run."""

from __future__ import annotations

import time
from dataclasses import dataclass

from whytokens.assets import Need as Need
from whytokens.protocol import Stage

# How long the engine may keep the worker busy before it lets messages in (DESIGN 5).
SLICE_MS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Progress of one stage."""

    stage: Stage
    done: int
    total: int
    unit: str
    file: str | None = None
    line: int | None = None


Event = Step | Need


class Clock:
    """Says when it is time to let others run."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def due(self) -> bool:
        now = time.monotonic()
        if (now - self._last) * 1000 < SLICE_MS:
            return False
        self._last = now
        return True
