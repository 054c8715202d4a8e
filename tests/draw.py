"""Traces drawn as text columns, one a call, for tests a person can check by eye.

    call 1             | call 2
    system:rules  800  | system:rules  800 *
    tools:search  300  | tools:search  300 *
    user:q1        40  | user:q1        40 *
                       | assistant:a1   25

`*` = read from cache, `w` = written to it; a line "overhead 12" is billed but unexplained; a
line "out 9" is output. Texts are the drawn number of "x" after the name, one token a character.
"""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.attribution.lanes import Counter, Lane, LaneKey
from whytokens.builder import TraceBuilder
from whytokens.model import Message, Options, Role, Segment, SegmentId, Trace, Usage, Where
from whytokens.templates import Context, Piece

ROLES: dict[str, Role] = {
    "system": "system",
    "tools": "tools",
    "user": "user",
    "assistant": "assistant",
    "tool_call": "assistant",
    "tool_result": "tool",
    "thinking": "assistant",
    "retrieved": "user",
}


class CharTokenizer:
    """One token a character: arithmetic in tests stays visible."""

    key = "chars"
    asset = None

    def knows(self, model: str, provider: str | None) -> str:
        return "exact"

    def count_many(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]


class PlainTemplate:
    """Each segment is its text; a frame of `frame_tokens` per call."""

    key = "plain-test"

    def __init__(self, frame_tokens: int = 0) -> None:
        self.frame_tokens = frame_tokens

    def knows(self, api: str, model: str) -> bool:
        return True

    def head(self, context: Context, messages: Sequence[Message]) -> list[Piece]:
        return [piece for message in messages for piece in self.turn(context, message, None)]

    def turn(self, context: Context, message: Message, before: Role | None) -> list[Piece]:
        return [
            Piece(segment, context.count(context.segment(segment).text or ""))
            for segment in message.segments
        ]

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        frame = Piece(None, self.frame_tokens, "fixed", True, "message frames")
        return [frame] if self.frame_tokens else []

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        return [Piece(segment.id, context.count(segment.text or "")) for segment in segments]

    def around_reply(self, context: Context) -> int:
        return 0


def lane_of(trace: Trace, frame_tokens: int = 0) -> Lane:
    """The one lane of a drawn trace."""
    counter = Counter(CharTokenizer())  # type: ignore[arg-type]

    def segment(number: SegmentId) -> Segment:
        return trace.segments[number]

    context = Context(
        api="test", model="m", options=Options(), count=counter.count, exact=True, segment=segment
    )
    key = LaneKey("test", "m", None, Options())
    return Lane(trace, key, PlainTemplate(frame_tokens), counter, "exact", context)


def draw(text: str, session: str | None = "s") -> Trace:
    """The trace of a drawing."""
    rows = [line.split("|") for line in text.strip("\n").splitlines()]
    builder = TraceBuilder("drawn")
    width = max(len(row) for row in rows)
    for column in range(width):
        cells = [row[column].split() for row in rows[1:] if column < len(row)]
        _draw_call(builder, [cell for cell in cells if cell], column, session)
    return builder.build()


def _draw_call(
    builder: TraceBuilder, cells: list[list[str]], column: int, session: str | None
) -> None:
    where = Where(file="drawn", line=column + 1)
    node = builder.prompt(())
    sums = {"read": 0, "write": 0, "input": 0, "out": 0}
    for what, number, *marks in cells:
        size = int(number)
        if what == "out":
            sums["out"] += size
            continue
        bucket = "read" if "*" in marks else "write" if "w" in marks else "input"
        sums[bucket] += size
        if what == "overhead":
            continue
        category, _, name = what.partition(":")
        segment = builder.segment(
            category,  # type: ignore[arg-type]
            (category, name),
            (name + "x" * size)[:size],
            where,
            name=name,
        )
        node = builder.prompt([builder.message(ROLES[category], [segment])], node)
    builder.call(
        api="test",
        model="m",
        prompt=node,
        where=where,
        session=session,
        usage=Usage(
            input=sums["input"],
            cache_read=sums["read"],
            cache_write_5m=sums["write"],
            output=sums["out"],
        ),
    )
