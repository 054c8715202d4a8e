"""The template for any other API: the sum of its texts. Frames are unknown, so nothing is exact."""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.model import Message, Role, Segment
from whytokens.templates import Context, Piece, parts


class PlainTemplate:
    """Counts text and leaves the rest to the overhead."""

    key = "plain"

    def knows(self, api: str, model: str) -> bool:
        return True

    def head(self, context: Context, messages: Sequence[Message]) -> list[Piece]:
        return [piece for message in messages for piece in self.turn(context, message, None)]

    def turn(self, context: Context, message: Message, before: Role | None) -> list[Piece]:
        return self.reply(context, parts.segments(context, message))

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        return []

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        return [parts.text(context, segment)._replace(exact=False) for segment in segments]

    def around_reply(self, context: Context) -> int:
        return 0


PLAIN = PlainTemplate()
