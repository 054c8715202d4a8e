"""Goose's sessions as files, one each: a line about the session, then its messages; or `session export`.

Spec: the writer's storage until autumn 2025, and its JSON export of a session.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.goose_talk import Message, add_session
from whytokens.importers.per_file import by_file
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.values import Json, as_dict, as_list, as_str, inside
from whytokens.model import Where

HEAD = frozenset(("working_dir", "message_count"))


class _File:
    """One session."""

    def __init__(self, builder: TraceBuilder, file: str) -> None:
        self.builder, self._file = builder, file
        self._head: Json = {}
        self._messages: list[Message] = []
        self._where = Where(file=file)

    def line(self, value: Any, where: Where) -> bool:
        one = as_dict(value)
        if _is_head(one):
            self._head, self._where = one, where
            for number, message in enumerate(map(as_dict, as_list(one.get("conversation")))):
                self._add(message, inside(where, "conversation", number))
        elif "role" in one and "content" in one:
            self._add(one, where)
        else:
            return False
        return True

    def _add(self, message: Json, where: Where) -> None:
        time = message.get("created") or message.get("created_timestamp")
        self._messages.append((message.get("role"), message.get("content"), time, where))

    def finish(self) -> None:
        about = {**self._head}
        config = as_dict(about.get("model_config"))
        about.setdefault("model_config_json", config)
        key = as_str(about.get("id")) or PurePosixPath(self._file).stem
        add_session(key, about, self._messages, self._where, self.builder)


def _is_head(one: Json) -> bool:
    return "working_dir" in one and ("message_count" in one or "conversation" in one)


GOOSE_FILES = TalkImporter(
    Talk(
        key="goose_files",
        label="Goose session file",
        guide=Guide(
            section="Coding agents",
            what="~/.local/share/goose/sessions/*.jsonl, or what goose session export --format json writes",
            steps=(
                "Open ~/.local/share/goose/sessions in your file manager and drop a .jsonl.",
                "Or run goose session export --format json and drop what it writes.",
            ),
            example='{"working_dir": "…", "description": "…", "message_count": 4, "total_tokens": 5112}',
            marks=frozenset(("working_dir", "message_count", "accumulated_total_tokens")),
            missing="the system prompt, tool schemas and single calls' counts",
        ),
        owns=lambda value: _is_head(as_dict(value)),
        read=by_file("goose_files", _File),
        gathers=True,
    )
)
