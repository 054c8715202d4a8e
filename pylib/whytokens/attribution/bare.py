"""Attributions of bare calls as columns: what each was billed, without an object a call.

Most bare calls are plain: reported, priced per token, with room for what the provider adds to any prompt.
Their columns are computed; every other call is attributed as usual and kept in `odd`. As a sequence it gives
the same `Attribution`s that `attribute` would, made when they are asked for (property-tested).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TypeVar, overload

from whytokens.attribution.bill import ROUNDING_PUSD, ROUNDING_SHARE, settled
from whytokens.attribution.lanes import Lane, Lanes
from whytokens.attribution.settle import hidden_cause, tokens_of
from whytokens.attribution.share import IMPLAUSIBLE_TOKENS, Attribution, attribute
from whytokens.bare import COUNTERS, ROOT, BareCalls
from whytokens.model import Call, CallId, Usage
from whytokens.prices import Quote, Unpriced
from whytokens.prices.engine import Book, Terms, quote_for
from whytokens.templates import Piece

READ, WRITE_5M, WRITE_1H, OUTPUT, REASONING, TOTAL = range(len(COUNTERS))
# How a plain call's own charge stands to our rates, see `attribution.bill`.
UNSAID, SAME, MORE, LESS, LUMP = range(5)
PAUSE_CALLS = 2_000
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


@dataclass(slots=True)
class _Plan:
    """How calls of one kind are priced. `fixed_tokens`: what the provider adds to any prompt. `rates` by day
    and size."""

    lane: Lane
    fixed_tokens: int
    plain: bool
    hourly: bool
    terms: dict[tuple[int, int], Terms | Unpriced] = field(default_factory=dict)
    daily: dict[int, tuple[int, ...]] = field(default_factory=dict)  # those of any size and hour
    rates: dict[tuple[int, int, int], tuple[int, ...]] = field(default_factory=dict)


class _Pricing:
    """Fills the columns."""

    def __init__(self, calls: BareCalls, lanes: Lanes, book: Book) -> None:
        self.calls, self.book = calls, book
        self.quotes: list[Quote | Unpriced] = []
        self.codes: dict[int, int] = {}
        self.columns = Columns()
        self.odd: dict[int, Attribution] = {}
        first: dict[int, int] = {}
        for at, kind in enumerate(calls.kind):
            if kind not in first:
                first[kind] = at
        self.plans = [self._plan(first[kind], lanes) for kind in range(len(calls.kinds))]
        # What a session's last bill had beyond its count, by lane: an unreported call is expected to have it too.
        self.carried: dict[tuple[str | None, int], int] = {}

    def _plan(self, at: int, lanes: Lanes) -> _Plan:
        call = self.calls[at]
        lane = lanes.of(call)
        fixed = lane.upto(ROOT) + tokens_of(lane.frame(ROOT))
        plain = call.options.shared_by == 1 and fixed <= IMPLAUSIBLE_TOKENS and not lane.reply(())
        return _Plan(lane, fixed, plain, self.book.hourly(call.model, call.provider))

    def run(self) -> Iterator[int]:
        """Yields how many calls are done."""
        calls, usages = self.calls, self.calls.odd
        out = self.columns
        out.read, out.write_5m, out.write_1h, out.output, out.reasoning = map(
            list, calls.counts[:TOTAL]
        )
        out.charge, out.ours = [UNSAID] * len(calls), [0] * len(calls)
        lines = zip(
            calls.kind,
            calls.started,
            calls.input,
            calls.charged,
            *calls.counts[:REASONING],
            strict=True,
        )
        for at, (kind, started, fresh, charged, read, five, hour, output) in enumerate(lines):
            if not at % PAUSE_CALLS:
                yield at
            plan = self.plans[kind]
            prompt = fresh + read + five + hour
            if at in usages or not plan.plain or prompt < plan.fixed_tokens:
                self._odd(at, plan)
                continue
            if usages:
                self.carried[(calls.sessions[at], id(plan.lane))] = prompt - plan.fixed_tokens
            rates = (
                plan.daily.get(started.toordinal()) if started and started.tzinfo is UTC else None
            )
            rates = rates or self._rates(at, plan, started, prompt)
            if rates is None:
                self._odd(at, plan)
                continue
            code, read_pusd, five_pusd, hour_pusd, fresh_pusd, output_pusd = rates
            pusd = (
                read * read_pusd + five * five_pusd + hour * hour_pusd + fresh * fresh_pusd
                + output * output_pusd
            )  # fmt: skip
            if charged is not None:
                out.charge[at], out.ours[at], pusd = _charge(
                    charged, pusd, isinstance(self.quotes[code], Quote)
                )
            out.quote.append(code)
            out.prompt.append(prompt)
            out.pusd.append(pusd)
        out.at = list(range(len(calls)))

    def _rates(
        self, at: int, plan: _Plan, started: datetime | None, prompt: int
    ) -> tuple[int, ...] | None:
        """A quote's number and its rates by bucket; None where the call is priced beside its buckets too."""
        day = minute = 0
        if started is not None:
            if started.tzinfo is not UTC:
                started = started.astimezone(UTC)
            day = started.toordinal()
            minute = started.hour * 60 + started.minute if plan.hourly else 0
        terms = plan.terms.get((day, minute))
        if terms is None:
            terms = plan.terms[(day, minute)] = self.book.terms(self.calls[at])
        if isinstance(terms, Unpriced):
            return (self._code(terms), 0, 0, 0, 0, 0)
        if terms.always:
            return None
        step = terms.step(prompt)
        found = plan.rates.get((day, minute, step))
        if found is None:
            quote = quote_for(terms, Usage(input=prompt))
            found = plan.rates[(day, minute, step)] = (
                self._code(quote), quote.cache_read_pusd, quote.cache_write_5m_pusd,
                quote.cache_write_1h_pusd, quote.input_pusd, quote.output_pusd,
            )  # fmt: skip
            if started is not None and not plan.hourly and not terms.steps:
                plan.daily[day] = found
        return found

    def _code(self, quote: Quote | Unpriced) -> int:
        code = self.codes.get(id(quote))
        if code is None:
            code = self.codes[id(quote)] = len(self.quotes)
            self.quotes.append(quote)
        return code

    def _odd(self, at: int, plan: _Plan) -> None:
        """A call attributed as any other."""
        call = self.calls[at]
        key = (call.session, id(plan.lane))
        one = attribute(call, plan.lane, self.book.quote(call), self.carried.get(key, 0))
        if one.method == "reported":
            self.carried[key] = max(0, one.prompt_tokens - one.estimate_tokens)
        one = self.odd[at] = settled(one)
        usage, out = one.usage, self.columns
        out.quote.append(self._code(one.quote))
        out.prompt.append(one.prompt_tokens)
        out.read[at] = usage.cache_read or 0
        out.write_5m[at] = usage.cache_write_5m or 0
        out.write_1h[at] = usage.cache_write_1h or 0
        out.output[at] = one.output_tokens
        out.reasoning[at] = usage.reasoning or 0
        out.pusd.append(one.cost_pusd)


