"""Replay of the breakpoints that were really set, against what was really billed.

Spec: facts, 4.2 (c) "Calibrate": replaying the observed markers must reproduce the bill; the residual
is the replay's reliability. Logs without markers are replayed under the policy that explains their
reads best, and say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whytokens.cache import Bill
from whytokens.cache.marked import Mark, MarkedCache
from whytokens.cache.policies import AUTOMATIC, Places, Policy, policies, replay
from whytokens.cache.requests import Request
from whytokens.cache.rules import Rules
from whytokens.model import NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Reads as billed and as replayed, of calls that report them. `marked` False: the policy was
    inferred. `warm_read` is what the first call read: cached before the log begins."""

    bills: tuple[Bill, ...]
    billed_read: int
    replayed_read: int
    warm_read: int
    policy: str
    marked: bool
    inferred: Policy | None = None

    @property
    def kappa_percent(self) -> int:
        """Billed over replayed reads, at most 100: what to believe of a simulated read."""
        if not self.replayed_read:
            return 100
        return min(100, 100 * self.billed_read // self.replayed_read)


def observe(group: Sequence[Request], rules: Rules, places: Places) -> Observed | None:
    """None when no call of the group reports what was read."""
    if all(request.one.usage.cache_read is None for request in group):
        return None
    if rules.has_breakpoints and any(request.one.call.cache_marks for request in group):
        cache = MarkedCache(rules, places.prompts)
        bills = [cache.serve(request, _marks(request, rules)) for request in group]
        return _observed(group, bills, "the markers in the log", True)
    if not rules.has_breakpoints:
        bills = replay(group, rules, AUTOMATIC, places)
        return _observed(group, bills, "automatic", True)
    best: Observed | None = None
    for policy in policies(rules, len(rules.lifetimes)):
        bills = replay(group, rules, policy, places)
        found = _observed(group, bills, policy.name(rules), False, policy)
        if best is None or _error(group, found) < _error(group, best):
            best = found
    return best


def _marks(request: Request, rules: Rules) -> list[Mark]:
    """The call's own breakpoints; its 1 h ones are not told apart from 5 m ones but by the bill."""
    if not request.one.call.cache_marks:
        return []
    nodes = request.prompts.trace.prompts.path(request.node)
    hour = len(rules.lifetimes) > 1 and bool(request.one.usage.cache_write_1h)
    return [
        Mark(NodeId(nodes[depth - 1]), 1 if hour else 0)
        for depth in request.one.call.cache_marks
        if 0 < depth <= len(nodes)
    ]


def _observed(
    group: Sequence[Request],
    bills: list[Bill],
    policy: str,
    marked: bool,
    inferred: Policy | None = None,
) -> Observed:
    warmed(group, bills)
    pairs = list(zip(group, bills, strict=True))
    return Observed(
        bills=tuple(bills),
        billed_read=sum(request.one.usage.cache_read or 0 for request in group),
        # A call that reports nothing is compared with nothing.
        replayed_read=sum(b.read for r, b in pairs if r.one.usage.cache_read is not None),
        warm_read=bills[0].read,
        policy=policy,
        marked=marked,
        inferred=inferred,
    )


def warmed(group: Sequence[Request], bills: list[Bill]) -> None:
    """Bills of a replay with what calls outside of the log had cached.

    What the first call read is read under any configuration. What a transcript does not hold (the
    client's own system text and tools) and its first call found cached, the user's other sessions
    keep alive: every later call of it reads at least that.
    """
    bills[0] = warm(group[0], bills[0], group[0].one.usage.cache_read or 0)
    kept: dict[str, int] = {}
    for number, request in enumerate(group):
        if request.one.call.hidden is not None:
            if request.thread not in kept:
                read = request.one.usage.cache_read or 0
                kept[request.thread] = min(read, request.one.front_tokens)
            bills[number] = warm(request, bills[number], kept[request.thread])


def warm(request: Request, replayed: Bill, read: int) -> Bill:
    """A call's bill where it surely reads `read` tokens: what the replay would have written of it, is
    not."""
    more = read - replayed.read
    if more <= 0 or read > request.one.prompt_tokens:
        return replayed
    hour = max(0, replayed.write_1h - more)
    five = max(0, replayed.write_5m - max(0, more - replayed.write_1h))
    return Bill(request.one.prompt_tokens, read, hour, five)


def _error(group: Sequence[Request], found: Observed) -> int:
    """Tokens that the replay bills in another way than they were: reads, and writes where the log
    tells of any (an API in OpenAI's shape has no counter for them)."""
    used = [(r.one.usage, bill) for r, bill in zip(group, found.bills, strict=True)]
    told = any(usage.cache_write_5m or usage.cache_write_1h for usage, _ in used)
    error = 0
    for usage, bill in used:
        if usage.cache_read is None:
            continue
        error += abs(usage.cache_read - bill.read)
        if told:
            error += abs((usage.cache_write_5m or 0) - bill.write_5m)
            error += abs((usage.cache_write_1h or 0) - bill.write_1h)
    return error
