"""Rebuilding the calls of a Codex rollout from its response items and token counts.

Until 2025-10 a call's token count stands before its items, later after them: a count takes the items
that no count has taken yet, else it waits for those that follow. Counts are cumulative beside the
call's own (`codex_counts`); a fork repeats its parent's lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Any

from whytokens.builder import ROOT, TraceBuilder
from whytokens.importers import openai_responses
from whytokens.importers.codex_counts import Counts, turn_usage
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, TOOLS_ONLY, Conversation
from whytokens.importers.providers import provider_of
from whytokens.importers.reminders import parts
from whytokens.importers.thinking import OPENAI_FORGETS
from whytokens.importers.tools import CallNames, definition
from whytokens.importers.values import (
    Json,
    as_dict,
    as_list,
    as_str,
    as_time,
    inside,
)
from whytokens.model import NodeId, SegmentId, Usage, Where

API = "openai.responses"
HEAD = frozenset(("system", "developer"))
TIERS = {"priority": "priority", "fast": "priority", "flex": "flex"}


@dataclass(slots=True)
class _Draft:
    """A call whose items may still come."""

    prompt: NodeId
    where: Where
    started: datetime | None
    model: str | None
    tags: dict[str, str]
    usage: Usage | None = None
    segments: list[SegmentId] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    counted: bool = False  # its token count has come
    key: tuple[str, ...] | None = None


class RolloutReader:
    """Reads the lines of one rollout in order; `finish` adds the last call."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self.copied = 0
        self._talk = Conversation(builder, None, SYSTEM_AND_TOOLS)
        self._names = CallNames()
        self._draft: _Draft | None = None
        self._base: NodeId = ROOT
        self._counts = Counts(builder)
        self._provider = "openai"
        self._tier: str | None = None
        self._unpaid: dict[str, NodeId] = {}  # prompts of compactions, by request
        self._model: str | None = None
        self._tags: dict[str, str] = {}

    # -- lines -------------------------------------------------------------------------------

    def line(self, line: Json, where: Where) -> None:
        payload = as_dict(line.get("payload"))
        at = inside(where, "payload")
        kind = line.get("type")
        if kind == "session_meta":
            self._meta(payload, at)
        elif kind == "turn_context":
            self._model = as_str(payload.get("model")) or self._model
            self._tag("effort", payload.get("effort"))
        elif kind == "response_item":
            self.item(payload, at, as_time(line.get("timestamp")))
        elif kind == "event_msg":
            self._event(payload, where, as_time(line.get("timestamp")))
        elif kind == "token_usage_record":
            request = self._counts.record(payload, at, as_time(line.get("timestamp")))
            if request in self._unpaid:
                self._pay(request, self._unpaid.pop(request))
        elif kind == "compacted":
            self._compacted(payload, at)

    def bare_head(self, line: Json, where: Where) -> None:
        """The first line before 2025-08; its instructions are no message of their own later."""
        self._meta(line, where)
        text = as_str(line.get("instructions"))
        if text:
            at, path = inside(where, "instructions"), ("system", "instructions")
            self._talk.say("system", [self.builder.segment("system", path, text, at)])

    def bare_item(self, item: Json, where: Where) -> None:
        """An item of a log without counts: there only what follows an answer says where it ends."""
        if not _is_reply(item):
            self._close()
        self.item(item, where, None)

    def item(self, item: Json, where: Where, time: datetime | None) -> None:
        """A Responses item: the model's own join the call, the rest the conversation."""
        if _is_reply(item):
            draft = self._draft
            if draft is None:
                draft = self._draft = self._new(where, time)
            _, segments = openai_responses.read_item(item, self.builder, where, self._names)
            draft.segments += segments
            if str(item.get("type")).endswith("_call"):
                name = as_str(item.get("name")) or str(item["type"]).removesuffix("_call")
                draft.called.append(name)
            self._talk.say("assistant", segments, join=item.get("type") != "message")
            return
        role, segments = openai_responses.read_item(item, self.builder, where, self._names)
        if item.get("type") in (None, "message"):
            segments = self._words(item, where) or segments
        if role == "user" and OPENAI_FORGETS.search(self._model or ""):
            self._talk.next_turn()
        self._talk.say(role, segments)
        if str(item.get("role")) in HEAD and self._talk.builder.calls_so_far == 0:
            self._base = self._talk.node

    def _words(self, item: Json, where: Where) -> list[SegmentId]:
        """The texts of a message of the user or the program, by what they carry."""
        found = []
        category = "system" if str(item.get("role")) in HEAD else "user"
        if item.get("role") == "assistant":
            return []
        for number, value in enumerate(as_list(item.get("content"))):
            text = as_dict(value).get("text")
            if not isinstance(text, str):
                return []
            for path, words in parts(text):
                at = inside(where, "content", number)
                found.append(
                    self.builder.segment(category, (category, *path), words, at)  # type: ignore[arg-type]
                )
        return found

    def _meta(self, payload: Json, where: Where) -> None:
        own = as_str(payload.get("id"))
        if self._talk.session is not None:  # a fork repeats the lines of its parent
            self._counts.origin = own or self._counts.origin
            return
        self._talk.session = own
        self._provider = provider_of(as_str(payload.get("model_provider"))) or "openai"
        spawn = as_dict(as_dict(as_dict(payload.get("source")).get("subagent")).get("thread_spawn"))
        parent = as_str(spawn.get("parent_thread_id"))
        self._counts.origin = as_str(payload.get("forked_from_id")) or own or ""
        self._counts.parent = parent
        if own:
            title = as_str(payload.get("agent_nickname")) or as_str(payload.get("agent_role"))
            self.builder.session(own, parent=parent, title=title)
            if parent:
                self.builder.session(parent)
        cwd = as_str(payload.get("cwd"))
        self._tag("project", PurePath(cwd.replace("\\", "/")).name if cwd else None)
        self._tag("branch", as_dict(payload.get("git")).get("branch"))
        self._tag("version", payload.get("cli_version"))
        self._tag("originator", payload.get("originator"))
        self._tag("agent", payload.get("agent_role"))
        self._head(payload, where)

    def _head(self, payload: Json, where: Where) -> None:
        tools = [as_dict(tool) for tool in as_list(payload.get("dynamic_tools"))]
        at = inside(where, "dynamic_tools")
        self._talk.say(
            "tools", [definition(self.builder, t, inside(at, i)) for i, t in enumerate(tools)]
        )
        base = as_str(as_dict(payload.get("base_instructions")).get("text"))
        if base:
            at = inside(where, "base_instructions", "text")
            segment = self.builder.segment("system", ("system", "base instructions"), base, at)
            self._talk.say("system", [segment])
            self._talk.hidden = TOOLS_ONLY
        self._base = self._talk.node

    # -- counts ------------------------------------------------------------------------------

    def _event(self, payload: Json, where: Where, time: datetime | None) -> None:
        kind = payload.get("type")
        if kind == "token_count":
            self._count(as_dict(payload.get("info")), where, time)
        elif kind == "thread_settings_applied":
            self._settings(as_dict(payload.get("thread_settings")))
        elif kind == "turn.completed" and payload.get("usage"):
            self._counted(turn_usage(payload.get("usage")), where, time, None)

    def _count(self, info: Json, where: Where, time: datetime | None) -> None:
        found = self._counts.of_call(info)
        if found is not None:
            self._counted(found[0], where, time, found[1])

    def _counted(
        self, spent: Usage | None, where: Where, time: datetime | None, key: tuple[str, ...] | None
    ) -> None:
        draft = self._draft
        if draft is not None and draft.counted:
            self._close()
            draft = None
        if draft is None:
            self._draft = draft = self._new(where, time)
            draft.where = where
        waiting = not draft.segments
        draft.usage, draft.counted, draft.key = spent, True, key
        draft.started = draft.started or time
        if not waiting:
            self._close()

    def _new(self, where: Where, time: datetime | None) -> _Draft:
        return _Draft(self._talk.node, where, time, self._model, dict(self._tags))

    def _close(self) -> None:
        draft, self._draft = self._draft, None
        if draft is None:
            return
        if draft.key is not None and not self.builder.first(*draft.key):
            self.copied += 1
            return
        self._talk.call(
            draft.model,
            draft.where,
            draft.segments,
            api=API,
            prompt=draft.prompt,
            provider=self._provider,
            started=draft.started,
            tier=self._tier,
            called_tools=tuple(draft.called),
            usage=draft.usage,
            tags=draft.tags,
        )

    # -- the rest ----------------------------------------------------------------------------

    def _compacted(self, payload: Json, where: Where) -> None:
        """The prompt begins anew (formats, rule 12)."""
        self._close()
        request = as_str(payload.get("compaction_response_id"))
        if request:
            self._pay(request, self._talk.node)
        self._talk.back_to(self._base)
        history = as_list(payload.get("replacement_history"))
        at = inside(where, "replacement_history")
        for number, item in enumerate(history):
            one, place = as_dict(item), inside(at, number)
            role, segments = openai_responses.read_item(one, self.builder, place, self._names)
            if one.get("type") in (None, "message"):
                segments = self._words(one, place) or segments
            self._talk.say(role, segments)
        if not history and as_str(payload.get("message")):
            at = inside(where, "message")
            path = ("user", "compaction summary")
            self._talk.say("user", [self.builder.segment("user", path, payload["message"], at)])

    def _pay(self, request: str, prompt: NodeId) -> None:
        """A compaction is a call of its own; its record may come after it."""
        found = self._counts.compaction(request)
        if found is None:
            self._unpaid[request] = prompt
            return
        self._talk.call(
            self._model, found.where, (), api=API, prompt=prompt, provider=self._provider,
            started=found.time, tier=self._tier, usage=found.spent,
            tags={**self._tags, "task": "compaction"},
        )  # fmt: skip

    def _settings(self, settings: Json) -> None:
        """The service tier of the calls that follow; settings without one leave it."""
        if "service_tier" in settings:
            self._tier = TIERS.get(str(settings["service_tier"]))

    def finish(self) -> None:
        self._close()

    def _tag(self, name: str, value: Any) -> None:
        if as_str(value):
            self._tags[name] = str(value)


def _is_reply(item: Json) -> bool:
    kind = str(item.get("type"))
    if kind == "message":
        return item.get("role") == "assistant"
    return kind == "reasoning" or kind.endswith("_call")
