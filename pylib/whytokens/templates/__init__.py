"""Templates: how each API renders a request, and what the rendering costs around the text.

A template never sees a whole call. It prices the head (tools, response schema, system) once, each
later message once, and the frame of a call once, so a text that 40 calls share is rendered once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from whytokens.model import Message, Options, Role, Segment, SegmentId

Kind = Literal["text", "fixed", "media", "hidden"]


class Piece(NamedTuple):
    """Tokens at one position of the rendered prompt.

    `segment` None: no text explains them; `cause` then names what does ("message frames", "tool
    use preamble"). `kind`: "text" may be rescaled to the bill, "fixed" and "media" are kept,
    "hidden" is known only from usage. `exact` False where a rule or a count is an estimate.
    """

    segment: SegmentId | None
    tokens: int
    kind: Kind = "text"
    exact: bool = True
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a template may ask for besides the messages.

    `provider` is who was asked ("vertex"), None where the log does not say. `count` gives the
    tokens of a text, memoised; `exact` says whether those counts are.
    """

    api: str
    model: str
    options: Options
    count: Callable[[str], int]
    exact: bool
    segment: Callable[[SegmentId], Segment]
    provider: str | None = None


class Template(Protocol):
    """One API's rendering. Pure; all tokens are non-negative integers."""

    key: str

    def knows(self, api: str, model: str) -> bool: ...

    def head(self, context: Context, messages: Sequence[Message]) -> list[Piece]:
        """The leading run of "tools", "format" and "system" messages, in rendered order."""
        ...

    def turn(self, context: Context, message: Message, before: Role | None) -> list[Piece]:
        """One later message; `before` is the role of the one before it, None after the head."""
        ...

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        """What the call itself adds, whatever its messages (reply priming, tool choice)."""
        ...

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        """The reply's segments as output tokens."""
        ...

    def around_reply(self, context: Context) -> int:
        """Output tokens that a reply of text has besides it, where no bill says."""
        ...
