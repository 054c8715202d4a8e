"""The log of simonw's `llm` (``logs.db``), of both generations, and `llm logs --json`.

Spec: formats, section 5 "simonw llm". Since migration m023 calls are turns on a tree of messages told by
hash; before, each response has its prompt, and its conversation is the history.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, database
from whytokens.containers.decode import head_bytes
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.conversation import Conversation
from whytokens.importers.usage import usage_of
from whytokens.importers.values import (
    Json,
    as_count,
    as_dict,
    as_list,
    as_str,
    as_time,
    as_tokens,
    decoded,
    inside,
)
from whytokens.model import Usage, Where

NEW = frozenset(("turns", "messages", "parts", "threads"))
OLD = frozenset(("responses", "conversations"))
ROW = ("model", "prompt", "response", "datetime_utc", "conversation_id")
# A chain of parents longer than this is a circle.
MAX_CHAIN = 100_000


class _Old:
    """Responses, as rows of the old table or of `llm logs --json`, by conversation."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self._rows: list[tuple[Json, Where]] = []

    def add(self, row: Json, where: Where) -> None:
        self._rows.append((row, where))

    def finish(self) -> None:
        self._rows.sort(
            key=lambda entry: (str(entry[0].get("datetime_utc")), str(entry[0].get("id")))
        )
        talks: dict[str, Conversation] = {}
        for row, where in self._rows:
            key = str(row.get("conversation_id") or row.get("id"))
            talk = talks.setdefault(key, Conversation(self.builder, key, None))
            self._call(row, where, talk)

    def _call(self, row: Json, where: Where, talk: Conversation) -> None:
        system = as_str(row.get("system"))
        fresh = not talk.builder.depth(talk.node)
        if system and fresh:
            talk.hear({"role": "system", "content": system}, inside(where, "system"))
        if fresh:
            talk.declare(row.get("tools"), where)
        talk.model = as_str(row.get("resolved_model")) or as_str(row.get("model"))
        prompt = as_str(row.get("prompt"))
        fragments = [as_dict(one).get("content") for one in as_list(row.get("prompt_fragments"))]
        for number, text in enumerate(fragments):
            if as_str(text):
                talk.hear(
                    {"role": "user", "content": text}, inside(where, "prompt_fragments", number)
                )
        for number, one in enumerate(map(as_dict, as_list(row.get("tool_results")))):
            result = {
                "role": "tool",
                "name": one.get("name"),
                "tool_call_id": one.get("tool_call_id"),
            }
            talk.hear(
                {**result, "content": one.get("output")}, inside(where, "tool_results", number)
            )
        if prompt:
            talk.hear({"role": "user", "content": prompt}, inside(where, "prompt"))
        calls = [
            {"id": one.get("tool_call_id"), "name": one.get("name"), "arguments": decoded(one.get("arguments"))}
            for one in map(as_dict, as_list(row.get("tool_calls")))
        ]  # fmt: skip
        talk.reply(
            {"role": "assistant", "content": row.get("response"), "tool_calls": calls},
            inside(where, "response"),
            usage(row),
            started=as_time(row.get("datetime_utc")),
            duration_ms=as_count(row.get("duration_ms")),
        )


def usage(row: Json) -> Usage | None:
    """Two counts, and the provider's own object with the details of both."""
    prompt, output = as_tokens(row.get("input_tokens")), as_tokens(row.get("output_tokens"))
    if prompt is None and output is None:
        return None
    details = as_dict(decoded(row.get("token_details")))
    return usage_of({**details, "prompt_tokens": prompt, "completion_tokens": output})


class LlmLogs:
    """The database, or its rows as JSON."""

    key = "llm_logs"
    label = "llm (logs.db)"
    guide = Guide(
        section="Databases",
        what="logs.db of the llm command, or llm logs --json",
        steps=(
            "Run `llm logs path` and drop that file, with logs.db-wal if it lies beside it.",
            "Or run `llm logs -n 0 --json > logs.json`.",
        ),
        example='[{"id": "01k…", "model": "gpt-4o", "prompt": "Hi", "response": "…", "datetime_utc": "…"}]',
        marks=frozenset(
            ("prompt", "response", "conversation_id", "datetime_utc", "turns", "threads")
        ),
    )
    export_hint = guide.steps[0]

    def sniff(self, head: Head) -> Verdict:
        if head.container == "database":
            return "yes" if head.tables >= NEW or head.tables >= OLD else "no"
        rows = [
            row for value in head.values for row in (value if isinstance(value, list) else [value])
        ]
        return "yes" if any(set(ROW) <= as_dict(row).keys() for row in rows[:60]) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        old = builder.gathered("llm_logs", _Old)
        if not database.is_database(head_bytes(source)):
            for document in documents(source, builder):
                value, where = document.value, document.where
                rows = value if isinstance(value, list) else [value]
                for number, row in enumerate(rows):
                    at = inside(where, number) if isinstance(value, list) else where
                    if set(ROW) <= as_dict(row).keys():
                        old.add(as_dict(row), at)
                    else:
                        builder.warn("partial", f"Not {self.label}, skipped.", at)
                yield document.progress
            return
        with database.opened(source) as connection:
            names = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            found = 0
            if names >= OLD:
                found += _responses(connection, source, old)
            if names >= NEW:
                found += _turns(connection, source, builder)
            yield Progress(source.size_bytes, source.size_bytes, found)
        if not found:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "The log of llm is still empty.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip


