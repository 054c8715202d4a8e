"""Zed's agent threads: ``threads/threads.db``, each thread a JSON document, mostly packed.

Spec: the writer's `DbThread`, versions 0.1 to 0.3. Messages are tagged by who speaks; tool results stand in
the answer that asked for them; the thread counts what all of its requests spent.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import database, zstd
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS
from whytokens.importers.providers import provider_of
from whytokens.importers.session_database import SessionDatabase, SessionDatabaseImporter
from whytokens.importers.shares import SharedConversation
from whytokens.importers.usage import anthropic
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, decoded, inside
from whytokens.model import Where

COLUMNS = ("id", "parent_id", "summary", "updated_at", "data_type", "data")
# A thread's document unpacked; more is no conversation.
MAX_BYTES = 256 * 2**20


def _read(connection: sqlite3.Connection, file: str, builder: TraceBuilder) -> Iterator[None]:
    for row in database.rows(connection, "threads", COLUMNS, "updated_at"):
        where = Where(file=file, pointer=f"/threads/{row['id']}")
        thread, why = _document(row["data"], row["data_type"])
        if thread is None:
            builder.warn("partial", f"Thread {row['id']} is skipped: {why}.", where)
        else:
            _thread(str(row["id"]), row, thread, where, builder)
        yield


def _document(data: Any, kind: Any) -> tuple[Json | None, str]:
    raw = data.encode() if isinstance(data, str) else bytes(data or b"")
    broken: tuple[type[Exception], ...] = (OSError, EOFError, *zstd.errors())
    try:
        if kind == "zstd" or raw.startswith(zstd.MAGIC):
            raw = zstd.stream(io.BytesIO(raw)).read(MAX_BYTES)
        found = decoded(raw.decode("utf-8", "replace"))
    except broken as error:
        return None, str(error).rstrip(".")
    return (found, "") if isinstance(found, dict) else (None, "it is no JSON document")


def _thread(key: str, row: Json, thread: Json, where: Where, builder: TraceBuilder) -> None:
    title = as_str(thread.get("title")) or as_str(row["summary"])
    builder.session(key, parent=as_str(row["parent_id"]), title=title)
    about = as_dict(thread.get("model"))
    model, provider = as_str(about.get("model")), as_str(about.get("provider"))
    talk = SharedConversation(
        builder, key, SYSTEM_AND_TOOLS, model=model,
        provider=None if provider == "zed.dev" else provider_of(provider),
    )  # fmt: skip
    started = as_time(thread.get("updated_at")) or as_time(row["updated_at"])
    for number, message in enumerate(as_list(thread.get("messages"))):
        at = inside(where, "messages", number)
        if "Agent" in as_dict(message):
            _answer(as_dict(message["Agent"]), at, talk, started)
        elif "User" in as_dict(message):
            talk.hear({"role": "user", "content": _content(as_dict(message["User"]))}, at)
        elif "role" in as_dict(message):
            _old(message, at, talk, started)
    spent = anthropic(thread.get("cumulative_token_usage"))
    known = spent is not None and (spent.prompt or spent.output or spent.refused)
    talk.settle({model or "": spent} if spent and known else {}, where)


def _content(message: Json) -> list[Any]:
    """Parts that are tagged by their kind."""
    found: list[Any] = []
    for part in as_list(message.get("content")):
        for kind, inner in as_dict(part).items() if isinstance(part, dict) else ():
            one = as_dict(inner)
            if kind == "Text":
                found.append(
                    {"type": "text", "text": inner if isinstance(inner, str) else one.get("text")}
                )
            elif kind == "Thinking":
                found.append({"type": "thinking", "thinking": one.get("text")})
            elif kind == "ToolUse":
                asked = one.get("input", one.get("raw_input"))
                found.append({"type": "tool_call", "id": one.get("id"), "name": one.get("name"),
                              "arguments": asked})  # fmt: skip
            elif kind == "Mention":
                found.append({"type": "text", "text": as_str(one.get("content")) or ""})
            elif kind == "Image":
                data = f"data:image/png;base64,{one.get('source') or ''}"
                found.append({"type": "image_url", "image_url": {"url": data}})
    return found


def _answer(agent: Json, where: Where, talk: SharedConversation, started: Any) -> None:
    answer = {"role": "assistant", "content": _content(agent)}
    talk.reply(answer, where, None, started=started)
    for key, value in as_dict(agent.get("tool_results")).items():
        one = as_dict(value)
        told = as_dict(one.get("content")).get("Text", one.get("content") or one.get("output"))
        text = as_dict(told).get("text", told)
        result = {
            "role": "tool",
            "tool_call_id": key,
            "name": one.get("tool_name"),
            "content": text,
        }
        talk.hear(result, inside(where, "tool_results", key))


def _old(message: Json, where: Where, talk: SharedConversation, started: Any) -> None:
    """Before version 0.3: a role and segments, tools beside them."""
    said: list[Any] = [
        {"type": "thinking", "thinking": one.get("text")}
        if one.get("type") == "thinking"
        else {"type": "text", "text": one.get("text")}
        for one in map(as_dict, as_list(message.get("segments")))
    ]
    said += [{"type": "text", "text": message["text"]}] if as_str(message.get("text")) else []
    if message.get("role") == "assistant":
        said += [
            {"type": "tool_call", "id": one.get("id"), "name": one.get("name"), "arguments": one.get("input")}
            for one in map(as_dict, as_list(message.get("tool_uses")))
        ]  # fmt: skip
        talk.reply({"role": "assistant", "content": said}, where, None, started=started)
    else:
        context = as_str(message.get("context"))
        said += [{"type": "text", "text": context}] if context else []
        talk.hear({"role": message.get("role"), "content": said}, where)
    for one in map(as_dict, as_list(message.get("tool_results"))):
        content = one.get("content")
        told = as_dict(content).get("Text", content)
        talk.hear({"role": "tool", "tool_call_id": one.get("tool_use_id"), "content": told}, where)


ZED = SessionDatabaseImporter(
    SessionDatabase(
        key="zed",
        label="Zed agent threads",
        guide=Guide(
            section="Coding agents",
            what="threads/threads.db of Zed's data folder",
            steps=(
                "Drop threads/threads.db of ~/.local/share/zed (macOS: ~/Library/Application Support/Zed).",
            ),
            example="SQLite, table threads (id, summary, updated_at, data_type, data)",
            marks=frozenset(("data_type", "cumulative_token_usage", "request_token_usage")),
            missing="the system prompt, tool schemas and single requests' counts",
        ),
        tables=frozenset(("threads",)),
        columns=frozenset(("summary", "data_type", "data")),
        read=_read,
    )
)
