"""The cache plan of each group of calls: as billed, as replayed, and the best that can be configured.

Spec: facts, 4.2 (c). Money chooses between policies here, so that detectors need none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.cache.explicit import stored
from whytokens.cache.groups import Group, groups
from whytokens.cache.observed import Observed, observe, warmed
from whytokens.cache.policies import EXPLICIT, NONE, Places, Policy, policies, replay
from whytokens.cache.prompts import Prompts
from whytokens.cache.requests import Request, requests
from whytokens.cache.rules import Rules
from whytokens.model import CallId
from whytokens.prices import Quote
from whytokens.waste.clients import Client, client_of
from whytokens.waste.pricing import Pricer, billed

# A plan that saves less than this share of its group's bill is as good as the one in use: it is below
# the error of a replay (facts, 5).
WORTH_PERCENT = 1


@dataclass(frozen=True, slots=True)
class Option:
    """A policy and what the group's prompts come to under it."""

    policy: Policy
    bills: tuple[Bill, ...]
    pusd: int


@dataclass(slots=True, kw_only=True)
class Plan:
    """`best`: bytes unchanged. `steady`: volatile parts moved. `led`: parallel calls wait for the
    first. `stored`: the fixed prefix in a cache that costs by the hour. `actual_pusd` is the bill,
    `replayed_pusd` the observed configuration replayed (None when unknown): savings are taken from
    the smaller, so a replay's error is never sold as a saving. `observed_percent` is the billed share
    of possible reads at this provider (`waste.reliability`)."""

    number: int
    requests: tuple[Request, ...]
    rules: Rules
    observed: Observed | None
    actual_pusd: int
    replayed_pusd: int | None
    best: Option
    steady: Option | None = None
    led: Option | None = None
    stored: Option | None = None
    client: Client | None = None
    observed_percent: int | None = None
    options: list[Option] = field(default_factory=list)

    @property
    def baseline_pusd(self) -> int:
        if self.replayed_pusd is None:
            return self.actual_pusd
        return min(self.actual_pusd, self.replayed_pusd)

    @property
    def reliability_percent(self) -> int:
        """The share of a simulated saving to claim: as this trace shows, else as the rules are known."""
        if self.observed_percent is not None:
            return self.observed_percent
        return self.rules.reliability_percent

    @property
    def knows_actual(self) -> bool:
        """Is it known how these calls were cached? Reported, or surely not at all."""
        if self.observed is not None:
            return True
        calls = [request.one.call for request in self.requests]
        # A transcript is no request: what it was sent with, breakpoints too, is not in the file.
        whole = all(call.hidden is None and not call.cache_marks for call in calls)
        return self.rules.mode == "marked" and whole

    @property
    def assumed(self) -> bool:
        """A transcript without a word of a cache, though its client surely uses one."""
        return self.observed is None and not self.knows_actual

    @property
    def improves(self) -> bool:
        """Is there a configuration that beats the one in use by more than a replay's error?"""
        return self.knows_actual and self._worth(self.baseline_pusd - self.best.pusd)

    @property
    def steadies(self) -> bool:
        """Does moving volatile parts beat the best configuration without?"""
        return (
            self.knows_actual
            and self.steady is not None
            and self._worth(self._reachable - self.steady.pusd)
        )

    @property
    def leads(self) -> bool:
        """Does letting one parallel call go first beat the best configuration without?"""
        return (
            self.knows_actual
            and self.led is not None
            and self._worth(self._reachable - self.led.pusd)
        )

    @property
    def stores(self) -> bool:
        """Does an explicit cache beat the bill? It is promised, so the bill is what it is held against."""
        return (
            self.observed is not None
            and self.stored is not None
            and self._worth(self.actual_pusd - self.stored.pusd)
        )

    @property
    def _reachable(self) -> int:
        return min(self.baseline_pusd, self.best.pusd)

    def _worth(self, gain: int) -> bool:
        return gain > 0 and gain * 100 >= self.actual_pusd * WORTH_PERCENT

    @property
    def timed(self) -> bool:
        return all(request.one.call.started is not None for request in self.requests)

    @property
    def cached_by_user(self) -> bool:
        """Did any call read from or write to a cache?"""
        return any(
            (u := request.one.usage).cache_read or u.cache_write_5m or u.cache_write_1h
            for request in self.requests
        )


