"""How much of a simulated cache read to believe: what this trace's own reads say of each provider.

Spec: facts, 4.2 (c) "otherwise kappa = observed / simulated reads". Caches that a provider does not promise
(automatic ones) hit less than their rules allow; a log that reports reads shows by how much.
"""

from __future__ import annotations

from collections.abc import Iterable

from whytokens.waste.plans import Plan

# Calls that could have read, below which a trace says too little of a provider.
MIN_CALLS = 10


def rely(plans: Iterable[Plan]) -> None:
    """Note in each plan the billed share of the reads that its provider's rules allow in this trace."""
    found = [plan for plan in plans if not plan.rules.has_breakpoints]
    for provider in {plan.rules.provider for plan in found}:
        mine = [plan for plan in found if plan.rules.provider == provider]
        seen = _observed_percent(mine)
        for plan in mine:
            plan.observed_percent = seen


def _observed_percent(plans: Iterable[Plan]) -> int | None:
    """None where too few calls could have read anything."""
    billed = possible = calls = 0
    for plan in plans:
        bills = plan.observed.bills if plan.observed else ()
        for request, bill in zip(plan.requests, bills, strict=False):
            read = request.one.usage.cache_read
            if read is not None and bill.read:
                billed, possible, calls = billed + read, possible + bill.read, calls + 1
    return min(100, billed * 100 // possible) if calls >= MIN_CALLS else None
