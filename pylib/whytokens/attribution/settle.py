"""Meeting the bill: what a call's rendering lacks or has too much, kept in the group that made it.

Spec: facts, section 5, with the cache counters as anchors. Where a call marks what is to be cached, its
prompt has up to three groups (read, written, fresh) of billed size, and an error of one is never made
good in another. Property-tested: sums exact, no error crosses a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from whytokens.apportion import largest_remainder
from whytokens.attribution.lanes import ROOT, Lane
from whytokens.model import Call, NodeId, Options, Usage
from whytokens.templates import Piece

# An over-count up to this is rounding of frames, taken from the frames first (facts, section 5).
TRIM_TOKENS, TRIM_SHARE = 4, 0.01
# A split of the cached part is believed where what was written counts this near to the bill.
WRITTEN_SHARE = 0.02
# What bills more than is counted where a prompt holds parts of unknown size.
GUESSED = {"hidden": "hidden thinking of earlier steps", "media": "media and documents"}


@dataclass(frozen=True, slots=True)
class Settled:
    """`front` stands before the visible prompt, `tail` after it. `pieces` is None while the lane's
    rendering holds as it stands; otherwise all of the prompt, front and tail in it."""

    front: tuple[Piece, ...]
    pieces: tuple[Piece, ...] | None
    tail: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The part of a prompt up to `end`, billed as `tokens`; it counts to `counted`."""

    end: NodeId
    tokens: int
    counted: int

    @property
    def residual(self) -> int:
        return self.tokens - self.counted


def settle(call: Call, lane: Lane, frame: tuple[Piece, ...], usage: Usage, target: int) -> Settled:
    """The prompt's pieces so that they sum to `target`, group by group where `usage` has anchors."""
    if call.options.shared_by > 1:
        return _divided(call, lane, frame, target)
    groups = _groups(call, lane, usage)
    if len(groups) == 1:
        return _whole(call, lane, frame, target)
    off = [group.residual for group in groups]
    # The frame is rendered last; where the fresh part has no room for it, the first one may.
    before = min(max(0, tokens_of(frame) - max(0, off[-1])), max(0, off[0]))
    head, tail = _split(frame, before)
    off[0] -= before
    off[-1] -= tokens_of(tail)
    rests = _shifted(off, target)
    if rests is None:
        return _whole(call, lane, frame, target)
    if min(rests) >= 0 and not any(rests[1:-1]):
        return Settled(
            (*_rest(call, lane, rests[0]), *head), None, (*tail, *_rest(call, lane, rests[-1]))
        )
    pieces: list[Piece] = []
    starts = [None, *(group.end for group in groups[:-1])]
    for number, (start, group) in enumerate(zip(starts, groups, strict=True)):
        mine = list(_between(lane, start, group.end, call.prompt))
        if number == 0:
            mine = [*head, *mine]
        if number == len(groups) - 1:
            mine += tail
        pieces += _adjusted(call, lane, mine, rests[number])
    return Settled((), tuple(pieces), ())


def _groups(call: Call, lane: Lane, usage: Usage) -> list[Group]:
    """Read, written and fresh part where the call says what it caches; else one group."""
    written = (usage.cache_write_5m or 0) + (usage.cache_write_1h or 0)
    cached, total = (usage.cache_read or 0) + written, lane.upto(call.prompt)
    whole = [Group(call.prompt, cached + (usage.input or 0), total)]
    if not call.cache_marks:
        return whole
    path = lane.trace.prompts.path(call.prompt)
    depth = max((mark for mark in call.cache_marks if 0 < mark <= len(path)), default=0)
    if not depth or not cached or usage.input is None:
        return whole
    end, head = path[depth - 1], lane.head_end(call.prompt)
    if end < head:  # the head is rendered as one
        return whole
    inner = lane.upto(end)
    fresh = Group(call.prompt, usage.input, total - inner)
    start = _written_from(lane, path[:depth], head, written) if usage.cache_read else None
    if start is None:
        return [Group(end, cached, inner), fresh]
    before = lane.upto(start)
    return [Group(start, usage.cache_read or 0, before), Group(end, written, inner - before), fresh]


def _written_from(lane: Lane, path: Sequence[NodeId], head: NodeId, written: int) -> NodeId | None:
    """The node after which the prompt counts to what was written, if there is one."""
    if not written:
        return None
    inner, best = lane.upto(path[-1]), None
    allowed = max(TRIM_TOKENS, round(written * WRITTEN_SHARE))
    for node in reversed(path[:-1]):
        if node < head:
            break
        off = abs(inner - lane.upto(node) - written)
        if off <= allowed:
            best, allowed = node, off - 1
        if allowed < 0 or inner - lane.upto(node) > written + allowed:
            break
    return best


