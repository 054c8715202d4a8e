"""A conversation that grows: what every log that is no request must rebuild its prompts from.

Messages are added in order; a call takes the conversation so far as its prompt, and its reply is the
next message of it. Neighbouring tool results are one message (ARCHITECTURE, "Rules").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Unpack

from whytokens.builder import ROOT, CallFields, TraceBuilder
from whytokens.importers.dialects import Speaker, turns
from whytokens.importers.parts import Part
from whytokens.importers.providers import api_of, provider_of
from whytokens.importers.reminders import parts
from whytokens.importers.renditions import Rendition, declarations
from whytokens.importers.thinking import CLAUDE_FORGETS
from whytokens.importers.tools import definition
from whytokens.importers.values import inside
from whytokens.model import HEAD_ROLES, NodeId, Role, SegmentId, Usage, Where

CLAUDE = re.compile(r"claude", re.IGNORECASE)
SYSTEM_AND_TOOLS = "system prompt and tool schemas"
TOOLS_ONLY = "tool schemas"


def keeps_thinking(model: str | None) -> bool:
    """Does the model get its earlier thinking again?"""
    name = model or ""
    return bool(CLAUDE.search(name)) and not CLAUDE_FORGETS.search(name)


class Conversation:
    """One conversation of one session."""

    def __init__(
        self,
        builder: TraceBuilder,
        session: str | None,
        hidden: str | None,
        *,
        model: str | None = None,
        provider: str | None = None,
    ) -> None:
        self.builder, self.session, self.hidden = builder, session, hidden
        self.model, self.provider = model, provider_of(provider)
        self._rendition: Rendition | None = None
        self._node = ROOT
        self._waiting: list[SegmentId] = []
        self._waiting_role: Role = "tool"
        self._head = ROOT
        self._turn = ROOT

    @property
    def node(self) -> NodeId:
        """The prompt as it stands."""
        if self._waiting:
            joined = self.builder.message(self._waiting_role, self._waiting)
            self._node = self.builder.prompt([joined], self._node)
            self._waiting = []
        return self._node

    @property
    def rendition(self) -> Rendition:
        """How content of any dialect becomes segments; by the first model that is known."""
        if self._rendition is None:
            api = api_of(self.provider, self.model)
            self._rendition = Rendition(api, self.builder, Where(file=""))
        return self._rendition

    def declare(self, tools: Any, where: Where) -> None:
        """Tool definitions in any dialect."""
        at = inside(where, "tools")
        declared = declarations(tools)
        self.say(
            "tools",
            [definition(self.builder, tool, inside(at, i)) for i, tool in enumerate(declared)],
        )

    def read(
        self, value: Any, where: Where, role: Speaker = "user"
    ) -> Iterator[tuple[Role, list[SegmentId], list[str]]]:
        """Messages of any dialect: role, segments, and the tools that are called."""
        for turn in turns(value, role):
            called = [part.name or "" for part in turn.parts if part.kind == "call"]
            found = [s for part in turn.parts for s in self._segments(part, turn.role, where)]
            kind: Role = turn.role
            if any(part.kind == "result" for part in turn.parts):
                kind = "tool"
            yield kind, found, called

    def hear(self, value: Any, where: Where, role: Speaker = "user") -> None:
        """Add messages of any dialect."""
        for kind, found, _ in self.read(value, where, role):
            self.say(kind, found)

    def reply(
        self, value: Any, where: Where, spent: Usage | None, **fields: Unpack[CallFields]
    ) -> None:
        """A call of the conversation's model whose reply is written in any dialect."""
        said, called = list[SegmentId](), list[str]()
        for _, found, names in self.read(value, where, "assistant"):
            said += found
            called += names
        fields.setdefault("called_tools", tuple(called))
        fields["usage"] = spent
        self.answer(self.model, where, said, **fields)

    def _segments(self, part: Part, role: Speaker, where: Where) -> list[SegmentId]:
        """What an agent adds to the user's words is told apart."""
        if part.kind != "text" or role not in ("user", "system") or not part.text:
            return self.rendition.segments(part, role, where)
        found = []
        for path, words in parts(part.text):
            segment = self.builder.segment(role, (role, *path), words, where)
            found.append(segment)
        return found

    def say(
        self,
        role: Role,
        segments: Iterable[SegmentId],
        *,
        name: str | None = None,
        join: bool = False,
    ) -> None:
        """Add a message; one without segments is none. Tool results join their neighbours; others
        when asked to."""
        found = list(segments)
        if not found:
            return
        if role == "tool" or join:
            if self._waiting_role != role:
                self._node = self.node
                self._waiting_role = role
            self._waiting += found
            return
        message = self.builder.message(role, found, name)
        was_head = self.node == self._head
        self._node = self.builder.prompt([message], self.node)
        if was_head and role in HEAD_ROLES:
            self._head = self._node

    def back_to(self, node: NodeId) -> None:
        """Rewind, fork or compaction: go on from an earlier prompt."""
        self._waiting = []
        self._node = self._turn = node

    def next_turn(self) -> None:
        """The user speaks again, to a model that is not given what it thought before: the turn that
        ends is sent without its thinking from now on. Earlier turns are already."""
        whole = self.builder.between(self._turn, self.node)
        plain = [self.builder.without(message, "thinking") for message in whole]
        if plain != whole:
            kept = [message for message in plain if self.builder.segments_of(message)]
            self._node = self.builder.prompt(kept, self._turn)
        self._turn = self._node

    def restart(self) -> None:
        """Compaction: go on from the head (tools and system) alone."""
        self.back_to(self._head)

    def call(
        self,
        model: str | None,
        where: Where,
        said: Iterable[SegmentId],
        *,
        api: str | None = None,
        prompt: NodeId | None = None,
        **fields: Unpack[CallFields],
    ) -> None:
        """Add a call on the conversation so far (or on an earlier `prompt`); what was `said` is its
        reply, not yet part of the conversation."""
        fields.setdefault("session", self.session)
        fields.setdefault("hidden", self.hidden)
        fields.setdefault("provider", self.provider)
        fields["reply"] = tuple(said)
        node = self.node if prompt is None else prompt
        self.builder.call(
            api=api or api_of(self.provider, model), model=model, prompt=node, where=where, **fields
        )

    def answer(
        self,
        model: str | None,
        where: Where,
        said: Iterable[SegmentId],
        *,
        api: str | None = None,
        **fields: Unpack[CallFields],
    ) -> None:
        """A call whose reply is then part of the conversation; its thinking where the model keeps it."""
        reply = list(said)
        self.call(model, where, reply, api=api, **fields)
        if reply and not keeps_thinking(model):
            whole = self.builder.without(self.builder.message("assistant", reply), "thinking")
            reply = self.builder.segments_of(whole)
        self.say("assistant", reply)
