"""Parts of a prompt that its program named (`ctxcapture.components`) as segments of their own.

A text that holds a named part is cut around it, wherever in the trace it stands: neighbouring texts are
still counted as the one text they make (templates.parts), so no token is added or lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from whytokens.model import Category, Message, Segment, SegmentId

# The `name` of a segment that is a part of a plain text, whatever its category: it is rendered as that text.
INLINE = "(inline)"
# The `name` of a plain text that a cache breakpoint follows: the next one is not counted with it.
CUT = "(breakpoint)"
# A shorter text would cut others where it stands by chance.
MIN_CHARS = 16
# What programs call pieces of documents that a search brought in.
RETRIEVED = frozenset(
    ("chunk", "context", "document", "rag", "rag_chunk", "retrieval", "retrieved")
)
# Plain texts: what a template counts as one with its neighbours. A tool's result is not.
CUTTABLE: frozenset[Category] = frozenset(("system", "user", "assistant"))


@dataclass(frozen=True, slots=True)
class Component:
    """`kind` is the program's own word; `name` what people know it by."""

    kind: str
    name: str

    def place(self, category: Category) -> tuple[Category, tuple[str, ...]]:
        """Category and path of a part that stands in a text of `category`."""
        if self.kind in RETRIEVED:
            return "retrieved", ("retrieved", self.name)
        named = (self.kind,) if self.name == self.kind else (self.kind, self.name)
        return category, (category, *named)


Intern = Callable[..., SegmentId]  # `TraceBuilder.segment`


def cut_all(
    messages: Sequence[Message],
    segments: Sequence[Segment],
    components: Mapping[str, Component],
    intern: Intern,
) -> list[Message]:
    """The messages, their texts cut around named parts. `segments` may grow as `intern` adds to it."""
    found = []
    for message in messages:
        parts = [(own, cut(segments[own], components, intern)) for own in message.segments]
        if any(some for _, some in parts):
            whole = tuple(one for own, some in parts for one in some or [own])
            message = replace(message, segments=whole)
        found.append(message)
    return found


def cut(segment: Segment, components: Mapping[str, Component], intern: Intern) -> list[SegmentId]:
    """The segments a text is made of, empty where it holds no named part. The leftmost part first, the
    longest where two begin alike."""
    if segment.text is None or segment.media is not None or segment.category not in CUTTABLE:
        return []
    found, rest = list[SegmentId](), segment.text
    while places := [(rest.find(text), -len(text), text) for text in components if text in rest]:
        at, _, text = min(places)
        if at:
            found.append(intern(segment.category, segment.path, rest[:at], segment.where))
        place = components[text].place(segment.category)
        found.append(intern(*place, text, segment.where, name=INLINE))
        rest = rest[at + len(text) :]
    if found and rest:
        found.append(intern(segment.category, segment.path, rest, segment.where))
    return found
