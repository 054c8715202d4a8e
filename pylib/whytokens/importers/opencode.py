"""opencode: storage folders (session, message, part files), `opencode export`, and ``opencode.db``.

Spec: formats, section 3.8. A message's parts are files or rows of their own; a step of the model ends in
a part `step-finish` with its tokens, which exclude the cache. Joined by the ids in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, database
from whytokens.containers.documents import documents
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.usage import excluding_cache, usd_as_pusd
from whytokens.importers.values import (
    Json,
    as_dict,
    as_list,
    as_str,
    as_time,
    as_tokens,
    decoded,
    dumped,
    inside,
)
from whytokens.model import Usage, Where

PARTS = frozenset((
    "text", "reasoning", "tool", "step-start", "step-finish", "file", "patch", "snapshot", "compaction",
    "agent", "retry", "subtask",
))  # fmt: skip
TABLES = frozenset(("session", "message", "part"))
# Without ids, part files lie in a folder named by their message.
MESSAGE_FOLDER = ("msg", "m_")


def _is_export(one: Json) -> bool:
    messages = as_list(one.get("messages"))
    return "info" in one and any(
        isinstance(as_dict(m).get("parts"), list) and "info" in as_dict(m) for m in messages[:5]
    )


def _is_message(one: Json) -> bool:
    return {"id", "sessionID", "role"} <= one.keys() and "content" not in one


def _is_part(one: Json) -> bool:
    if str(one.get("type")) not in PARTS or "id" not in one:
        return False
    return "messageID" in one or isinstance(one.get("time"), dict) or "state" in one


def _is_session(one: Json) -> bool:
    return {"id", "projectID", "title"} <= one.keys()


@dataclass(slots=True)
class _Storage:
    """Sessions, messages and parts of all files."""

    builder: TraceBuilder
    sessions: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, tuple[Json, Where]] = field(default_factory=dict)
    parts: dict[str, list[tuple[Json, Where]]] = field(default_factory=dict)

    def add(self, one: Json, where: Where) -> bool:
        if _is_message(one):
            self.messages[str(one["id"])] = (one, where)
        elif _is_part(one):
            folder = PurePosixPath(where.file).parent.name
            key = as_str(one.get("messageID")) or folder
            self.parts.setdefault(key, []).append((one, where))
        elif _is_session(one):
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
            _session(key, self.sessions.get(key, {}), sorted(messages, key=_time), self)


def _time(entry: tuple[Json, Where]) -> tuple[int, str]:
    one = entry[0]
    times = as_dict(one.get("time"))
    at = as_tokens(times.get("created")) or as_tokens(times.get("start")) or 0
    return at, str(one.get("id"))


def _session(key: str, about: Json, messages: list[tuple[Json, Where]], storage: _Storage) -> None:
    builder = storage.builder
    parent = as_str(about.get("parentID"))
    builder.session(key, parent=parent, title=as_str(about.get("title")))
    if parent:
        builder.session(parent)
    talk = Conversation(builder, key, SYSTEM_AND_TOOLS)
    folder = as_str(about.get("directory"))
    tags = {"project": PurePosixPath(folder.replace("\\", "/")).name} if folder else {}
    for one, where in messages:
        # In the order of their ids, which count up in time; those without a time keep their place.
        found = sorted(storage.parts.get(str(one["id"]), []), key=lambda e: str(e[0].get("id")))
        if any("start" in as_dict(e[0].get("time")) for e in found) and not _counts_up(found):
            found = storage.parts[str(one["id"])]
        _message(one, where, found, talk, tags)


def _counts_up(found: list[tuple[Json, Where]]) -> bool:
    return all(str(part.get("id")).startswith("prt_") for part, _ in found)


def _message(
    one: Json,
    where: Where,
    found: list[tuple[Json, Where]],
    talk: Conversation,
    tags: dict[str, str],
) -> None:
    if one.get("role") != "assistant":
        for part, at in found:
            if part.get("type") == "text" and not part.get("ignored"):
                talk.hear({"role": "user", "content": part.get("text")}, at)
            elif part.get("type") == "file":
                media = {"type": "file", "mime": part.get("mime"), "url": part.get("url"),
                         "filename": part.get("filename")}  # fmt: skip
                talk.hear({"role": "user", "content": [media]}, at)
            elif part.get("type") == "compaction":
                talk.restart()
        summary = as_str(as_dict(one.get("summary")).get("body"))
        if not found and summary:
            talk.hear({"role": "user", "content": summary}, inside(where, "summary", "body"))
        return
    if one.get("summary") is True:  # the reply to a compaction is what the next prompt begins with
        talk.restart()
    model = as_dict(one.get("model"))
    talk.model = as_str(one.get("modelID")) or as_str(model.get("modelID")) or talk.model
    provider = as_str(one.get("providerID")) or as_str(model.get("providerID"))
    tags = {**tags, **{k: v for k in ("agent", "mode") if (v := as_str(one.get(k)))}}
    steps = _steps(found)
    for number, (parts, end) in enumerate(steps):
        last = number == len(steps) - 1
        about = as_dict((end or ({}, where))[0])
        spent = tokens(about.get("tokens")) or (tokens(one.get("tokens")) if last else None)
        cost = _cost(about.get("cost")) if end else _cost(one.get("cost")) if last else None
        error = as_str(as_dict(as_dict(one.get("error")).get("data")).get("message"))
        error = error or as_str(as_dict(one.get("error")).get("name"))
        talk.reply(
            {"role": "assistant", "content": [c for part, _ in parts for c in _said(part)]},
            parts[0][1] if parts else where,
            spent,
            provider=provider,
            started=as_time(as_dict(one.get("time")).get("created")),
            reported_cost_pusd=cost,
            stop_reason=as_str(about.get("reason")) or as_str(one.get("finish")),
            error=error if last else None,
            tags=tags,
        )
        for part, at in parts:
            _result(part, at, talk)


def _steps(
    found: list[tuple[Json, Where]],
) -> list[tuple[list[tuple[Json, Where]], tuple[Json, Where] | None]]:
    """Parts by step of the model; a message without step parts is one step."""
    steps: list[tuple[list[tuple[Json, Where]], tuple[Json, Where] | None]] = []
    parts: list[tuple[Json, Where]] = []
    ended = any(part.get("type") == "step-finish" for part, _ in found)
    for entry in found:
        if entry[0].get("type") == "step-finish":
            steps.append((parts, entry))
            parts = []
        elif entry[0].get("type") in ("text", "reasoning", "tool"):
            parts.append(entry)
    if not ended or any(part.get("type") == "tool" for part, _ in parts):
        steps.append((parts, None))
    return steps


def _said(part: Json) -> Iterator[Json]:
    kind = part.get("type")
    if kind == "text":
        yield {"type": "text", "text": part.get("text")}
    elif kind == "reasoning":
        yield {"type": "thinking", "thinking": part.get("text")}
    elif kind == "tool":
        state = as_dict(part.get("state"))
        yield {
            "type": "tool_call",
            "id": part.get("callID"),
            "name": part.get("tool"),
            "arguments": state.get("input"),
        }


def _result(part: Json, where: Where, talk: Conversation) -> None:
    if part.get("type") != "tool":
        return
    state = as_dict(part.get("state"))
    if as_dict(state.get("time")).get("compacted"):
        output: Any = "[Old tool result content cleared]"
    else:
        output = state.get("output", state.get("error"))
    if output is None:
        return
    result = {"role": "tool", "tool_call_id": part.get("callID"), "name": part.get("tool")}
    at = inside(where, "state", "output")
    talk.hear({**result, "content": output if isinstance(output, str) else dumped(output)}, at)


def tokens(value: Any) -> Usage | None:
    """`input` excludes the cache; reasoning stands beside the output."""
    raw = as_dict(value)
    cache = as_dict(raw.get("cache"))
    output, reasoning = as_tokens(raw.get("output")), as_tokens(raw.get("reasoning"))
    fresh = as_tokens(raw.get("input"))
    if not any((fresh, output, reasoning, *map(as_tokens, cache.values()))):
        return None  # the zeros that a message begins with
    return excluding_cache(
        fresh,
        read=as_tokens(cache.get("read")),
        write_5m=as_tokens(cache.get("write")),
        output=None if output is None else output + (reasoning or 0),
        reasoning=reasoning,
    )


def _cost(value: Any) -> int | None:
    return usd_as_pusd(as_dict(value).get("usd") if isinstance(value, dict) else value) or None


class OpenCode:
    """Files of a storage folder, one exported session, or the database."""

    key = "opencode"
    label = "opencode session"
    guide = Guide(
        section="Coding agents",
        what="~/.local/share/opencode/storage/ (the folder), opencode.db, or opencode export",
        steps=(
            "Drop the folder ~/.local/share/opencode/storage, or opencode.db with opencode.db-wal beside it.",
            "Or run `opencode export <session> > session.json` and drop that.",
        ),
        example='{"info": {"id": "ses_…"}, "messages": [{"info": {"role": "user"}, "parts": […]}]}',
        marks=frozenset(("sessionID", "messageID", "projectID", "parts", "modelID", "providerID")),
        missing="the system prompt and tool schemas",
    )
    export_hint = guide.steps[0]

    def sniff(self, head: Head) -> Verdict:
        if head.container == "database":
            return "yes" if head.tables >= TABLES else "no"
        tests = (_is_export, _is_message, _is_part, _is_session)
        found = [as_dict(value) for value in head.values]
        if head.partial and all(mark in head.text for mark in ('"info"', '"sessionID"', '"parts"')):
            return "yes"
        return "yes" if any(test(one) for one in found for test in tests) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        shared = builder.gathered("opencode", _Storage)
        with source.open() as raw:
            start = raw.read(16)
        if database.is_database(start):
            yield from self._database(source, shared)
            return
        strange = list[Where]()
        for document in documents(source, builder):
            one, where = as_dict(document.value), document.where
            if _is_export(one):
                _export(one, where, shared)
            elif not shared.add(one, where):
                strange.append(where)
            yield document.progress
        if strange:
            text = f"{len(strange):,} records are not {self.label}, skipped."
            builder.warn("partial", text, strange[0])

    def _database(self, source: Source, shared: _Storage) -> Iterator[Progress]:
        """Rows whose column `data` is the JSON that older versions kept in files."""
        with database.opened(source) as connection:
            count = 0
            for table, names in _COLUMNS.items():
                for row in database.rows(connection, table, names):
                    one = as_dict(decoded(row.pop("data", None)))
                    for column, key in _KEYS.items():
                        if row.get(column) is not None:
                            one.setdefault(key, row[column])
                    if table == "session":
                        one.setdefault("projectID", "")
                        one.setdefault("title", "")
                    where = Where(file=source.name, pointer=f"/{table}/{row.get('id')}")
                    if not shared.add(one, where):
                        shared.builder.warn("partial", "A row without its fields, skipped.", where)
                    count += 1
                    yield Progress(source.size_bytes, source.size_bytes, count)


_COLUMNS = {
    "session": ("id", "project_id", "parent_id", "title", "directory", "data"),
    "message": ("id", "session_id", "time_created", "data"),
    "part": ("id", "message_id", "session_id", "data"),
}
_KEYS = {
    "id": "id", "project_id": "projectID", "parent_id": "parentID", "title": "title",
    "directory": "directory", "session_id": "sessionID", "message_id": "messageID",
}  # fmt: skip


def _export(one: Json, where: Where, shared: _Storage) -> None:
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


OPENCODE = OpenCode()
