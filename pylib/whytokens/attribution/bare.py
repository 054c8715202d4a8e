"""Attributions of bare calls as columns: what each was billed, without an object a call.

Most bare calls are plain: reported, priced per token, with room for what the provider adds to any prompt.
Their columns are computed; every other call is attributed as usual and kept in `odd`. As a sequence it gives
the same `Attribution`s that `attribute` would, made when they are asked for (property-tested).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar, overload

from whytokens.attribution.bill import settled
from whytokens.attribution.lanes import Lane
from whytokens.attribution.settle import hidden_cause, tokens_of
from whytokens.attribution.share import Attribution, attribute
from whytokens.bare import COUNTERS, ROOT, BareCalls
from whytokens.prices import Quote, Unpriced
from whytokens.templates import Piece

READ, WRITE_5M, WRITE_1H, OUTPUT, REASONING, TOTAL = range(len(COUNTERS))
# How a plain call's own charge stands to our rates, see `attribution.bill`.
UNSAID, SAME, MORE, LESS, LUMP = range(5)
T = TypeVar("T")


@dataclass(slots=True)
class Columns:
    """A line for each call: its place among the trace's calls, its kind and quote, what was billed of it.
    `ours` are our rates' picodollars where the provider's own charge is known."""

    at: list[int] = field(default_factory=list)
    quote: list[int] = field(default_factory=list)
    prompt: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    write_5m: list[int] = field(default_factory=list)
    write_1h: list[int] = field(default_factory=list)
    output: list[int] = field(default_factory=list)
    reasoning: list[int] = field(default_factory=list)
    pusd: list[int] = field(default_factory=list)
    charge: list[int] = field(default_factory=list)
    ours: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the prompts of a kind's plain calls hold: tokens that `cause` names, then the provider's `fixed`."""

    cause: str
    fixed: tuple[Piece, ...]
    fixed_tokens: int


