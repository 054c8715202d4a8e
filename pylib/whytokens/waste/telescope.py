"""The reclaimable total: changes applied one after another, each priced on what the last one left.

Spec: facts, 4.1 "Telescoping total": billed -> retries gone -> best cache configuration -> volatile
parts moved -> redundant content gone. Each step is the difference of two full re-pricings, so the sum
cannot count a token twice or exceed the bill.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from whytokens.attribution.either import cost_of, those
from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.model import CallId, Trace
from whytokens.prices import Unpriced
from whytokens.waste import Cache, Claim, Drop, Lead, Remove, Saving, Steady, Store, Waste
from whytokens.waste.averages import Averages
from whytokens.waste.claims import Claims
from whytokens.waste.clearing import groups, reread_pusd, rewrite_pusd, starts
from whytokens.waste.plans import WORTH_PERCENT, Option, Plan, bills_of
from whytokens.waste.pricing import Pricer, billed
from whytokens.waste.traffic import Traffic


class Applied(NamedTuple):
    """What a change saved, None when nothing, and which of its claims were worth making."""

    saving: Saving | None = None
    claims: tuple[Claim, ...] = ()


NOTHING = Applied()
UNSAID = (
    "The log does not say what was read from a cache: the lower figure takes as much as the provider's "
    "rules allow."
)
Step = Literal["retries", "caching", "order", "content"]
STEPS: tuple[Step, ...] = ("retries", "caching", "order", "content")


def step_of(waste: Waste) -> Step | None:
    """Which step a change belongs to; None for advice."""
    change = waste.change
    if isinstance(change, Drop):
        return "retries"
    if isinstance(change, (Cache, Store)):
        return "caching"
    if isinstance(change, (Lead, Steady)):
        return "order"
    return "content" if isinstance(change, Remove) else None


@dataclass(slots=True)
class Telescope:
    """The calls' bills while changes are applied. `bills` and `costs` hold those that are not as billed any
    more; `bills[call]` None: the call is not made."""

    trace: Trace
    calls: Sequence[Attribution]
    plans: dict[int, Plan]
    traffic: Traffic
    pricer: Pricer
    bills: dict[CallId, Bill | None] = field(default_factory=dict)
    claims: Claims = field(init=False)
    steps: dict[Step, int] = field(init=False)
    costs: dict[CallId, int] = field(default_factory=dict)
    billed_pusd: int = field(init=False)
    _billed: dict[CallId, int] = field(default_factory=dict)
    _assumed: dict[CallId, Bill] = field(default_factory=dict)
    _assumed_costs: dict[CallId, int] = field(default_factory=dict)
    _ordered: list[tuple[int, Attribution]] = field(default_factory=list)
    _known: dict[CallId, Attribution] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.claims = Claims(self.trace, self.traffic)
        self.steps = dict.fromkeys(STEPS, 0)
        self.billed_pusd = cost_of(self.calls)
        # What a transcript does not tell: its calls may have been read from a cache as far as can be.
        for plan in self.plans.values():
            if plan.assumed:
                bills = bills_of(plan, plan.best)
                self._assumed |= bills
                for request in plan.requests:
                    number = request.one.call.id
                    self._assumed_costs[number] = self.pricer.cost(request.one, bills[number])

    @property
    def pusd(self) -> int:
        """What the calls cost after the changes so far."""
        return self.billed_pusd - sum(self.saved().values())

    def saved(self) -> dict[CallId, int]:
        """What each changed call costs less."""
        return {number: was - self.costs[number] for number, was in self._billed.items()}

    def _order(self) -> list[tuple[int, Attribution]]:
        """The calls as a walk of the prompts meets them."""
        if not self._ordered:
            enter = self.traffic.enter
            self._ordered = sorted(
                ((enter[one.call.prompt], one) for one in self.calls),
                key=lambda pair: (pair[0], pair[1].call.id),
            )
        return self._ordered

    def apply(self, waste: Waste) -> Applied:
        """Make the change and say what it saved."""
        step = step_of(waste)
        if step is None:
            return NOTHING
        alone = self._alone(waste)
        saved, low, claims = self._apply(waste)
        if saved <= 0:
            return NOTHING
        self.steps[step] += saved
        saving = Saving(
            pusd=saved,
            low_pusd=min(saved, max(0, low - self._risk(waste))),
            alone_pusd=max(saved, alone),
            certainty=waste.certainty,
            assumptions=(*waste.assumptions, *self._unsaid(claims)),
        )
        return Applied(saving, claims)

    def _unsaid(self, claims: Sequence[Claim]) -> tuple[str, ...]:
        """What the lower end assumes where the log does not say what was cached."""
        touched = self._within(self.claims.touched(claims)) if self._assumed else []
        return (UNSAID,) if any(one.call.id in self._assumed for one in touched) else ()

    # -- the changes ------------------------------------------------------------------------

    def _apply(self, waste: Waste) -> tuple[int, int, tuple[Claim, ...]]:
        change = waste.change
        if isinstance(change, Drop):
            saved = self._settle(dict.fromkeys(change.calls))
            return saved, saved, ()
        if isinstance(change, (Cache, Store, Lead, Steady)):
            return *self._replan(change), ()
        if isinstance(change, Remove):
            return self._remove(change)
        return 0, 0, ()

    def _replan(self, change: Cache | Store | Lead | Steady) -> tuple[int, int]:
        """Replace a group's bills by a plan's. The saving is what its rules let one rely on."""
        plan = self.plans[change.group]
        option, baseline = target(plan, change)
        if option is None:
            return 0, 0
        kept = {k: v for k, v in bills_of(plan, option).items() if self.bills.get(k, v) is not None}
        ones = [request.one for request in plan.requests if request.one.call.id in kept]
        now = sum(map(self._cost, ones))
        then = sum(self.pricer.cost(one, kept[one.call.id]) for one in ones)
        gain = min(now - then, baseline - option.pusd)
        if gain <= 0 or gain * 100 < plan.actual_pusd * WORTH_PERCENT:
            return 0, 0
        self._settle(dict(kept))
        if isinstance(change, Store):  # kept as booked, whoever else is served
            return gain, gain
        sure = gain * plan.reliability_percent // 100
        # What the share observed has taken off already is not taken off twice.
        kappa = plan.observed.kappa_percent if plan.observed else 100
        low = sure if plan.observed_percent is not None else sure * kappa // 100
        return sure, low

    def _remove(self, change: Remove) -> tuple[int, int, tuple[Claim, ...]]:
        """What is never sent goes as a whole; what is cleared later only where it pays by itself.

        Of several texts, each is judged by averages, in the logarithm of the trace; the money is one full
        re-pricing of what is left.
        """
        parts = groups(self.trace, change)
        averages = Averages(self._order(), self._cost, self._bill)
        kept, once, again = list[Claim](), 0, 0
        for claims in parts:
            spans = self.claims.touched(claims)
            last = averages.last(spans)
            if last is None:
                continue
            before = self.claims.removed(last)
            self.claims.add(claims)
            tokens = self.claims.removed(last) - before
            rewrite = self._rewrites(claims)
            risk = reread_pusd(claims, spans, averages) if change.again else 0
            if len(parts) > 1 and tokens * averages.token_pusd(spans) - rewrite <= risk:
                self.claims.drop(claims)
                continue
            kept, once, again = [*kept, *claims], once + rewrite, again + risk
        touched = self._within(self.claims.touched(kept))
        saved, low = self._reprice(touched)
        if saved - once <= again:
            self.claims.drop(kept)
            self._reprice(touched)
            return 0, 0, ()
        return saved - once, low - once - again, tuple(kept)

    def _rewrites(self, claims: Sequence[Claim]) -> int:
        """Taking something out of a cached prompt makes what stands behind it be written once."""
        cost = 0
        for since, node in starts(claims).items():
            one = self._by_id().get(self.traffic.first[since])
            bill = self._bill(one) if one else None
            if one is not None and bill is not None and not isinstance(one.quote, Unpriced):
                cost += rewrite_pusd(one, bill, node, self.pricer)
        return cost

    # -- prices -----------------------------------------------------------------------------

    def _settle(self, new: dict[CallId, Bill | None]) -> int:
        self.bills.update(new)
        return self._reprice(those(self.calls, new.keys()))[0]

    def _reprice(self, calls: Iterable[Attribution]) -> tuple[int, int]:
        """What is saved, and what is where transcripts' calls were cached as well as can be."""
        saved = low = 0
        for one in calls:
            number = one.call.id
            cost = self.pricer.cost(one, self.final(one))
            gain = self._cost(one) - cost
            self._billed.setdefault(number, one.cost_pusd)
            self.costs[number] = cost
            saved += gain
            low += gain if number not in self._assumed else min(gain, self._low(one))
        return saved, low

    def _low(self, one: Attribution) -> int:
        """The gain of a call on the bill that its transcript does not tell."""
        number = one.call.id
        bill = None if self._bill(one) is None else self._assumed[number]
        cost = self.pricer.cost(one, bill and self.claims.bill(one, bill))
        gain = self._assumed_costs[number] - cost
        self._assumed_costs[number] = cost
        return gain

    def _by_id(self) -> dict[CallId, Attribution]:
        if not self._known:
            self._known = {one.call.id: one for one in self.calls}
        return self._known

    def _cost(self, one: Attribution) -> int:
        return self.costs.get(one.call.id, one.cost_pusd)

    def _bill(self, one: Attribution) -> Bill | None:
        number = one.call.id
        return self.bills[number] if number in self.bills else billed(one)

    def final(self, one: Attribution) -> Bill | None:
        """A call's bill after the changes so far, claims included."""
        bill = self._bill(one)
        return None if bill is None else self.claims.bill(one, bill)

    def _within(self, intervals: Sequence[tuple[int, int]]) -> list[Attribution]:
        found: list[Attribution] = []
        for enter, leave in intervals:
            order = self._order()
            at = bisect_left(order, enter, key=lambda pair: pair[0])
            while at < len(order) and order[at][0] < leave:
                found.append(order[at][1])
                at += 1
        return found

    def _alone(self, waste: Waste) -> int:
        """What the change would save if it were the only one, on the bill as it is."""
        change = waste.change
        if isinstance(change, Drop):
            return cost_of(those(self.calls, change.calls))
        if isinstance(change, (Cache, Store, Lead, Steady)):
            plan = self.plans[change.group]
            option, _ = target(plan, change)
            if isinstance(change, Store):
                return max(0, plan.actual_pusd - option.pusd) if option else 0
            gain = plan.baseline_pusd - option.pusd if option else 0
            return max(0, gain) * plan.reliability_percent // 100
        if isinstance(change, Remove):
            claims = Claims(self.trace, self.traffic)
            claims.add(change.claims)
            calls = self._within(claims.touched(change.claims))
            costs = (
                one.cost_pusd - self.pricer.cost(one, claims.bill(one, billed(one)))
                for one in calls
            )
            return sum(costs)
        return 0

    def _risk(self, waste: Waste) -> int:
        """Extra calls that may become necessary, at the average cost of a call as it now is."""
        if not waste.risk_calls or not self.calls:
            return 0
        return int(self.pusd / len(self.calls) * waste.risk_calls)


def target(plan: Plan, change: Cache | Store | Lead | Steady) -> tuple[Option | None, int]:
    """The option that a change asks for and what it is compared with."""
    if isinstance(change, Cache):
        return plan.best, plan.baseline_pusd
    if isinstance(change, Store):
        return plan.stored, plan.actual_pusd
    before = min(plan.baseline_pusd, plan.best.pusd)
    return (plan.led if isinstance(change, Lead) else plan.steady), before