def _shifted(rests: Sequence[int], target: int) -> list[int] | None:
    """Too much on one side of an anchor and too little on the other is an anchor that stands a
    little elsewhere; what is left is the error. None: the mark is not where the cache ended."""
    allowed = max(TRIM_TOKENS, round(target * TRIM_SHARE))
    out = list(rests)
    for i in range(len(out) - 1):
        if out[i] * out[i + 1] < 0:
            moved = min(abs(out[i]), abs(out[i + 1]))
            if moved > allowed:
                return None
            sign = 1 if out[i] < 0 else -1
            out[i] += sign * moved
            out[i + 1] -= sign * moved
    return out


def _whole(call: Call, lane: Lane, frame: tuple[Piece, ...], target: int) -> Settled:
    """One group: the overhead goes first, an over-count is taken from the frames first."""
    residual = target - lane.upto(call.prompt) - tokens_of(frame)
    if residual >= 0:
        return Settled(_rest(call, lane, residual), None, frame)
    if -residual <= tokens_of(frame):
        return Settled((), None, _trimmed(frame, -residual))
    pieces = [*_between(lane, None, call.prompt, call.prompt), *frame]
    return Settled((), tuple(_adjusted(call, lane, pieces, residual)), ())


def _divided(call: Call, lane: Lane, frame: tuple[Piece, ...], target: int) -> Settled:
    """A prompt that is billed in part: every piece of it is."""
    pieces = [*_between(lane, None, call.prompt, call.prompt), *frame]
    if target > tokens_of(pieces):
        return _whole(call, lane, frame, target)
    return Settled((), _rescaled(pieces, target, every=True), ())


def _between(lane: Lane, start: NodeId | None, end: NodeId, prompt: NodeId) -> Iterable[Piece]:
    """The rendered pieces after `start` up to `end`, both on the way to `prompt`."""
    head = lane.head_end(prompt)
    if start is None:
        yield from lane.head(head)
    for step in lane.trace.prompts.path(end):
        if step > max(head, start or ROOT):
            yield from lane.turn(step)


def _adjusted(call: Call, lane: Lane, pieces: list[Piece], residual: int) -> Sequence[Piece]:
    if residual >= 0:
        return [*_rest(call, lane, residual), *pieces]
    target = tokens_of(pieces) + residual
    if -residual <= max(TRIM_TOKENS, target * TRIM_SHARE):
        return _trimmed(tuple(pieces), -residual)
    return _rescaled(pieces, target)


def _rest(call: Call, lane: Lane, tokens: int) -> tuple[Piece, ...]:
    """Overhead, named by its likely cause."""
    if not tokens:
        return ()
    cause = hidden_cause(call.hidden, call.options, lane, call.prompt)
    return (Piece(None, tokens, "hidden", True, cause),)


def hidden_cause(hidden: str | None, options: Options, lane: Lane, prompt: NodeId) -> str:
    """Why a prompt is billed as more than its text."""
    if hidden:
        return f"not in this file ({hidden})"
    if options.hosted:
        return f"hosted tools ({', '.join(options.hosted)})"
    if options.server_state:
        return "kept on the server"
    guessed = lane.guessed(prompt)
    return GUESSED[guessed] if guessed else "unexplained"


def _split(pieces: Sequence[Piece], tokens: int) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The first `tokens` of some pieces, and the others."""
    first: list[Piece] = []
    rest: list[Piece] = []
    for piece in pieces:
        here = min(tokens, piece.tokens)
        tokens -= here
        first += [piece._replace(tokens=here)] if here else []
        rest += [piece._replace(tokens=piece.tokens - here)] if piece.tokens > here else []
    return tuple(first), tuple(rest)


def _trimmed(pieces: tuple[Piece, ...], tokens: int) -> tuple[Piece, ...]:
    """Take `tokens` away, from fixed pieces first, then from the largest."""
    out = list(pieces)
    for i in sorted(range(len(out)), key=lambda i: (out[i].kind != "fixed", -out[i].tokens, i)):
        taken = min(tokens, out[i].tokens)
        out[i] = out[i]._replace(tokens=out[i].tokens - taken)
        tokens -= taken
        if not tokens:
            break
    return tuple(out)


def _rescaled(pieces: list[Piece], target: int, *, every: bool = False) -> tuple[Piece, ...]:
    """Shrink what is estimated of media to the bill, else text, and keep fixed pieces and known media; all of
    them if those alone exceed it."""
    soft = [piece.tokens if piece.kind == "media" and not piece.exact else 0 for piece in pieces]
    over = tokens_of(pieces) - target
    if not every and 0 < over <= sum(soft):
        left = largest_remainder(soft, sum(soft) - over)
        return tuple(
            piece._replace(tokens=less) if most else piece
            for piece, most, less in zip(pieces, soft, left, strict=True)
        )
    kept = sum(piece.tokens for piece in pieces if piece.kind != "text")
    every = every or kept >= target
    weights = [piece.tokens if every or piece.kind == "text" else 0 for piece in pieces]
    shares = largest_remainder(weights, target if every else target - kept)
    return tuple(
        piece._replace(tokens=share, exact=False) if every or piece.kind == "text" else piece
        for piece, share in zip(pieces, shares, strict=True)
    )


def tokens_of(pieces: Iterable[Piece]) -> int:
    return sum(piece.tokens for piece in pieces)