class BareAttributions(Sequence[Attribution]):
    """Of all bare calls of a trace, or of some (`take`). `odd` is by place in the trace."""

    def __init__(
        self, calls: BareCalls, lanes: Sequence[Lane], quotes: Sequence[Quote | Unpriced],
        columns: Columns, odd: Mapping[int, Attribution],
    ) -> None:  # fmt: skip
        self.calls, self.lanes, self.quotes = calls, lanes, quotes
        self.columns, self.odd = columns, odd
        self._groups: dict[tuple[int, int], list[int]] | None = None
        self._frames: dict[int, Frame] = {}
        self._objects: dict[int, Attribution] = {}

    def take(self, rows: Iterable[int]) -> BareAttributions:
        """Those in some lines."""
        rows = list(rows)
        found = Columns(
            **{
                name: [values[row] for row in rows]
                for name, values in _named(self.columns)
            }
        )  # fmt: skip
        made = BareAttributions(self.calls, self.lanes, self.quotes, found, self.odd)
        made._objects = self._objects
        return made

    def objects(self) -> list[Attribution]:
        """All of them, kept: what prices calls anew asks for them with every change."""
        made = self._objects
        for row, at in enumerate(self.columns.at):
            if at not in made:
                made[at] = self._one(row)
        return [made[at] for at in self.columns.at]

    def beyond_pusd(self, row: int, tokens: int) -> int:
        """What a plain call's prompt after its first `tokens` costs, each as it was billed."""
        columns = self.columns
        rates, _ = rates_of(self.quotes[columns.quote[row]])
        if columns.charge[row] == LESS:
            part, whole = columns.pusd[row], columns.ours[row]
            rates = tuple(rate * part // whole for rate in rates)  # type: ignore[assignment]
        start = total = 0
        parts = (columns.read[row], columns.write_1h[row], columns.write_5m[row])
        for size, rate in zip((*parts, columns.prompt[row] - sum(parts)), rates, strict=True):
            total += max(0, start + size - max(start, tokens)) * rate
            start += size
        return total

    def billed(self) -> BareAttributions:
        """Without failed calls that cost nothing."""
        out = {at for at, one in self.odd.items() if one.method == "unbilled"}
        if not out:
            return self
        return self.take(row for row, at in enumerate(self.columns.at) if at not in out)

    def odd_rows(self) -> Iterator[tuple[int, Attribution]]:
        """Lines of calls that are not plain, in order."""
        if self.odd:
            for row, at in enumerate(self.columns.at):
                if at in self.odd:
                    yield row, self.odd[at]

    def of_writers(self) -> Iterator[Attribution]:
        """Those of sessions that write to a cache."""
        keys, columns = self.of_call(self.calls.sessions), self.columns
        wrote = {
            key
            for key, five, hour in zip(keys, columns.write_5m, columns.write_1h, strict=True)
            if five or hour
        }
        return (self[row] for row, key in enumerate(keys) if key in wrote)

    def by_session(self) -> dict[str, list[int]]:
        """Lines of each session, in order of their first."""
        found: dict[str, list[int]] = {}
        for row, key in enumerate(self.of_call(self.calls.sessions)):
            found.setdefault(key or "", []).append(row)
        return found

    def view(self, rows: Sequence[int]) -> BareView:
        """Some lines, none copied."""
        return BareView(self, rows)

    def plain_rows(self) -> Sequence[int]:
        if not self.odd:
            return range(len(self))
        return [row for row, at in enumerate(self.columns.at) if at not in self.odd]

    def frame(self, kind: int) -> Frame:
        found = self._frames.get(kind)
        if found is None:
            lane, told = self.lanes[kind], self.calls.kinds[kind]
            pieces = tuple(p for p in (*lane.head(ROOT), *lane.frame(ROOT)) if p.tokens)
            cause = hidden_cause(told.hidden, told.options, lane, ROOT)
            found = self._frames[kind] = Frame(cause, pieces, tokens_of(pieces))
        return found

    def groups(self) -> dict[tuple[int, int], list[int]]:
        """Plain lines by kind and quote, in order of their first."""
        if self._groups is None:
            self._groups = self._grouped()
        return self._groups

    def _grouped(self) -> dict[tuple[int, int], list[int]]:
        found: dict[tuple[int, int], list[int]] = {}
        for key, row in zip(
            zip(self.of_call(self.calls.kind), self.columns.quote, strict=True),
            count(),
            strict=False,
        ):
            found.setdefault(key, []).append(row)
        if self.odd:
            odd = {row for row, _ in self.odd_rows()}
            found = {key: [row for row in rows if row not in odd] for key, rows in found.items()}
        return {key: rows for key, rows in found.items() if rows}

    def of_call(self, values: Sequence[T]) -> Sequence[T]:
        """A column of the trace's calls for these lines."""
        at = self.columns.at
        return values if len(at) == len(values) else [values[one] for one in at]

    def __len__(self) -> int:
        return len(self.columns.at)

    @overload
    def __getitem__(self, at: int) -> Attribution: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Attribution, ...]: ...
    def __getitem__(self, at: int | slice) -> Attribution | tuple[Attribution, ...]:
        if isinstance(at, slice):
            return tuple(self._one(row) for row in range(*at.indices(len(self))))
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return self._one(at % len(self))

    def __iter__(self) -> Iterator[Attribution]:
        return map(self._one, range(len(self)))

    def _one(self, row: int) -> Attribution:
        at = self.columns.at[row]
        found = self.odd.get(at)
        if found is not None:
            return found
        quote = self.quotes[self.columns.quote[row]]
        return settled(attribute(self.calls[at], self.lanes[self.calls.kind[at]], quote))


@dataclass(frozen=True, slots=True)
class BareView(Sequence[Attribution]):
    """Some lines of bare attributions."""

    found: BareAttributions
    rows: Sequence[int]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> Attribution: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Attribution]: ...
    def __getitem__(self, at: int | slice) -> Attribution | Sequence[Attribution]:
        rows = self.rows[at]
        return self.found[rows] if isinstance(rows, int) else BareView(self.found, rows)

    @property
    def prompt_tokens(self) -> list[int]:
        prompt = self.found.columns.prompt
        return [prompt[row] for row in self.rows]


def rates_of(quote: Quote | Unpriced) -> tuple[tuple[int, int, int, int], int]:
    """Of reads, long writes, short writes and fresh tokens; and of output."""
    if isinstance(quote, Unpriced):
        return (0, 0, 0, 0), 0
    prompt = (
        quote.cache_read_pusd, quote.cache_write_1h_pusd, quote.cache_write_5m_pusd, quote.input_pusd,
    )  # fmt: skip
    return prompt, quote.output_pusd


def _named(columns: Columns) -> list[tuple[str, list[int]]]:
    return [(name, getattr(columns, name)) for name in Columns.__dataclass_fields__]
