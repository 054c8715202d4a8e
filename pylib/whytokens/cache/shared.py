"""How many tokens two prompts have in common from their start, down to the token inside a text."""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.attribution.lanes import Lane
from whytokens.cache.positions import Positions
from whytokens.cache.prompts import Prompts
from whytokens.cache.requests import Request
from whytokens.model import SegmentId
from whytokens.templates import Piece


def shared_tokens(prompts: Prompts, positions: Positions, request: Request, other: Request) -> int:
    """Billed tokens from the start of `request` that `other` sent too.

    The head is compared as it is rendered (a template may put tools before or after the system
    text); what comes after it, message by message and then inside the first that differs.
    """
    lane = request.lane
    end, other_end = lane.head_end(request.node), lane.head_end(other.node)
    if prompts.ids[end] != prompts.ids[other_end]:
        mine, theirs = lane.head(end), lane.head(other_end)
        return request.billed(common(prompts, lane, mine, theirs))
    meet = prompts.meet(request.node, other.node)
    tokens = positions.at(request, meet)
    mine_next = prompts.next_after(meet, request.node)
    theirs_next = prompts.next_after(meet, other.node)
    if mine_next is None or theirs_next is None:
        return tokens
    pieces, others = lane.turn(mine_next), lane.turn(theirs_next)
    return min(request.one.prompt_tokens, tokens + common(prompts, lane, pieces, others))


def common(prompts: Prompts, lane: Lane, mine: Sequence[Piece], theirs: Sequence[Piece]) -> int:
    """Tokens at the start of two runs of pieces that are the same."""
    total = 0
    for piece, other in zip(mine, theirs, strict=False):
        if piece == other:
            total += piece.tokens
            continue
        if piece.segment is not None and other.segment is not None:
            total += _inside(prompts, lane, piece.segment, other.segment)
        break
    return total


def _inside(prompts: Prompts, lane: Lane, mine: SegmentId, theirs: SegmentId) -> int:
    segments = prompts.trace.segments
    if segments[mine].category != segments[theirs].category:  # another frame stands before it
        return 0
    text, other = segments[mine].text or "", segments[theirs].text or ""
    return lane.counter.count(text[: prefix_chars(text, other)])


def prefix_chars(text: str, other: str) -> int:
    """Length of the common beginning of two texts, by halving (compared in C, not by character)."""
    low, high = 0, min(len(text), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if text[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