def _charge(charged: int, ours: int, priced: bool) -> tuple[int, int, int]:
    """How a provider's own charge stands to our rates, what those come to, and what the call cost."""
    if not priced:
        return (LUMP, 0, charged) if charged else (UNSAID, 0, 0)
    if not charged and ours:
        return UNSAID, 0, ours
    if abs(charged - ours) <= max(ROUNDING_PUSD, charged // ROUNDING_SHARE):
        return SAME, ours, ours
    return MORE if charged > ours else LESS, ours, charged


def attributed(
    calls: BareCalls, lanes: Lanes, book: Book
) -> Generator[int, None, BareAttributions]:
    """Attribute and price bare calls; yields how many are done."""
    made = _Pricing(calls, lanes, book)
    yield from made.run()
    kinds = [plan.lane for plan in made.plans]
    return BareAttributions(calls, kinds, made.quotes, made.columns, made.odd)


def apart(found: Sequence[Attribution]) -> Sequence[Attribution]:
    """Those of some attributions that may be more than a reported bill: of bare ones the odd."""
    if isinstance(found, BareAttributions):
        return [one for _, one in found.odd_rows()]
    return found


def billed(found: Sequence[Attribution]) -> Sequence[Attribution]:
    """Without failed calls that cost nothing."""
    if isinstance(found, BareAttributions):
        return found.billed()
    return [one for one in found if one.method != "unbilled"]


def those(found: Sequence[Attribution], wanted: AbstractSet[CallId]) -> Sequence[Attribution]:
    """Those of some calls."""
    if isinstance(found, BareAttributions):
        return [found[row] for row, at in enumerate(found.columns.at) if at in wanted]
    return [one for one in found if one.call.id in wanted]


def cost_of(found: Sequence[Attribution]) -> int:
    """What they cost together."""
    if isinstance(found, BareAttributions):
        return sum(found.columns.pusd)
    return sum(one.cost_pusd for one in found)


def lanes_of(found: Sequence[Attribution]) -> Iterable[Lane]:
    """The lanes they were rendered in."""
    if isinstance(found, BareAttributions):
        return [found.lanes[kind] for kind in set(found.of_call(found.calls.kind))]
    return {id(one.lane): one.lane for one in found}.values()


def rows_read(found: Sequence[Attribution]) -> set[str]:
    """The price rows of calls that read from a cache."""
    if isinstance(found, BareAttributions):
        pairs = zip(found.columns.quote, found.columns.read, strict=True)
        quotes = [found.quotes[code] for code in {code for code, read in pairs if read}]
    else:
        quotes = [one.quote for one in found if one.usage.cache_read]
    return {quote.row for quote in quotes if isinstance(quote, Quote)}


def made(found: Sequence[Attribution]) -> Sequence[Call]:
    """Their calls."""
    if isinstance(found, BareAttributions):
        return CallsOf(found)
    return [one.call for one in found]


class CallsOf(Sequence[Call]):
    """The calls of bare attributions, made when they are asked for."""

    def __init__(self, found: BareAttributions) -> None:
        self.found = found

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, at: int) -> Call: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Call]: ...
    def __getitem__(self, at: int | slice) -> Call | Sequence[Call]:
        rows = self.found.columns.at[at]
        return (
            [self.found.calls[row] for row in rows]
            if isinstance(rows, list)
            else self.found.calls[rows]
        )

    def threads(self) -> dict[CallId, str]:
        """Each call's session: calls without text go on from no other."""
        sessions = self.found.of_call(self.found.calls.sessions)
        ids = map(CallId, self.found.columns.at)
        return {number: key or "" for number, key in zip(ids, sessions, strict=True)}
