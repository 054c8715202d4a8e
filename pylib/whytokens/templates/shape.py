"""The template of a shape: every segment already says how many tokens it was rendered to.

Spec: `whytokens.importers.whytokens_shape`; a segment's name is "120", "~120" where estimated, and an
ordinal after "#".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from whytokens.model import Message, Role, Segment
from whytokens.templates import Context, Piece

COUNT = re.compile(r"(~?)(\d+)(?:#\d+)?", re.ASCII)


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

    def around_reply(self, context: Context) -> int:
        return 0


def _piece(segment: Segment) -> Piece:
    # Where a shape is opened beside other logs, a text of theirs may be asked for here: it is none of its own.
    said = COUNT.fullmatch(segment.name or "")
    tokens, exact = (int(said[2]), not said[1]) if said else (0, True)
    if segment.category == "overhead":
        return Piece(None, tokens, "fixed", exact, segment.path[-1])
    return Piece(segment.id, tokens, "text", exact)


SHAPE = ShapeTemplate()
