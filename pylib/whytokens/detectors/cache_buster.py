"""A word near the start of the prompt that changes on every call, so that no prefix is ever shared.

Spec: facts, 4.2 (d) "cache-buster", E7. Found by the longest common prefix, then by masking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from whytokens.cache.policies import AUTOMATIC, NONE
from whytokens.cache.volatile import Breaker, breaker
from whytokens.detectors.plan_words import assumptions, fix_for
from whytokens.detectors.snippets import move_volatile
from whytokens.waste import Evidence, Fix, Steady, Waste
from whytokens.waste.plans import Plan
from whytokens.waste.priced import Priced, label

SHOWN_PAIRS = 3


class CacheBuster:
    key = "cache-buster"
    looks_for = "text that breaks the cached prefix"

    def find(self, priced: Priced) -> Iterator[Waste]:
        for plan in priced.plans:
            found = _breakers(priced, plan) if plan.steadies else []
            if not found:
                continue
            first = found[0]
            same = priced.moved.same
            versions = sum(1 for key in same if same[key] == same.get(first.other))
            role = priced.trace.messages[first.other].role
            yield Waste(
                title=_title(first),
                why=(
                    f"The prefix breaks after character {first.character:,} of the {role} "
                    f"{'definitions' if role == 'tools' else 'text'} (line {first.line:,}, column "
                    f"{first.column:,}): {versions:,} versions of it differ in nothing else."
                ),
                change=Steady(plan.number),
                evidence=tuple(_evidence(priced, one) for one in found[:SHOWN_PAIRS]),
                fix=_fix(plan, first),
                confidence="high" if plan.rules.confidence == "high" else "medium",
                assumptions=assumptions(plan),
            )


def _title(first: Breaker) -> str:
    if first.kind == "order":
        return "Send tools and keys in one order"
    if first.kind == "text":
        return "Keep what differs from call to call out of the cached prefix"
    return f"Keep the {first.kind} out of the cached prefix"


def _fix(plan: Plan, first: Breaker) -> Fix:
    """Move it, and set the breakpoints that then pay."""
    moved = move_volatile(first.after, first.kind)
    if plan.steady is None or plan.steady.policy in (NONE, AUTOMATIC):
        return moved
    marks = fix_for(plan, plan.steady.policy, first.after)
    return replace(
        moved,
        text=f"{moved.text} Before it, {marks.text[0].lower()}{marks.text[1:]}",
        snippet=f"{marks.snippet}\n# behind the breakpoint:\n{moved.snippet}",
    )


def _breakers(priced: Priced, plan: Plan) -> list[Breaker]:
    found = []
    for before, after in pairwise(plan.requests):
        one = breaker(priced.trace, before.one, after.one)
        if one is not None and one.other in priced.moved.same:
            found.append(one)
            if len(found) == SHOWN_PAIRS:
                break
    return found


def _evidence(priced: Priced, one: Breaker) -> Evidence:
    segment = priced.trace.segments[priced.trace.messages[one.other].segments[one.slot]]
    return Evidence(
        call=one.after.call.id,
        segment=segment.id,
        label=label(segment),
        tokens=one.after.lane.counter.count(segment.text or ""),
        where=segment.where,
        note=f"line {one.line:,}, column {one.column:,}, character {one.character:,}",
        excerpt=one.excerpt,
    )


CACHE_BUSTER = CacheBuster()
