"""Cursor's chats in its own database: ``state.vscdb``, table cursorDiskKV.

Spec: formats, section 3.8 "Cursor". A chat's bubbles are values of their own, in the order that the chat
lists them; counts of tokens are rare and text is all there is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, database
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.logged import tokens
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, decoded
from whytokens.model import Where

TABLE = "cursorDiskKV"
USER, ANSWER = 1, 2
CHAT, BUBBLE = "composerData:", "bubbleId:"


class CursorChats:
    """The database of one workspace, or of all."""

    key = "cursor"
    label = "Cursor chats"
    guide = Guide(
        section="Coding agents",
        what="state.vscdb of Cursor's globalStorage, with its -wal file",
        steps=(
            "Close Cursor and drop User/globalStorage/state.vscdb of its settings folder, with "
            "state.vscdb-wal if it lies beside it.",
            "Or export one chat: ⋯, Export Transcript.",
        ),
        example="SQLite, table cursorDiskKV with keys composerData:… and bubbleId:…",
        marks=frozenset((TABLE, "ItemTable")),
        missing="the system prompt, tool schemas and most usage",
    )
    export_hint = guide.steps[0]

    def sniff(self, head: Head) -> Verdict:
        return "yes" if TABLE in head.tables else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        before = builder.calls_so_far
        with database.opened(source) as connection:
            bubbles = {key[len(BUBBLE) :]: value for key, value in _values(connection, BUBBLE)}
            for number, (key, chat) in enumerate(_values(connection, CHAT), 1):
                _chat(key[len(CHAT) :], chat, bubbles, source.name, builder)
                yield Progress(source.size_bytes, source.size_bytes, number)
        if builder.calls_so_far == before:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "Cursor keeps no chats in it.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip


def _values(connection: sqlite3.Connection, start: str) -> Iterator[tuple[str, Json]]:
    query = f"SELECT key, value FROM {TABLE} WHERE key >= ? AND key < ? ORDER BY key"
    for key, value in connection.execute(query, (start, start[:-1] + ";")):
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        yield str(key), as_dict(decoded(text))


def _chat(key: str, chat: Json, bubbles: dict[str, Json], file: str, builder: TraceBuilder) -> None:
    builder.session(key, title=as_str(chat.get("name")))
    talk = Conversation(builder, key, SYSTEM_AND_TOOLS)
    talk.model = as_str(as_dict(chat.get("modelConfig")).get("modelName"))
    listed = [as_dict(one) for one in as_list(chat.get("fullConversationHeadersOnly"))]
    found: list[tuple[str, Json]] = [
        (str(one.get("bubbleId")), bubbles.get(f"{key}:{one.get('bubbleId')}", {}))
        for one in listed
    ]
    if not found:  # until 2025 the bubbles stood in the chat itself
        found = [(str(n), as_dict(one)) for n, one in enumerate(as_list(chat.get("conversation")))]
    for name, bubble in found:
        where = Where(file=file, pointer=f"/{TABLE}/{BUBBLE}{key}:{name}")
        if bubble.get("type") == USER:
            talk.hear({"role": "user", "content": bubble.get("text")}, where)
        elif bubble.get("type") == ANSWER:
            _answer(bubble, where, talk)


def _answer(bubble: Json, where: Where, talk: Conversation) -> None:
    model = as_str(as_dict(bubble.get("modelInfo")).get("modelName"))
    talk.model = model if model and model != "default" else talk.model
    tool = as_dict(bubble.get("toolFormerData"))
    said: list[Any] = []
    thought = as_str(as_dict(bubble.get("thinking")).get("text"))
    said += [{"type": "thinking", "thinking": thought}] if thought else []
    said += [{"type": "text", "text": bubble["text"]}] if as_str(bubble.get("text")) else []
    name = as_str(tool.get("name"))
    if name:
        arguments = tool.get("rawArgs") or tool.get("params")
        said.append(
            {"type": "tool_call", "id": tool.get("toolCallId"), "name": name, "arguments": decoded(arguments)}
        )  # fmt: skip
    count = as_dict(bubble.get("tokenCount"))
    fresh = as_tokens(count.get("inputTokens")) or None  # zeros mean that nothing was counted
    spent = tokens(fresh, as_tokens(count.get("outputTokens"))) if fresh else None
    if said or spent:
        started = as_time(bubble.get("createdAt"))
        talk.reply({"role": "assistant", "content": said}, where, spent, started=started)
    if name and as_str(tool.get("result")):
        result = {"role": "tool", "tool_call_id": tool.get("toolCallId"), "name": name}
        talk.hear({**result, "content": tool["result"]}, where)


CURSOR_CHATS = CursorChats()
