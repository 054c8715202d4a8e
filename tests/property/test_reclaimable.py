"""The invariants of the reclaimable figure, on random traces."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from played import Always, Turn, checked, play
from random_turns import EXAMPLES, billed_turns
from whytokens import registry
from whytokens.attribution.lanes import Lanes
from whytokens.attribution.share import Attribution
from whytokens.attribution.tally import tally
from whytokens.cache import Bill
from whytokens.cache.prompts import Prompts
from whytokens.model import NodeId, Trace
from whytokens.opened import Opened
from whytokens.waste import WHOLE, Claim, Drop, Fix, Remove, Waste
from whytokens.waste.claims import Claims
from whytokens.waste.fixed import fixed
from whytokens.waste.pricing import Pricer, billed
from whytokens.waste.telescope import STEPS
from whytokens.waste.traffic import Traffic

MODELS = st.sampled_from(
    ["claude-sonnet-5", "claude-haiku-5-5", "gpt-4o", "gpt-6.1-sol", "gemini-2.5-pro"]
)


@st.composite
def claims_of(draw: st.DrawFn, trace: Trace) -> list[Claim]:
    """Claims anywhere in the tree, from their node on or from a later one."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        node = NodeId(draw(st.integers(1, len(trace.prompts.parents) - 1)))
        below = [
            NodeId(n)
            for n in range(node, len(trace.prompts.parents))
            if node in trace.prompts.path(NodeId(n))
        ]
        low = draw(st.integers(0, WHOLE))
        found.append(
            Claim(node, 0, draw(st.sampled_from(below)), low, draw(st.integers(low, WHOLE)))
        )
    return found


@st.composite
def traces(draw: st.DrawFn):
    model, turns = draw(MODELS), draw(billed_turns())
    trace, found = play(model, turns)
    return model, turns, trace, found


def new_claims(trace: Trace, found: list[Attribution]) -> Claims:
    return Claims(trace, Traffic(Prompts(trace), [one.call for one in found]))


def plain(trace: Trace, one: Attribution, claims: list[Claim]) -> Bill:
    """Token by token: which positions are claimed, and how each was billed."""
    path, position, gone = trace.prompts.path(one.call.prompt), 0, set[int]()
    for node in path:
        segment = trace.segments[trace.messages[trace.prompts.messages[node]].segments[0]]
        size = len(segment.text or "")
        for claim in claims:
            if claim.node == node and claim.since in path:
                low, high = size * claim.low // WHOLE, size * claim.high // WHOLE
                gone |= {(position + size, n) for n in range(low, high)}  # type: ignore[misc]
        position += size
    return _taken(billed(one), position, gone)


def _taken(bill: Bill, size: int, gone: set) -> Bill:
    """Claimed tokens of a piece count from its end: only how many they are is known."""
    starts = (0, bill.read, bill.read + bill.write_1h, bill.read + bill.write_1h + bill.write_5m)
    left, by_end = Counter(), Counter(end for end, _ in gone)
    for end, count in by_end.items():
        for place in range(end - count, end):
            left[max(n for n, start in enumerate(starts) if place >= start)] += 1
    sizes = (bill.read, bill.write_1h, bill.write_5m, bill.fresh)
    kept = [size - left[n] for n, size in enumerate(sizes)]
    return Bill(sum(kept), *kept[:3])


@settings(max_examples=EXAMPLES, deadline=None)
@given(traces(), st.data())
def test_claims_equal_the_plain_count(made, data) -> None:
    _, _, trace, found = made
    claims = data.draw(claims_of(trace))
    mine = new_claims(trace, found)
    mine.add(claims)
    for one in found:
        if one.method == "reported":
            assert mine.bill(one, billed(one)) == plain(trace, one, claims)


