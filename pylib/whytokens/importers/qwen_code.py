"""Qwen Code sessions: ``~/.qwen/projects/<project>/chats/<session>.jsonl`` (``~/.qwen/tmp`` before).

Spec: the writer's `ChatRecord`. Records form a tree (rewinds, forks); contents are Gemini's, usage has
Gemini's names whatever the provider. A compression says what the history is from then on.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide, usage
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.per_file import by_file
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, inside
from whytokens.model import NodeId, Where

KINDS = frozenset(("user", "assistant", "tool_result", "system"))
TAGS = {"version": "version", "gitBranch": "branch", "agentName": "agent"}


class _Session:
    """The records of one file."""

    def __init__(self, builder: TraceBuilder, file: str) -> None:
        self.builder, self._file = builder, file
        self._talks: dict[str, Conversation] = {}
        self._nodes: dict[str, NodeId] = {}  # by record, the prompt after it

    def line(self, value: Any, where: Where) -> bool:
        record = as_dict(value)
        kind = str(record.get("type"))
        if kind not in KINDS or "uuid" not in record:
            return False
        talk = self._talk(record)
        before = self._nodes.get(str(record.get("parentUuid")))
        if before is not None and before != talk.node:
            talk.back_to(before)
        at = inside(where, "message")
        if kind == "assistant":
            self._answer(record, talk, at)
        elif kind in ("user", "tool_result"):
            talk.hear(as_dict(record.get("message")), at)
        elif record.get("subtype") == "chat_compression":
            history = as_list(as_dict(record.get("systemPayload")).get("compressedHistory"))
            if history:
                talk.restart()
            for number, content in enumerate(history):
                talk.hear(content, inside(where, "systemPayload", "compressedHistory", number))
        self._nodes[str(record["uuid"])] = talk.node
        return True

    def _talk(self, record: Json) -> Conversation:
        main = as_str(record.get("sessionId")) or self._file
        side = as_str(record.get("agentId")) if record.get("isSidechain") else None
        key = f"{main}/{side}" if side else main
        if key not in self._talks:
            title = as_str(record.get("agentName")) or side if side else None
            self.builder.session(key, parent=main if side else None, title=title)
            if side:
                self.builder.session(main)
            self._talks[key] = Conversation(self.builder, key, SYSTEM_AND_TOOLS)
        if record.get("subtype") == "custom_title":
            title = as_str(as_dict(record.get("systemPayload")).get("customTitle"))
            self.builder.session(key, title=title)
        return self._talks[key]

    def _answer(self, record: Json, talk: Conversation, where: Where) -> None:
        talk.model = as_str(record.get("model")) or talk.model
        message = as_dict(record.get("message"))
        copied = as_dict(record.get("forkedFrom")).get("messageUuid")
        if not self.builder.first("qwen_code", str(copied or record["uuid"])):
            talk.hear({**message, "role": "assistant"}, where)  # counted where it was copied from
            return
        folder = PurePath((as_str(record.get("cwd")) or "").replace("\\", "/")).name
        tags = {name: str(record[key]) for key, name in TAGS.items() if as_str(record.get(key))}
        talk.reply(
            {**message, "role": "assistant"},
            where,
            usage.gemini(record.get("usageMetadata")),
            started=as_time(record.get("timestamp")),
            tags={**tags, "project": folder} if folder else tags,
        )

    def finish(self) -> None:
        self._talks.clear()


def _owns(value: Any) -> bool:
    one = as_dict(value)
    message = as_dict(one.get("message"))
    known = {"uuid", "parentUuid", "sessionId"} <= one.keys() and str(one.get("type")) in KINDS
    return known and isinstance(message.get("parts"), list)


QWEN_CODE = TalkImporter(
    Talk(
        key="qwen_code",
        label="Qwen Code session",
        guide=Guide(
            section="Coding agents",
            what="~/.qwen/projects/<project>/chats/<session>.jsonl",
            steps=(
                "Open ~/.qwen/projects (before 2026 ~/.qwen/tmp) in your file manager.",
                "Drop files of a project's chats folder, or the folder.",
            ),
            example='{"uuid": "…", "sessionId": "…", "type": "assistant", "message": {"role": "model", "parts": []}}',
            marks=frozenset(
                ("uuid", "parentUuid", "sessionId", "usageMetadata", "contextWindowSize")
            ),
            missing="the system prompt and the tool schemas",
        ),
        owns=_owns,
        read=by_file("qwen_code", _Session),
        gathers=True,
    )
)
