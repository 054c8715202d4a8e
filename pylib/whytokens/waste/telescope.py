"""The reclaimable total: changes applied one after another, each priced on what the last one left.

Spec: facts, 4.1 "Telescoping total": billed -> retries gone -> best cache configuration -> volatile
parts moved -> redundant content gone. Each step is the difference of two full re-pricings, so the sum
cannot count a token twice or exceed the bill.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.model import CallId, NodeId, Trace
from whytokens.prices import Unpriced
from whytokens.waste import Cache, Drop, Lead, Remove, Saving, Steady, Waste
from whytokens.waste.claims import Claims
from whytokens.waste.plans import WORTH_PERCENT, Option, Plan, bills_of
from whytokens.waste.pricing import Pricer, billed
from whytokens.waste.traffic import Traffic

Step = Literal["retries", "caching", "order", "content"]
STEPS: tuple[Step, ...] = ("retries", "caching", "order", "content")


def step_of(waste: Waste) -> Step | None:
    """Which step a change belongs to; None for advice."""
    change = waste.change
    if isinstance(change, Drop):
        return "retries"
    if isinstance(change, Cache):
        return "caching"
    if isinstance(change, (Lead, Steady)):
        return "order"
    return "content" if isinstance(change, Remove) else None


@dataclass(slots=True)
class Telescope:
    """The calls' bills while changes are applied. `bills[call]` None: the call is not made."""

    trace: Trace
    calls: Sequence[Attribution]
    plans: dict[int, Plan]
    traffic: Traffic
    pricer: Pricer
    bills: dict[CallId, Bill | None] = field(init=False)
    claims: Claims = field(init=False)
    steps: dict[Step, int] = field(init=False)
    costs: dict[CallId, int] = field(init=False)
    _order: list[tuple[int, Attribution]] = field(init=False)
    _by_id: dict[CallId, Attribution] = field(init=False)

    def __post_init__(self) -> None:
        self.bills = {one.call.id: billed(one) for one in self.calls}
        self.claims = Claims(self.trace, self.traffic)
        self.steps = dict.fromkeys(STEPS, 0)
        self.costs = {one.call.id: one.cost_pusd for one in self.calls}
        enter = self.traffic.enter
        self._order = sorted(
            ((enter[one.call.prompt], one) for one in self.calls),
            key=lambda pair: (pair[0], pair[1].call.id),
        )
        self._by_id = {one.call.id: one for one in self.calls}

    @property
    def pusd(self) -> int:
        """What the calls cost after the changes so far."""
        return sum(self.costs.values())

    def apply(self, waste: Waste) -> Saving | None:
        """Make the change and say what it saved; None when it saves nothing."""
        step = step_of(waste)
        if step is None:
            return None
        alone = self._alone(waste)
        saved, low = self._apply(waste)
        if saved <= 0:
            return None
        self.steps[step] += saved
        return Saving(
            pusd=saved,
            low_pusd=min(saved, max(0, low - self._risk(waste))),
            alone_pusd=max(saved, alone),
            certainty=waste.certainty,
            assumptions=waste.assumptions,
        )

    # -- the changes ------------------------------------------------------------------------

    def _apply(self, waste: Waste) -> tuple[int, int]:
        change = waste.change
        if isinstance(change, Drop):
            saved = self._settle({number: None for number in change.calls if number in self.bills})
            return saved, saved
        if isinstance(change, (Cache, Lead, Steady)):
            return self._replan(change)
        if isinstance(change, Remove):
            return self._remove(change)
        return 0, 0

    def _replan(self, change: Cache | Lead | Steady) -> tuple[int, int]:
        """Replace a group's bills by a plan's. The saving is what its rules let one rely on."""
        plan = self.plans[change.group]
        option, baseline = target(plan, change)
        if option is None:
            return 0, 0
        kept = {k: v for k, v in bills_of(plan, option).items() if self.bills.get(k) is not None}
        ones = [request.one for request in plan.requests if request.one.call.id in kept]
        now = sum(self.costs[one.call.id] for one in ones)
        then = sum(self.pricer.cost(one, kept[one.call.id]) for one in ones)
        gain = min(now - then, baseline - option.pusd)
        if gain <= 0 or gain * 100 < plan.actual_pusd * WORTH_PERCENT:
            return 0, 0
        self._settle(dict(kept))
        sure = gain * plan.rules.reliability_percent // 100
        kappa = plan.observed.kappa_percent if plan.observed else 100
        return sure, sure * kappa // 100

    def _remove(self, change: Remove) -> tuple[int, int]:
        self.claims.add(change.claims)
        touched = self._within(self.claims.touched(change.claims))
        saved = self._reprice(touched) - self._rewrites(change)
        if saved <= 0:
            self.claims.drop(change.claims)
            self._reprice(touched)
        return saved, saved

    def _rewrites(self, change: Remove) -> int:
        """Taking something out of a cached prompt makes what stands behind it be written once."""
        cost = 0
        first: dict[NodeId, NodeId] = {}
        for claim in change.claims:
            if claim.since != claim.node:
                first[claim.since] = min(claim.node, first.get(claim.since, claim.node))
        for since, node in first.items():
            one = self._by_id.get(self.traffic.first[since])
            bill = self.bills.get(one.call.id) if one else None
            if one is None or bill is None or isinstance(one.quote, Unpriced):
                continue
            rates = self.pricer.rates(one, bill.tokens)
            behind = max(0, bill.read - one.lane.upto(node))
            cost += behind * max(0, rates.cache_write_5m_pusd - rates.cache_read_pusd)
        return cost

    # -- prices -----------------------------------------------------------------------------

    def _settle(self, new: dict[CallId, Bill | None]) -> int:
        self.bills.update(new)
        return self._reprice([one for one in self.calls if one.call.id in new])

    def _reprice(self, calls: Iterable[Attribution]) -> int:
        saved = 0
        for one in calls:
            number = one.call.id
            cost = self.pricer.cost(one, self.final(one))
            saved += self.costs[number] - cost
            self.costs[number] = cost
        return saved

    def final(self, one: Attribution) -> Bill | None:
        """A call's bill after the changes so far, claims included."""
        bill = self.bills[one.call.id]
        return None if bill is None else self.claims.bill(one, bill)

    def _within(self, intervals: Sequence[tuple[int, int]]) -> list[Attribution]:
        found: list[Attribution] = []
        for enter, leave in intervals:
            at = bisect_left(self._order, enter, key=lambda pair: pair[0])
            while at < len(self._order) and self._order[at][0] < leave:
                found.append(self._order[at][1])
                at += 1
        return found

    def _alone(self, waste: Waste) -> int:
        """What the change would save if it were the only one, on the bill as it is."""
        change = waste.change
        if isinstance(change, Drop):
            return sum(one.cost_pusd for one in self.calls if one.call.id in change.calls)
        if isinstance(change, (Cache, Lead, Steady)):
            plan = self.plans[change.group]
            option, _ = target(plan, change)
            gain = plan.baseline_pusd - option.pusd if option else 0
            return max(0, gain) * plan.rules.reliability_percent // 100
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


def target(plan: Plan, change: Cache | Lead | Steady) -> tuple[Option | None, int]:
    """The option that a change asks for and what it is compared with."""
    if isinstance(change, Cache):
        return plan.best, plan.baseline_pusd
    before = min(plan.baseline_pusd, plan.best.pusd)
    return (plan.led if isinstance(change, Lead) else plan.steady), before
