"""Crush's database: ``.crush/crush.db`` of a project.

Spec: the writer's schema and its content parts. A session's token counts are those of its last call alone,
its cost is that of all: the cost is shared, the counts stay with the call they are of.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from whytokens.apportion import largest_remainder
from whytokens.builder import TraceBuilder
from whytokens.containers import database
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS
from whytokens.importers.providers import provider_of
from whytokens.importers.session_database import SessionDatabase, SessionDatabaseImporter
from whytokens.importers.shares import SharedConversation
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, decoded
from whytokens.model import Where

ABOUT = ("id", "parent_session_id", "title", "cost")
MESSAGE = (
    "id", "session_id", "role", "parts", "model", "provider", "created_at", "is_summary_message",
)  # fmt: skip


def _read(connection: sqlite3.Connection, file: str, builder: TraceBuilder) -> Iterator[None]:
    messages: dict[str, list[Json]] = {}
    for row in database.rows(connection, "messages", MESSAGE, "created_at"):
        messages.setdefault(str(row["session_id"]), []).append(row)
    for about in database.rows(connection, "sessions", ABOUT):
        key = str(about["id"])
        builder.session(
            key, parent=as_str(about["parent_session_id"]), title=as_str(about["title"])
        )
        talk = SharedConversation(builder, key, SYSTEM_AND_TOOLS)
        for row in messages.get(key, ()):
            _message(row, talk, Where(file=file, pointer=f"/messages/{row['id']}"))
        _settle(talk, usd_as_pusd(about["cost"]), Where(file=file, pointer=f"/sessions/{key}"))
        yield


def _message(row: Json, talk: SharedConversation, where: Where) -> None:
    parts = [as_dict(part) for part in as_list(decoded(row["parts"]))]
    if row["role"] == "assistant":
        talk.model = as_str(row["model"]) or talk.model
        said = [one for part in parts if (one := _part(part)) is not None]
        end = next((p for p in reversed(parts) if p.get("type") == "finish"), {})
        answer = {"role": "assistant", "content": said}
        talk.reply(
            answer, where, None, started=as_time(row["created_at"]),
            stop_reason=as_str(as_dict(end.get("data")).get("reason")),
            provider=provider_of(as_str(row["provider"])),
        )  # fmt: skip
        if row["is_summary_message"]:
            talk.restart()
            talk.hear({**answer, "role": "user"}, where)
        return
    for part in parts:
        about = as_dict(part.get("data"))
        if part.get("type") == "tool_result":
            one = {
                "role": "tool",
                "tool_call_id": about.get("tool_call_id"),
                "name": about.get("name"),
            }
            talk.hear({**one, "content": about.get("content")}, where)
        else:
            inner = _part(part)
            if inner is not None:
                talk.hear({"role": "user", "content": [inner]}, where)


def _part(part: Json) -> Json | None:
    about, kind = as_dict(part.get("data")), part.get("type")
    if kind == "text":
        return {"type": "text", "text": about.get("text") or ""}
    if kind == "reasoning":
        return {"type": "thinking", "thinking": about.get("thinking") or ""}
    if kind == "tool_call":
        return {"type": "tool_call", "id": about.get("id"), "name": about.get("name"),
                "arguments": about.get("input")}  # fmt: skip
    if kind in ("image_url", "binary"):
        source: Any = about.get("url") or about.get("URL")
        return {"type": "image_url", "image_url": {"url": source or ""}}
    return None


def _settle(talk: SharedConversation, cost_pusd: int | None, where: Where) -> None:
    """Counts are unknown; what the session cost goes by what each call sent and said."""
    drafts = talk.drafts
    if cost_pusd and drafts:
        shares = largest_remainder([talk.length(one) for one in drafts], cost_pusd)
        for one, share in zip(drafts, shares, strict=True):
            one.fields["reported_cost_pusd"] = share
    talk.settle({}, where)
    if cost_pusd and len(drafts) > 1 and talk.builder.first("shares", where.file):
        talk.builder.warn(
            "partial", "The log says what its calls cost in all, not each: costs are shares of that, "
            "by length.", where,
        )  # fmt: skip


CRUSH = SessionDatabaseImporter(
    SessionDatabase(
        key="crush",
        label="Crush sessions",
        guide=Guide(
            section="Coding agents",
            what=".crush/crush.db of a project, with its -wal file",
            steps=(
                "Close Crush and drop .crush/crush.db of the project, with crush.db-wal if it lies beside it.",
            ),
            example="SQLite, tables sessions (prompt_tokens, cost, …), messages (parts, model, …) and files",
            marks=frozenset(("parent_session_id", "summary_message_id", "finished_at")),
            missing="the system prompt, tool schemas and token counts of single calls",
        ),
        tables=frozenset(("sessions", "messages", "files")),
        columns=frozenset(("parts", "prompt_tokens", "completion_tokens", "finished_at")),
        read=_read,
    )
)
