"""What the calls of a trace would cost on another day: dated price changes, past and to come, as levels.

Spec: facts, 4.3 "Apply dated prices to the future". A level is in millionths of the last day's prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time

from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.either import apart
from whytokens.attribution.share import Attribution
from whytokens.model import Call, Usage
from whytokens.prices import Quote, Unpriced
from whytokens.prices.engine import Book, standard
from whytokens.prices.terms import cost_pusd, quote_for

PPM = 1_000_000


@dataclass(slots=True)
class _Mix:
    """The calls to one model on one tier: one of them, and their tokens in buckets."""

    call: Call
    calls: int = 0
    buckets: list[int] = field(default_factory=lambda: [0] * 5)

    def add(self, one: Attribution) -> None:
        usage = one.usage
        cached = (usage.cache_read or 0, usage.cache_write_5m or 0, usage.cache_write_1h or 0)
        self.calls += 1
        for at, tokens in enumerate((one.prompt_tokens - sum(cached), *cached, one.output_tokens)):
            self.buckets[at] += tokens

    def cost(self, book: Book, day: date) -> int | None:
        """Of all these calls at the rates of a day, each as long as their mean."""
        terms = book.terms(replace(self.call, started=datetime.combine(day, time(12), UTC)))
        if isinstance(terms, Unpriced):
            return None
        fresh, read, write, hour, output = self.buckets
        prompt = (fresh + read + write + hour) // max(1, self.calls)
        found = replace(quote_for(terms, Usage(input=prompt)), fees_pusd=0)
        return cost_pusd(found, Usage(input=fresh, cache_read=read, cache_write_5m=write,
                                      cache_write_1h=hour, output=output))  # fmt: skip


def _add_plain(found: BareAttributions, mixes: dict[tuple[object, ...], _Mix]) -> None:
    """Plain bare calls, those of one kind and quote at once."""
    columns = found.columns
    for (kind, code), rows in found.groups().items():
        if isinstance(found.quotes[code], Unpriced):
            continue
        told = found.calls.kinds[kind]
        key = (told.model, told.provider, told.tier, told.region)
        mix = mixes.setdefault(key, _Mix(found.calls[columns.at[rows[0]]]))
        parts = (columns.read, columns.write_5m, columns.write_1h, columns.output)
        sums = [sum(map(part.__getitem__, rows)) for part in parts]
        prompt = sum(map(columns.prompt.__getitem__, rows))
        mix.calls += len(rows)
        for at, tokens in enumerate((prompt - sum(sums[:3]), *sums)):
            mix.buckets[at] += tokens


class Levels:
    """Price levels of one trace's calls."""

    def __init__(self, found: Sequence[Attribution], last: date, book: Book | None = None) -> None:
        self.book, self.last = book or standard(), last
        mixes: dict[tuple[object, ...], _Mix] = {}
        if isinstance(found, BareAttributions):
            _add_plain(found, mixes)
        for one in apart(found):
            if isinstance(one.quote, Quote) and one.method != "unbilled":
                call = one.call
                key = (call.model, call.provider, call.tier, call.region)
                mixes.setdefault(key, _Mix(call)).add(one)
        self._mixes = list(mixes.values())
        self._base = [mix.cost(self.book, last) for mix in self._mixes]

    def on(self, day: date) -> int:
        total = base = 0
        for mix, then in zip(self._mixes, self._base, strict=True):
            now = mix.cost(self.book, day)
            if now is not None and then is not None:
                total, base = total + now, base + then
        return (2 * total * PPM + base) // (2 * base) if base else PPM

    def changes(self, days: Sequence[date]) -> list[tuple[date, int]]:
        """The days on which the level becomes another, in order."""
        made, level = list[tuple[date, int]](), PPM
        for day in days:
            now = self.on(day)
            if now != level:
                made.append((day, now))
                level = now
        return made
