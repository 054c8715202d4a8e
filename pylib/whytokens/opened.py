"""An opened trace: its calls attributed, priced and checked; layouts, reports and exports are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from whytokens.attribution.lanes import Lanes
from whytokens.attribution.share import Attribution
from whytokens.attribution.tally import Tallies
from whytokens.model import Trace
from whytokens.prices.engine import Book, standard
from whytokens.waste.check import Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A trace with its attributions: what layouts and reports are made from."""

    trace: Trace
    lanes: Lanes
    attributions: Sequence[Attribution]
    tallies: Tallies
    checked: Checked
    book: Book = field(default_factory=standard)

    def count(self, text: str) -> int:
        """Weigh a text by the vocabulary of the first call (sections of one text, never money)."""
        return self.attributions[0].lane.counter.count(text) if self.attributions else len(text)