@settings(max_examples=EXAMPLES, deadline=None)
@given(traces(), st.data())
def test_a_claim_never_raises_a_bill(made, data) -> None:
    _, _, trace, found = made
    first, second = data.draw(claims_of(trace)), data.draw(claims_of(trace))
    pricer, one_by_one, other_way = Pricer(), new_claims(trace, found), new_claims(trace, found)
    costs = []
    for claims in ([], first, second):
        one_by_one.add(claims)
        bills = [one_by_one.bill(one, billed(one)) for one in found]
        for bill in bills:
            assert min(bill.read, bill.write_1h, bill.write_5m, bill.fresh) >= 0
        costs.append(sum(pricer.cost(one, b) for one, b in zip(found, bills, strict=True)))
    assert costs[0] >= costs[1] >= costs[2] >= 0
    other_way.add(second)
    other_way.add(first)
    assert costs[2] == sum(pricer.cost(one, other_way.bill(one, billed(one))) for one in found)
    one_by_one.drop(second)
    assert costs[1] == sum(pricer.cost(one, one_by_one.bill(one, billed(one))) for one in found)


@settings(max_examples=EXAMPLES, deadline=None)
@given(traces(), st.data(), st.integers(0, 99))
def test_the_total_is_a_union_whatever_the_order(made, data, seed: int) -> None:
    model, turns, trace, found = made
    wastes = [
        Waste(title=f"w{n}", why="", change=Remove(tuple(data.draw(claims_of(trace)))),
              evidence=(), fix=Fix(text=""))
        for n in range(3)
    ]  # fmt: skip
    dropped = frozenset(one.call.id for one in found[:1])
    wastes.append(Waste(title="d", why="", change=Drop(dropped), evidence=(), fix=Fix(text="")))
    detectors = [*registry.DETECTORS, *(Always(waste.title, [waste]) for waste in wastes)]
    once = checked(model, turns, detectors)
    savings = [one.saving for one in once.findings if one.saving]
    assert not [one for one in once.findings if one.state == "error"]
    assert all(0 <= s.low_pusd <= s.pusd <= s.alone_pusd for s in savings)
    assert sum(s.pusd for s in savings) == once.reclaimable_pusd == sum(once.steps.values())
    assert 0 <= once.low_pusd <= once.reclaimable_pusd <= once.billed_pusd
    assert once.reclaimable_pusd <= once.billed_pusd - once.telescope.pusd
    assert list(once.steps) == list(STEPS)
    random.Random(seed).shuffle(detectors)
    again = checked(model, turns, detectors)
    assert again.reclaimable_pusd == once.reclaimable_pusd
    assert again.telescope.pusd == once.telescope.pusd


@settings(max_examples=EXAMPLES, deadline=None)
@given(traces(), st.data())
def test_steps_without_best_effort_are_exactly_what_is_gone(made, data) -> None:
    """Removals from the call on that carries them: the steps are the difference of two bills."""
    model, turns, trace, _ = made
    claims = tuple(claim._replace(since=claim.node) for claim in data.draw(claims_of(trace)))
    wastes = [
        Waste(title=str(n), why="", change=Remove((claim,)), evidence=(), fix=Fix(text=""))
        for n, claim in enumerate(claims)
    ]
    found = checked(model, turns, [Always(waste.title, [waste]) for waste in wastes])
    assert found.reclaimable_pusd == found.billed_pusd - found.telescope.pusd


def test_no_turns_at_all_give_no_saving() -> None:
    found = checked("claude-sonnet-5", [Turn(at=0, parts=[("user", "q", 1)])])
    assert (found.reclaimable_pusd, found.low_pusd) == (0, 0)


@settings(max_examples=EXAMPLES, deadline=None)
@given(traces())
def test_shown_fixed_is_what_was_counted(made) -> None:
    model, turns, trace, found = made
    checks = checked(model, turns)
    opened = Opened(
        trace=trace,
        lanes=Lanes(trace),
        attributions=tuple(found),
        tallies=tally(found),
        checked=checks,
    )
    after = fixed(opened)
    billed_after = [one for one in after.attributions if one.method != "unbilled"]
    assert sum(one.cost_pusd for one in billed_after) == checks.telescope.pusd
    for one in billed_after:
        spans = [span for span in one.spans() if span.billed != "output"]
        assert sum(span.tokens for span in spans) == one.prompt_tokens
        assert sum(s.tokens for s in spans if s.billed == "read") == one.usage.cache_read