def make_plans(
    found: Sequence[Attribution],
    prompts: Prompts,
    stable: Prompts,
    threads: Mapping[CallId, str],
    pricer: Pricer,
) -> Iterator[Plan]:
    """A plan for every group of calls whose provider's rules are known. `stable` is the tree of
    prompts without their volatile parts, `threads` the conversation of each call."""
    # A prompt without text has no prefix to cache: only a cache that is paid for can be turned off.
    if isinstance(found, BareAttributions):
        told = list(found.of_writers())
    else:
        wrote = {threads[one.call.id] for one in found if _wrote(one)}
        told = [one for one in found if one.call.prompt or threads[one.call.id] in wrote]
    for number, group in enumerate(groups(requests(told, prompts, threads), stable)):
        if group.rules is not None and len(group.requests) > 1:
            plan = _plan(number, group, group.rules, prompts, stable, pricer)
            if plan is not None:
                yield plan


def _wrote(one: Attribution) -> bool:
    return bool(one.usage.cache_write_5m or one.usage.cache_write_1h)


def _plan(
    number: int, group: Group, rules: Rules, prompts: Prompts, stable: Prompts, pricer: Pricer
) -> Plan | None:
    found = group.requests
    places = Places(prompts, found)
    seen = observe(found, rules, places)
    client = client_of(prompts.trace, found[0].one.call)
    choices = _policies(found, rules, client, seen)
    options = [_option(found, rules, p, places, pricer) for p in choices]
    if not options:  # nothing to choose: what is done is what can be done
        options = [Option(NONE, seen.bills, _cost(found, seen.bills, pricer))] if seen else []
    if not options:
        return None
    best = min(options, key=lambda option: option.pusd)
    plan = Plan(
        number=number,
        requests=found,
        rules=rules,
        observed=seen,
        actual_pusd=sum(pricer.cost(r.one, billed(r.one)) for r in found),
        replayed_pusd=_cost(found, seen.bills, pricer) if seen else None,
        best=best,
        client=client,
        options=options,
    )
    if rules.has_breakpoints and client is None and _overlap(found):
        led = [_option(found, rules, p, places, pricer, at_once=True) for p in choices]
        plan.led = min(led, key=lambda option: option.pusd)
    priced = all(pricer.storage_pusd(request.one) is not None for request in found)
    if rules.explicit_ms is not None and client is None and priced:
        bills = stored(found, rules, places)
        plan.stored = Option(EXPLICIT, tuple(bills), _cost(found, bills, pricer))
    if any(stable.moved(request.node) for request in found):
        threads = {request.one.call.id: request.thread for request in found}
        again = requests([request.one for request in found], stable, threads)
        fixed = Places(stable, again)
        steady = [_option(again, rules, p, fixed, pricer) for p in choices]
        plan.steady = min(steady, key=lambda option: option.pusd, default=None)
    return plan


def _policies(
    found: Sequence[Request], rules: Rules, client: Client | None, seen: Observed | None
) -> list[Policy]:
    """Policies that can be set, with lifetimes that have a price of their own. A client puts its
    breakpoints itself: what its user may choose is their lifetime, if that."""
    quotes = [request.one.quote for request in found]
    hour = all(
        isinstance(q, Quote) and q.cache_write_1h_pusd > q.cache_write_5m_pusd for q in quotes
    )
    every = policies(rules, len(rules.lifetimes) if hour else 1)
    if client is None or not rules.has_breakpoints:
        return every
    if seen is None:
        return every
    used = seen.inferred
    if used is None:
        return []
    return [one for one in every if one == used or (client.lifetimes and one.shape == used.shape)]


def _option(
    found: Sequence[Request],
    rules: Rules,
    policy: Policy,
    places: Places,
    pricer: Pricer,
    at_once: bool = False,
) -> Option:
    bills = replay(found, rules, policy, places, at_once)
    if policy != NONE:
        warmed(found, bills)
    return Option(policy, tuple(bills), _cost(found, bills, pricer))


def _cost(found: Sequence[Request], bills: Sequence[Bill], pricer: Pricer) -> int:
    pairs = zip(found, bills, strict=True)
    return sum(pricer.cost(request.one, bill) for request, bill in pairs)


def _overlap(found: Sequence[Request]) -> bool:
    """Did any call start before the one before it could be read?"""
    return any(later.start_ms < earlier.ready_ms for earlier, later in pairwise(found))


def bills_of(plan: Plan, option: Option) -> dict[CallId, Bill]:
    pairs = zip(plan.requests, option.bills, strict=True)
    return {request.one.call.id: bill for request, bill in pairs}