def _many(
    connection: sqlite3.Connection, table: str, key: str, wanted: tuple[str, ...]
) -> dict[Any, list[Json]]:
    """Rows of a table by a key; a version without the table has none."""
    found: dict[Any, list[Json]] = {}
    if database.columns(connection, table):
        for row in database.rows(connection, table, (key, *wanted)):
            found.setdefault(row[key], []).append(row)
    return found


def _responses(connection: sqlite3.Connection, source: Source, old: _Old) -> int:
    fragments = _many(connection, "fragments", "id", ("content",))
    used = _many(connection, "prompt_fragments", "response_id", ("fragment_id", "order"))
    tools = _many(connection, "tools", "id", ("name", "description", "input_schema"))
    offered = _many(connection, "tool_responses", "response_id", ("tool_id",))
    calls = _many(connection, "tool_calls", "response_id", ("name", "arguments", "tool_call_id"))
    results = _many(connection, "tool_results", "response_id", ("name", "output", "tool_call_id"))
    names = sorted(database.columns(connection, "responses"))
    count = 0
    for row in database.rows(connection, "responses", names):
        key = row.get("id")
        order = sorted(used.get(key, []), key=lambda one: as_count(one["order"]) or 0)
        row["prompt_fragments"] = [
            f for one in order for f in fragments.get(one["fragment_id"], [])
        ]
        row["tools"] = [
            _tool(t) for one in offered.get(key, []) for t in tools.get(one["tool_id"], [])
        ]
        row["tool_calls"], row["tool_results"] = calls.get(key, []), results.get(key, [])
        old.add(row, Where(file=source.name, pointer=f"/responses/{key}"))
        count += 1
    return count


def _tool(row: Json) -> Json:
    about = {"name": row.get("name"), "description": row.get("description")}
    return {
        "type": "function",
        "function": {**about, "parameters": as_dict(decoded(row.get("input_schema")))},
    }


def _turns(connection: sqlite3.Connection, source: Source, builder: TraceBuilder) -> int:
    messages = {
        row["hash"]: row
        for row in database.rows(connection, "messages", ("hash", "parent_hash", "role"))
    }
    parts = _many(
        connection,
        "parts",
        "message_hash",
        ("id", "position", "type", "tool_name", "text", "payload"),
    )
    fragments = {
        k: v[0].get("content")
        for k, v in _many(connection, "fragments", "id", ("content",)).items()
    }
    tools = _many(connection, "tools", "id", ("name", "description", "input_schema"))
    offered = _many(connection, "turn_tools", "turn_id", ("tool_id",))
    names = sorted(database.columns(connection, "turns"))
    count = 0
    for row in database.rows(connection, "turns", names, "datetime_utc"):
        where = Where(file=source.name, pointer=f"/turns/{row.get('id')}")
        model = as_str(row.get("resolved_model")) or as_str(row.get("model"))
        talk = Conversation(builder, as_str(row.get("thread_id")), None, model=model)
        talk.declare(
            [
                _tool(t)
                for one in offered.get(row.get("id"), [])
                for t in tools.get(one["tool_id"], [])
            ],
            where,
        )
        prompt = _chain(row.get("parent_message_hash"), messages, None)
        for one in prompt:
            at = Where(file=source.name, pointer=f"/messages/{one['hash']}")
            talk.hear(_message(one, parts, fragments), at)
        reply = _chain(row.get("tip_message_hash"), messages, row.get("parent_message_hash"))
        talk.reply(
            [_message(one, parts, fragments) for one in reply],
            where,
            usage(row),
            started=as_time(row.get("datetime_utc")),
            duration_ms=as_count(row.get("duration_ms")),
        )
        count += 1
    return count


def _chain(tip: Any, messages: dict[Any, Json], stop: Any) -> list[Json]:
    found: list[Json] = []
    while tip in messages and tip != stop and len(found) < MAX_CHAIN:
        found.append(messages[tip])
        tip = messages[tip]["parent_hash"]
    found.reverse()
    return found


def _message(one: Json, parts: dict[Any, list[Json]], fragments: dict[Any, Any]) -> Json:
    found = sorted(parts.get(one["hash"], []), key=lambda part: as_count(part["position"]) or 0)
    role = str(one.get("role") or "user")
    content = [_part(part, fragments) for part in found]
    return {"role": role, "content": content}


def _part(part: Json, fragments: dict[Any, Any]) -> Json:
    payload = as_dict(decoded(part.get("payload")))
    text = part.get("text")
    if text is None and isinstance(payload.get("text_ref"), list):
        text = "".join(
            str(
                fragments.get(ref["fragment"], "")
                if isinstance(ref.get("fragment"), int | str)
                else ref.get("literal", "")
            )
            for ref in map(as_dict, payload["text_ref"])
        )
    kind = str(part.get("type"))
    if kind in ("tool_call", "tool_result", "reasoning"):
        said = {"content": text} if kind == "tool_result" else {"text": text}
        return {"type": kind, "name": part.get("tool_name"), **said, **payload}
    return {"type": "text", "text": text or ""} if kind == "text" else {"type": kind, **payload}


LLM_LOGS = LlmLogs()
