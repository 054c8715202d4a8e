"""How frames are called: from a segment to the path of labels people see."""

from __future__ import annotations

from whytokens.model import Category, Segment

WORDS: dict[Category, str] = {
    "system": "system",
    "tools": "tools",
    "user": "user",
    "assistant": "assistant",
    "tool_call": "tool calls",
    "tool_result": "tool results",
    "retrieved": "retrieved",
    "media": "media",
    "thinking": "thinking",
    "overhead": "overhead",
}
EXCERPT_CHARS = 48


def branch(segment: Segment) -> tuple[str, ...]:
    """The labels above a segment's own frame, from the category's word down."""
    return (WORDS[segment.category], *segment.path[1:])


def excerpt(text: str | None) -> str:
    """The first words of a text on one line, whatever characters it holds."""
    if text is None:
        return "(no text in the log)"
    head = " ".join(text[: 8 * EXCERPT_CHARS].split())
    if not head:
        return "(blank)"
    return head if len(head) <= EXCERPT_CHARS else head[: EXCERPT_CHARS - 1].rstrip() + "…"


def leaf(segment: Segment) -> str:
    """What tells a segment from others of the same branch."""
    if segment.media is not None and segment.text is None:
        media = segment.media
        size = f" {media.width} × {media.height}" if media.width and media.height else ""
        return f"{media.kind}{size}"
    return excerpt(segment.text)
