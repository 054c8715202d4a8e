"""opencode's records of all files, held by their ids until the sessions can be put together.

Spec: formats, section 3.8.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from whytokens.builder import TraceBuilder
from whytokens.importers.opencode_talk import add_session
from whytokens.importers.values import Json, as_count, as_dict, as_list, as_str, inside
from whytokens.model import Where

PARTS = frozenset((
    "text", "reasoning", "tool", "step-start", "step-finish", "file", "patch", "snapshot", "compaction",
    "agent", "retry", "subtask",
))  # fmt: skip


def is_export(one: Json) -> bool:
    messages = as_list(one.get("messages"))
    return "info" in one and any(
        isinstance(as_dict(m).get("parts"), list) and "info" in as_dict(m) for m in messages[:5]
    )


def is_message(one: Json) -> bool:
    return {"id", "sessionID", "role"} <= one.keys() and "content" not in one


def is_part(one: Json) -> bool:
    if str(one.get("type")) not in PARTS or "id" not in one:
        return False
    return "messageID" in one or isinstance(one.get("time"), dict) or "state" in one


def is_session(one: Json) -> bool:
    return {"id", "projectID", "title"} <= one.keys()


@dataclass(slots=True)
class Storage:
    """Sessions, messages and parts of all files."""

    builder: TraceBuilder
    sessions: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, tuple[Json, Where]] = field(default_factory=dict)
    parts: dict[str, list[tuple[Json, Where]]] = field(default_factory=dict)

    def add(self, one: Json, where: Where) -> bool:
        if is_message(one):
            self.messages[str(one["id"])] = (one, where)
        elif is_part(one):
            folder = PurePosixPath(where.file).parent.name
            key = as_str(one.get("messageID")) or folder
            self.parts.setdefault(key, []).append((one, where))
        elif is_session(one):
            self.sessions[str(one["id"])] = one
        else:
            return False
        return True

    def finish(self) -> None:
        talks: dict[str, list[tuple[Json, Where]]] = {}
        for one, where in self.messages.values():
            talks.setdefault(str(one["sessionID"]), []).append((one, where))
        lost = set(self.parts) - set(self.messages)
        if lost:
            where = self.parts[min(lost)][0][1]
            text = f"Parts of {len(lost):,} messages that are not in these files are skipped."
            self.builder.warn("partial", text, where)
        for key, messages in sorted(talks.items()):
            about = self.sessions.get(key, {})
            add_session(key, about, sorted(messages, key=_time), self.parts, self.builder)


def _time(entry: tuple[Json, Where]) -> tuple[int, str]:
    one = entry[0]
    times = as_dict(one.get("time"))
    at = as_count(times.get("created")) or as_count(times.get("start")) or 0
    return at, str(one.get("id"))


def add_export(one: Json, where: Where, shared: Storage) -> None:
    info = as_dict(one.get("info"))
    if as_str(info.get("id")):
        shared.sessions[str(info["id"])] = info
    for number, message in enumerate(map(as_dict, as_list(one.get("messages")))):
        at = inside(where, "messages", number)
        about = as_dict(message.get("info"))
        about.setdefault("id", f"message {number}")
        about.setdefault("sessionID", info.get("id") or where.file)
        shared.messages[str(about["id"])] = (about, inside(at, "info"))
        shared.parts[str(about["id"])] = [
            (as_dict(part), inside(at, "parts", place))
            for place, part in enumerate(as_list(message.get("parts")))
        ]
