"""Cache configurations a user can choose, and the replay of one over a group of calls.

Spec: facts, 4.2 (c): realizable static policies; the cheapest is chosen in hindsight, but no policy
knows the future. `Places` says where the static prefix of each call ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whytokens.cache import Bill
from whytokens.cache.automatic import AutomaticCache
from whytokens.cache.marked import Mark, MarkedCache
from whytokens.cache.prompts import Prompts
from whytokens.cache.requests import Request
from whytokens.cache.rules import Rules
from whytokens.model import NodeId


@dataclass(frozen=True, slots=True)
class Policy:
    """Breakpoints by place: lifetimes (indexes into the rules') at the end of the static prefix and
    at the end of the prompt. Both None: nothing is cached, or the provider decides."""

    static: int | None = None
    tail: int | None = None
    automatic: bool = False
    explicit: bool = False

    @property
    def shape(self) -> tuple[bool, bool]:
        """Where breakpoints stand, whatever their lifetimes."""
        return self.static is not None, self.tail is not None

    def name(self, rules: Rules) -> str:
        if self.automatic or self.explicit:
            return "automatic" if self.automatic else "explicit"
        found = []
        if self.static is not None:
            found.append(f"static prefix {rules.lifetimes[self.static].id}")
        if self.tail is not None:
            found.append(f"moving tail {rules.lifetimes[self.tail].id}")
        return " + ".join(found) or "none"

    def spoken(self, rules: Rules) -> str:
        """The policy in words."""
        found = []
        if self.static is not None:
            found.append(
                f"a breakpoint after what never changes (kept {_life(rules, self.static)})"
            )
        if self.tail is not None:
            found.append(f"a breakpoint after the last message (kept {_life(rules, self.tail)})")
        return " and ".join(found) or "as the provider does by itself"

    def lives(self, rules: Rules) -> str:
        """How long its entries live, the longest of them."""
        return _life(rules, max(self.static or 0, self.tail or 0))


def _life(rules: Rules, number: int) -> str:
    minutes = rules.lifetimes[number].ms // 60_000
    if minutes < 60:
        return f"{minutes} minutes"
    return "an hour" if minutes == 60 else f"{minutes // 60} hours"


NONE, AUTOMATIC = Policy(), Policy(automatic=True)
EXPLICIT = Policy(explicit=True)  # replayed by `cache.explicit`


def policies(rules: Rules, lifetimes: int) -> list[Policy]:
    """Every policy of these rules with the first `lifetimes` of their lifetimes."""
    if not rules.has_breakpoints:
        return [AUTOMATIC]
    found = [NONE]
    for static in (None, *range(lifetimes)):
        for tail in (None, *range(lifetimes)):
            # Longer-lived breakpoints must come first (facts: "1h must precede 5m").
            mixed = static is not None and tail is not None and tail > static
            if (static, tail) != (None, None) and not mixed:
                found.append(Policy(static, tail))
    return found


class Places:
    """Where the static prefix of each call in a group ends.

    The deepest node whose prompts belong to two sessions; in a group of one session the end of the
    tools and system messages. Cost: the group's nodes once per session.
    """

    def __init__(self, prompts: Prompts, group: Sequence[Request]) -> None:
        self.prompts = prompts
        self._sessions: dict[int, int] = {}
        by_session: dict[str, list[Request]] = {}
        for request in group:
            by_session.setdefault(request.thread, []).append(request)
        self.several = len(by_session) > 1
        for found in by_session.values() if self.several else ():
            self._see(found)

    def _see(self, session: Sequence[Request]) -> None:
        parents, ids = self.prompts.trace.prompts.parents, self.prompts.ids
        seen: set[int] = set()
        for request in session:
            node = request.node
            while node and ids[node] not in seen:
                seen.add(ids[node])
                self._sessions[ids[node]] = self._sessions.get(ids[node], 0) + 1
                node = parents[node]

    def static(self, request: Request) -> NodeId:
        parents, ids = self.prompts.trace.prompts.parents, self.prompts.ids
        node = request.node
        if not self.several:
            return request.lane.head_end(node)
        while node and self._sessions[ids[node]] < 2:
            node = parents[node]
        return node


def replay(
    group: Sequence[Request],
    rules: Rules,
    policy: Policy,
    places: Places,
    at_once: bool = False,
) -> list[Bill]:
    """The bill of each request of a group under a policy. `at_once`: entries are readable when they
    are written, as if parallel calls waited for the first one's first token."""
    prompts = places.prompts
    if policy.automatic:
        cache = AutomaticCache(rules, prompts, at_once)
        return [cache.serve(request) for request in group]
    marked = MarkedCache(rules, prompts, at_once)
    return [marked.serve(request, _marks(request, policy, places)) for request in group]


def _marks(request: Request, policy: Policy, places: Places) -> list[Mark]:
    found = []
    if policy.static is not None:
        node = places.static(request)
        if node:
            found.append(Mark(node, policy.static))
    # Where both fall on one place there is one entry, and the static mark lives longer or as long.
    if policy.tail is not None and request.node and not (found and found[0].node == request.node):
        found.append(Mark(request.node, policy.tail))
    return found
