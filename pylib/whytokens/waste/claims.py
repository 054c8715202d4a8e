"""Exclusive claims: each (call, position) is removed at most once, whoever points at it.

Spec: facts, 4.1 "Exclusive claims" and "Positional price". Claims stand at nodes of the prompt tree, so
one claim covers every call that carries it; sums along the tree give a call's removed tokens at once,
and only nodes behind the cached part are looked at one by one (as in `attribution.tally`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from whytokens.attribution.lanes import Lane
from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.model import NodeId, SegmentId, Trace
from whytokens.waste import WHOLE, Claim
from whytokens.waste.traffic import Traffic

Slot = tuple[NodeId, int]
Interval = tuple[int, int]
Gain = tuple[NodeId, int]


class _LaneClaims:
    """What the claims come to in one lane. Tokens gained at a node count for its whole subtree: sums
    over the walk's intervals in a Fenwick tree, so that a claim costs the logarithm of the trace."""

    def __init__(self, lane: Lane, traffic: Traffic) -> None:
        self.lane = lane
        self.traffic = traffic
        self.standing: dict[NodeId, dict[int, list[Gain]]] = {}
        self.amounts: dict[Slot, int] = {}
        self._sums = [0] * (len(traffic.enter) + 2)

    def upto(self, node: NodeId) -> int:
        """Removed tokens of the prompt at `node`."""
        at, total = self.traffic.enter[node] + 1, 0
        while at:
            total += self._sums[at]
            at &= at - 1
        return total

    def put(self, slot: Slot, gains: list[Gain]) -> None:
        """Replace what a slot's claims come to."""
        node, number = slot
        slots = self.standing.setdefault(node, {})
        for since, tokens in slots.get(number, ()):
            self._gain(since, -tokens)
        for since, tokens in gains:
            self._gain(since, tokens)
        slots[number] = gains

    def amount(self, slot: Slot) -> int:
        if slot not in self.amounts:
            self.amounts[slot] = slot_tokens(self.lane, *slot)
        return self.amounts[slot]

    def _gain(self, since: NodeId, tokens: int) -> None:
        for at, sign in ((self.traffic.enter[since], 1), (self.traffic.leave[since], -1)):
            at += 1
            while at < len(self._sums):
                self._sums[at] += sign * tokens
                at += at & -at


