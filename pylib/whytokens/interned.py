"""Segments, messages and prompts of a trace in the making, each kept once by content.

Prompts are nodes of one tree, so text that is re-sent on every turn is stored and later counted once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from whytokens.model import (
    Category,
    Media,
    Message,
    MessageId,
    NodeId,
    PromptTree,
    Role,
    Segment,
    SegmentId,
    Where,
)

ROOT = NodeId(0)


class Interned:
    """What importers say of content; `TraceBuilder` adds calls and sessions to it."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._segment_ids: dict[tuple[Any, ...], SegmentId] = {}
        self._messages: list[Message] = []
        self._message_ids: dict[tuple[Any, ...], MessageId] = {}
        self._parents: list[NodeId] = [ROOT]
        self._node_messages: list[MessageId] = [MessageId(-1)]
        self._depths: list[int] = [0]
        self._children: dict[tuple[NodeId, MessageId], NodeId] = {}

    def segment(
        self,
        category: Category,
        path: tuple[str, ...],
        text: str | None,
        where: Where,
        *,
        name: str | None = None,
        media: Media | None = None,
        tokens: int | None = None,
    ) -> SegmentId:
        """Intern one piece of content; the first place seen stays its `where`."""
        key = (category, path, name, text, media, tokens)
        found = self._segment_ids.get(key)
        if found is None:
            found = SegmentId(len(self._segments))
            self._segment_ids[key] = found
            self._segments.append(
                Segment(
                    id=found,
                    category=category,
                    path=path,
                    name=name,
                    text=text,
                    media=media,
                    tokens=tokens,
                    where=where,
                )
            )
        return found

    def message(
        self, role: Role, segments: Iterable[SegmentId], name: str | None = None
    ) -> MessageId:
        """Intern one message."""
        key = (role, tuple(segments), name)
        found = self._message_ids.get(key)
        if found is None:
            found = MessageId(len(self._messages))
            self._message_ids[key] = found
            self._messages.append(Message(id=found, role=role, segments=key[1], name=name))
        return found

    def segments_of(self, message: MessageId) -> list[SegmentId]:
        return list(self._messages[message].segments)

    def segment_at(self, number: SegmentId) -> Segment:
        return self._segments[number]

    def role_of(self, message: MessageId) -> Role:
        return self._messages[message].role

    def without(
        self, message: MessageId, category: Category, *, keep_text: bool = False
    ) -> MessageId:
        """The message less its segments of one category (with `keep_text`, those without text)."""
        whole = self._messages[message]
        found = [self._segments[s] for s in whole.segments]
        kept = [s.id for s in found if s.category != category or (keep_text and s.text is not None)]
        if len(kept) == len(whole.segments):
            return message
        return self.message(whole.role, kept, whole.name)

    def prompt(self, messages: Iterable[MessageId], after: NodeId = ROOT) -> NodeId:
        """The prompt `after` continued by `messages`; shared prefixes give shared nodes."""
        node = after
        for message in messages:
            key = (node, message)
            found = self._children.get(key)
            if found is None:
                found = NodeId(len(self._parents))
                self._children[key] = found
                self._parents.append(node)
                self._node_messages.append(message)
                self._depths.append(self._depths[node] + 1)
            node = found
        return node

    def between(self, start: NodeId, node: NodeId) -> list[MessageId]:
        """The messages after `start` on the way to `node`, all of them where it does not lie there."""
        found = []
        while node not in (start, ROOT):
            found.append(self._node_messages[node])
            node = self._parents[node]
        found.reverse()
        return found

    def depth(self, node: NodeId) -> int:
        """Number of messages in the prompt at `node` (the unit of `Call.cache_marks`)."""
        return self._depths[node]

    def tree(self) -> PromptTree:
        return PromptTree(
            parents=tuple(self._parents),
            messages=tuple(self._node_messages),
            depths=tuple(self._depths),
        )
