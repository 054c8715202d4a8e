"""Goose's database of sessions: ``~/.local/share/goose/sessions/sessions.db``.

Spec: the writer's session manager. Messages are rows with their content as JSON; `goose_files` reads what
came before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from whytokens.builder import TraceBuilder
from whytokens.containers import database
from whytokens.importers import Guide
from whytokens.importers.goose_talk import Message, add_session
from whytokens.importers.session_database import SessionDatabase, SessionDatabaseImporter
from whytokens.model import Where

COUNTS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
ABOUT = (
    "id", "name", "description", "parent_session_id", "provider_name", "model_config_json",
    "accumulated_cost", *COUNTS, *(f"accumulated_{name}" for name in COUNTS),
)  # fmt: skip
MESSAGE = ("id", "session_id", "role", "content_json", "created_timestamp")


def _read(connection: sqlite3.Connection, file: str, builder: TraceBuilder) -> Iterator[None]:
    messages: dict[str, list[Message]] = {}
    for row in database.rows(connection, "messages", MESSAGE, "id"):
        at = Where(file=file, pointer=f"/messages/{row['id']}")
        one = (row["role"], row["content_json"], row["created_timestamp"], at)
        messages.setdefault(str(row["session_id"]), []).append(one)
    for about in database.rows(connection, "sessions", ABOUT):
        key = str(about["id"])
        where = Where(file=file, pointer=f"/sessions/{key}")
        add_session(key, about, messages.get(key, ()), where, builder)
        yield


GOOSE = SessionDatabaseImporter(
    SessionDatabase(
        key="goose",
        label="Goose sessions",
        guide=Guide(
            section="Coding agents",
            what="~/.local/share/goose/sessions/sessions.db, with its -wal file",
            steps=(
                "Close Goose and drop sessions.db of ~/.local/share/goose/sessions, with sessions.db-wal "
                "if it lies beside it.",
                "Sessions of 2025 and before are .jsonl files in the same folder.",
            ),
            example="SQLite, tables sessions (accumulated_input_tokens, …) and messages (content_json, …)",
            marks=frozenset(("accumulated_total_tokens", "content_json", "model_config_json")),
            missing="the system prompt, tool schemas and single calls' counts",
        ),
        tables=frozenset(("sessions", "messages")),
        columns=frozenset(("content_json", "created_timestamp", "working_dir")),
        read=_read,
    )
)