class Claims:
    """A set of claims. Adding the same claim twice, or in another order, changes nothing."""

    def __init__(self, trace: Trace, traffic: Traffic) -> None:
        self.trace = trace
        self.traffic = traffic
        self.slots: dict[Slot, dict[NodeId, list[Interval]]] = {}
        self._lanes: dict[int, _LaneClaims] = {}

    def add(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            slot = (self.traffic.id(claim.node), claim.slot)
            sinces = self.slots.setdefault(slot, {}).setdefault(self.traffic.id(claim.since), [])
            sinces.append((claim.low, claim.high))
            self._renew(slot)

    def drop(self, claims: Iterable[Claim]) -> None:
        """Take back claims that were added."""
        for claim in claims:
            slot = (self.traffic.id(claim.node), claim.slot)
            self.slots[slot][self.traffic.id(claim.since)].remove((claim.low, claim.high))
            self._renew(slot)

    def bill(self, one: Attribution, bill: Bill) -> Bill:
        """The call's bill without the claimed tokens, each taken where it stands."""
        found = self._lane(one.lane)
        removed = found.upto(one.call.prompt)
        if not removed:
            return bill
        bounds = (bill.read, bill.read + bill.write_1h, bill.tokens - bill.fresh)
        behind = [self._behind(found, one, bound, bill.tokens, removed) for bound in bounds]
        scale = _Scale(one, bill.tokens)
        cuts = [scale.billed(part) for part in (removed, *behind, 0)]
        parts = [a - b for a, b in pairwise(cuts)]
        sizes = (bill.read, bill.write_1h, bill.write_5m, bill.fresh)
        kept = [size - min(size, max(0, part)) for size, part in zip(sizes, parts, strict=True)]
        return Bill(sum(kept), kept[0], kept[1], kept[2], bill.stored)

    def removed(self, one: Attribution) -> int:
        """Claimed tokens of a call's text. Cost: the logarithm of the trace."""
        return self._lane(one.lane).upto(one.call.prompt)

    def taken(self, one: Attribution) -> dict[SegmentId, int]:
        """Claimed tokens of one call by segment. Cost: the length of its prompt."""
        found, prompt = self._lane(one.lane), one.call.prompt
        prompts, sums = self.trace.prompts, dict[SegmentId, int]()
        for node in prompts.path(prompt):
            segments = self.trace.messages[prompts.messages[node]].segments
            for slot, gains in found.standing.get(self.traffic.id(node), {}).items():
                tokens = sum(more for since, more in gains if self.traffic.holds(since, prompt))
                sums[segments[slot]] = sums.get(segments[slot], 0) + tokens
        scale = _Scale(one, one.prompt_tokens)
        return {segment: scale.billed(tokens) for segment, tokens in sums.items() if tokens}

    def touched(self, claims: Sequence[Claim]) -> list[Interval]:
        """Intervals of the walk that hold every call these claims change."""
        enter, leave = self.traffic.enter, self.traffic.leave
        found = sorted({(enter[claim.since], leave[claim.since]) for claim in claims})
        joined: list[Interval] = []
        for start, end in found:
            if joined and start < joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def _behind(
        self, found: _LaneClaims, one: Attribution, bound: int, tokens: int, removed: int
    ) -> int:
        """Removed tokens that stand at or behind the billed position `bound`."""
        if bound <= 0:
            return removed
        if bound >= tokens:
            return 0
        lane, parents = found.lane, self.trace.prompts.parents
        limit = _Scale(one, tokens).text(bound)
        prompt = node = one.call.prompt
        end, total = lane.head_end(node), 0
        while node:
            low = 0 if node == end else lane.upto(parents[node])
            if low < limit:
                return total + self._split(found, node, end, prompt, limit - low)
            total += self._standing(found, node, prompt)
            if node == end:
                break
            node = parents[node]
        return total

    def _standing(self, found: _LaneClaims, node: NodeId, prompt: NodeId) -> int:
        slots = found.standing.get(self.traffic.id(node))
        if not slots:
            return 0
        gains = (gain for found_gains in slots.values() for gain in found_gains)
        return sum(tokens for since, tokens in gains if self.traffic.holds(since, prompt))

    def _split(
        self, found: _LaneClaims, node: NodeId, end: NodeId, prompt: NodeId, limit: int
    ) -> int:
        """Removed tokens of the node that a change of billing cuts, behind the cut."""
        taken = self._taken_at(found, self._nodes(node, end), prompt)
        if not any(map(any, taken.values())):
            return 0
        total = position = 0
        for piece in found.lane.pieces(node, end):
            waiting = taken.get(piece.segment) if piece.segment is not None else None
            if waiting:
                tokens = min(piece.tokens, waiting[0])
                waiting[0] -= tokens
                # The next piece of this text is the next time it stands there, if it does.
                if len(waiting) > 1:
                    del waiting[0]
                start = position + piece.tokens - tokens
                total += max(0, min(tokens, position + piece.tokens - max(limit, start)))
            position += piece.tokens
        return total

    def _nodes(self, node: NodeId, end: NodeId) -> list[NodeId]:
        """A head is rendered whole, at its last node."""
        return self.trace.prompts.path(end) if node == end else [node]

    def _taken_at(
        self, found: _LaneClaims, nodes: list[NodeId], prompt: NodeId
    ) -> dict[SegmentId, list[int]]:
        """Claimed tokens of each text of these nodes, one number for each time that it stands there."""
        taken: dict[SegmentId, list[int]] = {}
        for step in nodes:
            standing = found.standing.get(self.traffic.id(step), {})
            segments = self.trace.messages[self.trace.prompts.messages[step]].segments
            for slot, segment in enumerate(segments):
                gains = standing.get(slot, ())
                tokens = sum(more for since, more in gains if self.traffic.holds(since, prompt))
                taken.setdefault(segment, []).append(tokens)
        return taken

    def _lane(self, lane: Lane) -> _LaneClaims:
        key = id(lane)
        if key not in self._lanes:
            self._lanes[key] = _LaneClaims(lane, self.traffic)
            for slot in self.slots:
                self._enter(self._lanes[key], slot)
        return self._lanes[key]

    def _renew(self, slot: Slot) -> None:
        for found in self._lanes.values():
            self._enter(found, slot)

    def _enter(self, found: _LaneClaims, slot: Slot) -> None:
        """Along a path, a later `since` adds only what the ones before it have not claimed."""
        sinces, amount = self.slots[slot], found.amount(slot)
        known: dict[NodeId, int] = {}
        gains: list[Gain] = []
        for since in sorted(sinces, key=self.traffic.enter.__getitem__):
            above = [a for a in known if self.traffic.holds(a, since)]
            parts = [part for a in (*above, since) for part in sinces[a]]
            known[since] = union(parts, amount)
            more = known[since] - max((known[a] for a in above), default=0)
            if more:
                gains.append((since, more))
        found.put(slot, gains)


class _Scale:
    """Between positions of rendered text and billed positions of one call."""

    def __init__(self, one: Attribution, tokens: int) -> None:
        self.front = one.front_tokens
        self.scaled = one.pieces is not None and one.estimate_tokens > 0
        self.estimate, self.tokens = one.estimate_tokens, tokens

    def billed(self, text: int) -> int:
        return text * self.tokens // self.estimate if self.scaled else text

    def text(self, position: int) -> int:
        if self.scaled:
            return position * self.estimate // max(1, self.tokens)
        return position - self.front


def slot_tokens(lane: Lane, node: NodeId, slot: int) -> int:
    """Tokens of the `slot`-th segment of the message at `node` as a lane renders it."""
    trace, end = lane.trace, lane.head_end(node)
    wanted = trace.messages[trace.prompts.messages[node]].segments[slot]
    # A head is rendered whole, at its last node: a text that it holds twice stands there twice.
    nodes = trace.prompts.path(end) if node == end else [node]
    messages = (trace.messages[trace.prompts.messages[one]] for one in nodes)
    times = sum(message.segments.count(wanted) for message in messages)
    return sum(p.tokens for p in lane.pieces(node, end) if p.segment == wanted) // times


def union(parts: Iterable[Interval], amount: int) -> int:
    """Tokens covered by intervals given in millionths of `amount`."""
    total = reached = 0
    for low, high in sorted(parts):
        start, end = max(reached, amount * low // WHOLE), amount * high // WHOLE
        total += max(0, end - start)
        reached = max(reached, end)
    return total
