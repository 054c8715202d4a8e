"""Pieces that every template makes alike: plain segments, frames, and one block shared by many."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from whytokens.apportion import largest_remainder
from whytokens.components import CUT, INLINE
from whytokens.model import Message, Segment
from whytokens.nesting import loads
from whytokens.templates import Context, Piece

FRAMES = "message frames"
PREAMBLE = "tool preamble"
PLAIN_TEXT = frozenset(("system", "user", "assistant"))


def segments(context: Context, message: Message) -> list[Segment]:
    return [context.segment(number) for number in message.segments]


def frame(tokens: int, cause: str = FRAMES) -> Piece:
    return Piece(None, tokens, "fixed", True, cause)


def text(context: Context, segment: Segment, extra_tokens: int = 0) -> Piece:
    """A segment as its text; without one it weighs what the log says, if anything, and is marked."""
    if segment.text is None:
        return Piece(segment.id, segment.tokens or 0, "text", False)
    return Piece(segment.id, context.count(segment.text) + extra_tokens, "text", context.exact)


def texts(
    context: Context, found: Sequence[Segment], other: Callable[[Segment], Piece]
) -> list[Piece]:
    """Segments of one message. Neighbouring texts are counted as the one text that they make;
    `other` is asked for whatever is no plain text."""
    pieces: list[Piece] = []
    run: list[Segment] = []
    for segment in (*found, None):
        plain = segment is not None and _plain(segment)
        if segment is not None and plain:
            run.append(segment)
            if segment.name != CUT:
                continue
        pieces += _run(context, run)
        run = []
        if segment is not None and not plain:
            pieces.append(other(segment))
    return pieces


def _plain(segment: Segment) -> bool:
    plain = segment.category in PLAIN_TEXT or segment.name == INLINE
    return plain and segment.text is not None and segment.media is None


def _run(context: Context, run: Sequence[Segment]) -> list[Piece]:
    if len(run) == 1:
        return [text(context, run[0])]
    counts = [context.count(segment.text or "") for segment in run]
    whole = context.count("".join(segment.text or "" for segment in run)) if run else 0
    shares = largest_remainder(counts, whole)
    return [
        Piece(segment.id, share, "text", context.exact)
        for segment, share in zip(run, shares, strict=True)
    ]


def media(
    segment: Segment,
    size: Callable[[int, int, str | None], int],
    page_tokens: int = 0,
    says: int = 0,
) -> Piece:
    """An image by its formula; a document by its pages and by what they say (`says`: `said`); other
    media are not known and left to the overhead."""
    found = segment.media
    if found is not None and found.kind == "document" and (found.pages or says):
        return Piece(segment.id, (found.pages or 0) * page_tokens + says, "media", False)
    if found is None or found.kind != "image" or not found.width or not found.height:
        return Piece(segment.id, 0, "media", False)
    return Piece(segment.id, size(found.width, found.height, found.detail), "media", True)


def said(context: Context, segment: Segment) -> int:
    """Tokens of a document's text: pages that were not read count as the others do."""
    found = segment.media
    if found is None or not found.text:
        return 0
    pages = max(found.pages or 0, found.pages_read)
    return context.count(found.text) * pages // (found.pages_read or pages)


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


def tool_name(segment: Segment) -> str:
    """The bare name of the tool that a definition, call or result belongs to."""
    if segment.name is not None or len(segment.path) < 2:
        return segment.name or ""
    server, rest = segment.path[1], segment.path[2:]
    if server.startswith("mcp:") and rest:
        return f"mcp__{server.removeprefix('mcp:')}__{rest[0]}"
    return server


def parsed(value: str | None) -> Any:
    """JSON of a text, or None: a definition may be cut or not JSON at all."""
    try:
        return loads(value or "")
    except ValueError:
        return None


def minified(value: str) -> str:
    """JSON without white space; other text as it stands."""
    try:
        return json.dumps(loads(value), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return value
