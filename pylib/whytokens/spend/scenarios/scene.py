"""What a change works on: the calls as they would be, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from whytokens.opened import Opened
from whytokens.prices.engine import Book
from whytokens.spend.replay import Changed


@dataclass(slots=True)
class Blocked:
    """A period in which a budget's cap would have stopped calls."""

    period: str
    since: datetime
    calls: int = 0
    pusd: int = 0


@dataclass(slots=True)
class Scene:
    """What a change works on, and what it has to say."""

    opened: Opened
    book: Book
    calls: list[Changed]
    notes: list[str] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)

    def made(self) -> Iterable[Changed]:
        return (one for one in self.calls if one.bill is not None)


Change = Callable[[Scene], None]
