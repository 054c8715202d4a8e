"""Bare calls priced column by column: the rates of a kind, a day and a size are asked for once."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from whytokens.attribution.bare import (
    LESS,
    LUMP,
    MORE,
    REASONING,
    SAME,
    TOTAL,
    UNSAID,
    BareAttributions,
    Columns,
)
from whytokens.attribution.bill import ROUNDING_PUSD, ROUNDING_SHARE, settled
from whytokens.attribution.lanes import Lane, Lanes
from whytokens.attribution.settle import tokens_of
from whytokens.attribution.share import IMPLAUSIBLE_TOKENS, Attribution, attribute
from whytokens.bare import ROOT, BareCalls
from whytokens.model import Usage
from whytokens.prices import Quote, Unpriced
from whytokens.prices.engine import Book
from whytokens.prices.terms import Terms, quote_for

PAUSE_CALLS = 2_000


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
