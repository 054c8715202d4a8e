"""The template of a shape: every segment already says how many tokens it was rendered to.

Spec: `whytokens.importers.whytokens_shape`; a segment's name is "120", "~120" where estimated, and an
ordinal after "#".
"""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.model import Message, Role, Segment
from whytokens.templates import Context, Piece


class ShapeTemplate:
    """Adds nothing of its own."""

    key = "shape"

    def knows(self, api: str, model: str) -> bool:
        return api == "whytokens.shape"

    def head(self, context: Context, messages: Sequence[Message]) -> list[Piece]:
        return [piece for message in messages for piece in self.turn(context, message, None)]

    def turn(self, context: Context, message: Message, before: Role | None) -> list[Piece]:
        return self.reply(context, [context.segment(number) for number in message.segments])

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        return []

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        return [_piece(segment) for segment in segments]


def _piece(segment: Segment) -> Piece:
    count = (segment.name or "0").split("#")[0]
    tokens, exact = int(count.lstrip("~")), not count.startswith("~")
    if segment.category == "overhead":
        return Piece(None, tokens, "fixed", exact, segment.path[-1])
    return Piece(segment.id, tokens, "text", exact)


SHAPE = ShapeTemplate()
