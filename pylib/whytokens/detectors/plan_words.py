"""What detectors say about a cache plan: which kind of change it is, in words, with its fix."""

from __future__ import annotations

from typing import Literal

from whytokens.attribution.share import Attribution
from whytokens.cache.policies import NONE, Policy
from whytokens.detectors.snippets import breakpoints, no_breakpoints
from whytokens.waste import Fix
from whytokens.waste.plans import Plan

NAMES = {
    "openai": "OpenAI", "xai": "xAI", "deepseek": "DeepSeek", "openrouter": "OpenRouter", "vertex": "Vertex AI",
}  # fmt: skip
Kind = Literal["uncached", "dead", "idle", "overlong"]


def kind(plan: Plan) -> Kind:
    """Nothing read yet; written and not read in time; kept for too short a time, or for too long."""
    best = plan.best.policy
    if best == NONE:
        return "dead"
    used = plan.observed.inferred if plan.observed else None
    if used is None or used == NONE or used.shape != best.shape:
        return "uncached"
    longer = (best.static or 0) + (best.tail or 0) > (used.static or 0) + (used.tail or 0)
    return "idle" if longer else "overlong"


def title(plan: Plan) -> str:
    """What to cache, or what more of it where much is read already."""
    policy, read = plan.best.policy, sum(r.one.usage.cache_read or 0 for r in plan.requests)
    if read * 2 > sum(bill.read for bill in plan.best.bills):
        return "Set the cache breakpoints where more is read"
    if policy.tail is not None and policy.static is None:
        return "Cache the conversation with a moving breakpoint"
    if policy.static is not None and policy.tail is None:
        return "Cache the part of the prompt that never changes"
    return "Cache the fixed prefix and the conversation"


def why(plan: Plan) -> str:
    read = sum(bill.read for bill in plan.best.bills)
    tokens = sum(bill.tokens for bill in plan.best.bills)
    now = sum(request.one.usage.cache_read or 0 for request in plan.requests)
    return (
        f"{len(plan.requests):,} calls send {tokens:,} prompt tokens; {now:,} are read from the cache, "
        f"{read:,} could be ({plan.best.policy.spoken(plan.rules)})."
    )


def best_fix(plan: Plan, one: Attribution) -> Fix:
    return fix_for(plan, plan.best.policy, one)


def fix_for(plan: Plan, policy: Policy, one: Attribution) -> Fix:
    """How to set a policy in the call's own API."""
    rules = plan.rules
    if policy == NONE:
        return no_breakpoints(one)
    static = None if policy.static is None else rules.lifetimes[policy.static].id
    tail = None if policy.tail is None else rules.lifetimes[policy.tail].id
    return breakpoints(one, static, tail)


def assumptions(plan: Plan) -> tuple[str, ...]:
    provider = NAMES.get(plan.rules.provider, plan.rules.provider.capitalize())
    found = [f"Your calls replayed under the cache rules of {provider} at their own times."]
    if not plan.timed:
        found = ["The log has no times: calls are taken to follow each other within the lifetime."]
    if plan.observed is None:
        found.append(
            "The log says nothing of a cache, and its requests ask for none: taken as none."
        )
    if plan.rules.minimum_tokens:
        found.append(f"Prefixes below {plan.rules.minimum_tokens:,} tokens are not cached.")
    if plan.observed and plan.observed.replayed_read:
        seen = plan.observed
        found.append(
            f"Replaying what you do now ({seen.policy}) gives {seen.replayed_read:,} cache reads; "
            f"{seen.billed_read:,} were billed."
        )
    if plan.observed_percent is not None:
        found.append(
            f"Simulated x observed: {plan.observed_percent} % of it is claimed, the share of possible reads "
            f"that {provider} billed as reads in this log."
        )
    elif plan.reliability_percent < 100:
        found.append(
            f"{plan.reliability_percent} % of it is claimed: {provider} does not promise its cache, and this log "
            "has too few reads to tell."
        )
    return tuple(found)
