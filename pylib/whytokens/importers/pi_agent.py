"""Sessions of the pi coding agent and of OpenClaw: ``~/.pi/agent/sessions/<folder>/*.jsonl``.

Spec: pi's session format. Entries form a tree by ``parentId``; an answer's usage has its cost; a compaction
keeps the entries from one on behind its summary. A fork's file repeats its parent's entries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.per_file import by_file
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import excluding_cache, usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_str, as_time, as_tokens, inside
from whytokens.model import NodeId, Usage, Where

NOTES = frozenset(
    ("session", "model_change", "thinking_level_change", "label", "session_info", "custom", "leaf")
)
SUMMARIES = {"compaction": "compaction summary", "branch_summary": "branch summary"}


@dataclass(slots=True)
class _Session:
    """The entries of one file."""

    builder: TraceBuilder
    file: str
    _talk: Conversation | None = None
    _nodes: dict[str, NodeId] = field(default_factory=dict)  # by entry, the prompt after it
    _entries: dict[str, tuple[Json, Where]] = field(default_factory=dict)
    _tags: dict[str, str] = field(default_factory=dict)

    @property
    def talk(self) -> Conversation:
        if self._talk is None:
            self._talk = Conversation(self.builder, self.file, SYSTEM_AND_TOOLS)
        return self._talk

    def line(self, value: Any, where: Where) -> bool:
        entry, kind = as_dict(value), str(as_dict(value).get("type"))
        if kind == "session":
            self._begin(entry)
            return True
        before = self._nodes.get(str(entry.get("parentId")))
        if before is not None and before != self.talk.node:
            self.talk.back_to(before)
        if kind == "message":
            self._message(as_dict(entry.get("message")), entry, inside(where, "message"))
        elif kind in SUMMARIES:
            self._summary(entry, where)
        elif kind == "custom_message":
            self.talk.hear({"role": "user", "content": entry.get("content")}, where)
        key = as_str(entry.get("id"))
        if key:
            self._nodes[key] = self.talk.node
            self._entries[key] = (entry, where)
        return kind in NOTES or kind in (*SUMMARIES, "message", "custom_message")

    def _begin(self, entry: Json) -> None:
        key = as_str(entry.get("id")) or self.file
        self.builder.session(key)
        self._talk = Conversation(self.builder, key, SYSTEM_AND_TOOLS)
        folder = PurePath((as_str(entry.get("cwd")) or "").replace("\\", "/")).name
        self._tags = {"project": folder} if folder else {}

    def _message(self, message: Json, entry: Json, where: Where) -> None:
        role = message.get("role")
        if role == "assistant":
            self._answer(message, entry, where)
        elif role == "toolResult":
            one = {
                "role": "tool",
                "tool_call_id": message.get("toolCallId"),
                "name": message.get("toolName"),
            }
            self.talk.hear({**one, "content": message.get("content")}, where)
        elif role == "bashExecution":
            if message.get("excludeFromContext") is not True:
                said = f"{message.get('command')}\n{message.get('output') or ''}"
                self.talk.hear({"role": "user", "content": said}, where)
        else:
            self.talk.hear(
                {"role": "user", "content": message.get("content", message.get("summary"))}, where
            )

    def _answer(self, message: Json, entry: Json, where: Where) -> None:
        talk, raw = self.talk, as_dict(message.get("usage"))
        talk.model = as_str(message.get("model")) or talk.model
        said = {"role": "assistant", "content": message.get("content")}
        stamp = str(entry.get("timestamp") or message.get("timestamp"))
        if not self.builder.first("pi", str(entry.get("id")), stamp):
            talk.hear(said, where)  # counted where the fork copied it from
            return
        reason = as_str(message.get("stopReason"))
        talk.reply(
            said,
            where,
            _usage(raw),
            provider=as_str(message.get("provider")),
            started=as_time(message.get("timestamp")) or as_time(entry.get("timestamp")),
            stop_reason=reason,
            error=as_str(message.get("errorMessage")) if reason == "error" else None,
            reported_cost_pusd=usd_as_pusd(as_dict(raw.get("cost")).get("total")),
            tags=self._tags,
        )

    def _summary(self, entry: Json, where: Where) -> None:
        """A summary stands for what was before; entries from the first that is kept follow it."""
        kept = list[tuple[Json, Where]]()
        first = as_str(entry.get("firstKeptEntryId"))
        if entry.get("type") == "compaction":
            at = as_str(entry.get("parentId"))
            while first and at and at in self._entries:
                found = self._entries[at]
                kept.append(found)
                at = as_str(found[0].get("parentId")) if at != first else None
            if first not in {str(one.get("id")) for one, _ in kept}:
                kept = []
            self.talk.restart()
        text = as_str(entry.get("summary"))
        if text:
            path = ("user", SUMMARIES[str(entry["type"])])
            at_text = inside(where, "summary")
            self.talk.say("user", [self.builder.segment("user", path, text, at_text)])
        for one, place in reversed(kept):
            message = as_dict(one.get("message"))
            if message.get("role") == "assistant":
                self.talk.hear({"role": "assistant", "content": message.get("content")}, place)
            elif message:
                self._message(message, one, inside(place, "message"))

    def finish(self) -> None:
        self._entries.clear()


def _usage(raw: Json) -> Usage | None:
    spent = excluding_cache(
        as_tokens(raw.get("input")),
        read=as_tokens(raw.get("cacheRead")),
        write_5m=as_tokens(raw.get("cacheWrite")),
        output=as_tokens(raw.get("output")),
    )
    return spent if spent is not None and (spent.prompt or spent.output or spent.refused) else None


def _owns(value: Any) -> bool:
    entry = as_dict(value)
    message = as_dict(entry.get("message"))
    if entry.get("type") == "session":
        return "cwd" in entry and "id" in entry and "timestamp" in entry
    raw = as_dict(message.get("usage"))
    return entry.get("type") == "message" and "cacheRead" in raw and "api" in message


PI_AGENT = TalkImporter(
    Talk(
        key="pi_agent",
        label="pi session",
        guide=Guide(
            section="Coding agents",
            what="~/.pi/agent/sessions/<folder>/<session>.jsonl, OpenClaw's sessions too",
            steps=(
                "Open ~/.pi/agent/sessions (OpenClaw: ~/.openclaw/agents/<agent>/sessions) in your file manager.",
                "Drop a session's .jsonl, or the folder.",
            ),
            example='{"type": "message", "id": "…", "parentId": "…", "message": {"role": "assistant", "usage": {}}}',
            marks=frozenset(
                ("parentId", "toolResult", "thinking_level_change", "firstKeptEntryId")
            ),
            missing="the system prompt and the tool schemas",
        ),
        owns=_owns,
        read=by_file("pi_agent", _Session),
        gathers=True,
    )
)
