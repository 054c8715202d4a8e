"""Totals per segment over all calls, at the cost of what is new in each call.

A call's prompt is a path in the prompt tree. Where a whole run of nodes from the head down was
billed one way, it is noted once at the run's ends and summed up the tree afterwards; only the nodes
around a change of billing are looked at one by one. `spans()` of every call gives the same totals
(property-tested), in time that grows with the square of the turns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field

from whytokens.attribution.lanes import Lane
from whytokens.attribution.share import REGIONS, Attribution, Span
from whytokens.model import CallId, NodeId, SegmentId
from whytokens.templates import Piece

READ, LAST = REGIONS.index("read"), len(REGIONS) - 1


@dataclass(slots=True)
class Tally:
    """Sums over calls. `read_tokens` is the part of `tokens` that was read from a cache."""

    tokens: int = 0
    read_tokens: int = 0
    pusd: int = 0
    approx: bool = False

    def add(self, tokens: int, read_tokens: int, pusd: int, exact: bool) -> None:
        self.tokens += tokens
        self.read_tokens += read_tokens
        self.pusd += pusd
        self.approx |= bool(tokens) and not exact


@dataclass(slots=True)
class Tallies:
    """`prompt` and `reply` by segment, `overhead` and `reply_overhead` by cause; `callers` says
    which calls had an overhead (a segment's calls follow from the prompt tree)."""

    prompt: dict[SegmentId, Tally] = field(default_factory=dict)
    reply: dict[SegmentId, Tally] = field(default_factory=dict)
    overhead: dict[str, Tally] = field(default_factory=dict)
    reply_overhead: dict[str, Tally] = field(default_factory=dict)
    callers: dict[tuple[str, str], set[CallId]] = field(default_factory=dict)

    def of(self, piece: Piece | Span, reply: bool = False) -> Tally:
        if piece.segment is not None:
            return (self.reply if reply else self.prompt).setdefault(piece.segment, Tally())
        return (self.reply_overhead if reply else self.overhead).setdefault(piece.cause, Tally())

    def caller(self, piece: Piece | Span, call: CallId, reply: bool = False) -> None:
        if piece.segment is None and piece.tokens:
            kind = "reply" if reply else "prompt"
            self.callers.setdefault((kind, piece.cause), set()).add(call)


# Sums noted at a node: calls, calls that read it, sum of rates in picodollars per token.
_Sums = tuple[int, int, int]
_NOTHING: _Sums = (0, 0, 0)


class _LaneSums:
    """What the calls of one lane note at the nodes of the prompt tree."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.noted: dict[NodeId, _Sums] = {}
        self.users: dict[NodeId, set[CallId]] = {}

    def run(self, node: NodeId, above: NodeId, region: int, rate_pusd: int) -> None:
        """Every node from `node` up to, not including, `above` was billed in `region`."""
        one = (1, int(region == READ), rate_pusd)
        self.noted[node] = _plus(self.noted.get(node, _NOTHING), one)
        if above:
            self.noted[above] = _plus(self.noted.get(above, _NOTHING), one, -1)

    def totals(self) -> Iterator[tuple[NodeId, _Sums]]:
        """Notes summed up the tree; children come before their parents."""
        parents = self.lane.trace.prompts.parents
        for node in range(max(self.noted, default=0), 0, -1):
            sums = self.noted.pop(NodeId(node), _NOTHING)
            if sums == _NOTHING:
                continue
            yield NodeId(node), sums
            parent = parents[node]
            if parent:
                self.noted[parent] = _plus(self.noted.get(parent, _NOTHING), sums)
        if NodeId(0) in self.noted:
            yield NodeId(0), self.noted[NodeId(0)]


def _plus(a: _Sums, b: _Sums, sign: int = 1) -> _Sums:
    return (a[0] + sign * b[0], a[1] + sign * b[1], a[2] + sign * b[2])


def tally(attributions: Iterable[Attribution]) -> Tallies:
    """Sum all calls."""
    steps = tallying(attributions)
    try:
        while True:
            next(steps)
    except StopIteration as stop:
        found: Tallies = stop.value
        return found


def tallying(attributions: Iterable[Attribution]) -> Generator[None, None, Tallies]:
    """The same, with a pause before every call."""
    tallies, lanes = Tallies(), dict[int, _LaneSums]()
    for shared in attributions:
        yield
        if shared.method == "unbilled":
            continue
        if shared.pieces is not None:
            _add_pieces(tallies, shared, shared.pieces, 0)
        else:
            _note(tallies, lanes.setdefault(id(shared.lane), _LaneSums(shared.lane)), shared)
        for piece in shared.reply:
            pusd = piece.tokens * shared.output_rate_pusd
            tallies.of(piece, True).add(piece.tokens, 0, pusd, piece.exact)
            tallies.caller(piece, shared.call.id, True)
        for extra in shared.extras:
            fee = Piece(None, 0, "fixed", True, extra.name)
            tallies.of(fee, True).add(0, 0, extra.pusd, True)
            tallies.callers.setdefault(("reply", fee.cause), set()).add(shared.call.id)
    for sums in lanes.values():
        _collect(tallies, sums)
    return tallies


def _note(tallies: Tallies, sums: _LaneSums, shared: Attribution) -> None:
    """Note one call whose prompt stands as rendered."""
    lane, parents = shared.lane, shared.lane.trace.prompts.parents
    front = shared.front_tokens
    _add_pieces(tallies, shared, shared.front, 0)
    node, end = shared.call.prompt, lane.head_end(shared.call.prompt)
    high = front + lane.upto(node)
    _add_pieces(tallies, shared, shared.tail, high)
    above_head = parents[end] if end else NodeId(0)
    lowest = bisect_right(shared.starts, front) - 1
    while True:
        low = front if node == end else front + lane.upto(parents[node])
        first = bisect_right(shared.starts, low) - 1
        last = bisect_right(shared.starts, max(low, high - 1)) - 1
        if first == last == lowest:
            _run(sums, shared, node, above_head, lowest)
            if not end and node:  # without a head the empty prompt stands for it
                _run(sums, shared, NodeId(0), NodeId(0), lowest)
            return
        if first == last:
            above = above_head if node == end else parents[node]
            _run(sums, shared, node, above, first)
        else:
            _add_pieces(tallies, shared, lane.pieces(node, end), low)
        if node == end:
            return
        node, high = parents[node], low


def _run(sums: _LaneSums, shared: Attribution, node: NodeId, above: NodeId, region: int) -> None:
    sums.run(node, above, region, shared.rates[region])
    end = shared.lane.head_end(shared.call.prompt)
    sums.users.setdefault(end, set()).add(shared.call.id)


def _add_pieces(
    tallies: Tallies, shared: Attribution, pieces: Iterable[Piece], position: int
) -> None:
    """Add pieces of one call, one by one."""
    starts, rates = shared.starts, shared.rates
    for piece in pieces:
        end = position + piece.tokens
        region = bisect_right(starts, position) - 1
        if region == LAST or end <= starts[region + 1]:
            read = piece.tokens if region == READ else 0
            if piece.tokens:
                tallies.of(piece).add(piece.tokens, read, piece.tokens * rates[region], piece.exact)
        else:
            for span in shared.split(piece, position):
                read = span.tokens if span.billed == "read" else 0
                tallies.of(span).add(span.tokens, read, span.pusd, span.exact)
        tallies.caller(piece, shared.call.id)
        position = end


def _collect(tallies: Tallies, sums: _LaneSums) -> None:
    lane = sums.lane
    for node, (calls, reads, rates_pusd) in sums.totals():
        for piece in lane.pieces(node, lane.head_end(node)):
            tally = tallies.of(piece)
            tally.add(
                piece.tokens * calls, piece.tokens * reads, piece.tokens * rates_pusd, piece.exact
            )
            if piece.segment is None and piece.tokens:
                callers = tallies.callers.setdefault(("prompt", piece.cause), set())
                callers.update(*sums.users.values())
