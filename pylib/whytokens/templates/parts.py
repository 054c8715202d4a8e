"""Pieces that every template makes alike: plain segments, frames, and one block shared by many."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from whytokens.attribution.apportion import largest_remainder
from whytokens.model import Message, Segment
from whytokens.templates import Context, Piece

FRAMES = "message frames"
PREAMBLE = "tool preamble"


def segments(context: Context, message: Message) -> list[Segment]:
    return [context.segment(number) for number in message.segments]


def frame(tokens: int, cause: str = FRAMES) -> Piece:
    return Piece(None, tokens, "fixed", True, cause)


def text(context: Context, segment: Segment, extra_tokens: int = 0) -> Piece:
    """A segment as its text; without one it weighs nothing and says so."""
    if segment.text is None:
        return Piece(segment.id, 0, "text", False)
    return Piece(segment.id, context.count(segment.text) + extra_tokens, "text", context.exact)


def media(segment: Segment, size: Callable[[int, int, str | None], int]) -> Piece:
    """An image by its formula; other media are not known and left to the overhead."""
    found = segment.media
    if found is None or found.kind != "image" or not found.width or not found.height:
        return Piece(segment.id, 0, "media", False)
    return Piece(segment.id, size(found.width, found.height, found.detail), "media", True)


def block(
    context: Context, parts: Sequence[tuple[Segment, str]], total_tokens: int, fixed_tokens: int
) -> list[Piece]:
    """A rendered block of known total, shared among its parts by their own counts.

    `fixed_tokens` of it belong to the block itself (its preamble).
    """
    weights = [context.count(rendered) for _, rendered in parts]
    fixed = max(0, min(fixed_tokens, total_tokens))
    shares = largest_remainder(weights, total_tokens - fixed)
    pieces = [frame(total_tokens - sum(shares), PREAMBLE)]
    pieces += [
        Piece(segment.id, share, "text", context.exact)
        for (segment, _), share in zip(parts, shares, strict=True)
    ]
    return pieces


def parsed(value: str | None) -> Any:
    """JSON of a text, or None: a definition may be cut or not JSON at all."""
    try:
        return json.loads(value or "")
    except ValueError:
        return None


def minified(value: str) -> str:
    """JSON without white space; other text as it stands."""
    try:
        return json.dumps(json.loads(value), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return value
