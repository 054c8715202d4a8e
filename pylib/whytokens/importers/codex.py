"""Codex CLI logs: rollouts (``~/.codex/sessions``), old and new, and the stream of `codex exec --json`.

Spec: formats, section 3.2. Response items are what is sent again; tool schemas are never logged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.codex_events import as_lines, is_event, is_prompt, is_settings
from whytokens.importers.codex_exec import ExecReader, is_exec_line
from whytokens.importers.codex_session import RolloutReader
from whytokens.importers.values import as_dict, as_list, inside
from whytokens.model import Where

LINES = frozenset(
    ("session_meta", "turn_context", "response_item", "event_msg", "compacted", "world_state",
     "token_usage_record")
)  # fmt: skip
# Lines of the program's own, never sent.
NOTES = frozenset(("world_state", "inter_agent_communication_metadata", "session_state", "state"))
RUN = frozenset(
    ("task_started", "task_complete", "agent_message", "agent_reasoning", "exec_command_begin",
     "exec_command_end", "token_count", "session_configured")
)  # fmt: skip
ITEMS = frozenset(
    ("message", "reasoning", "function_call", "function_call_output", "local_shell_call")
)


class Codex:
    """One rollout, or the stream of one `codex exec`."""

    key = "codex"
    label = "Codex CLI session"
    export_hint = "Drop rollout-*.jsonl of ~/.codex/sessions/<year>/<month>/<day>/."
    guide = Guide(
        section="Coding agents",
        what="~/.codex/sessions/YYYY/MM/DD/rollout-*.jsonl, or the output of codex exec --json",
        steps=(
            "Open ~/.codex/sessions (or archived_sessions) in your file manager.",
            "Drop a rollout-*.jsonl, or the folder of a day or a month.",
        ),
        example='{"timestamp": "…", "type": "session_meta", "payload": {"id": "…", "cwd": "…"}}',
        marks=frozenset(("payload", "session_meta", "response_item", "turn_context", "thread_id")),
        missing="tool schemas, and before version 0.5x the system prompt",
    )

    def sniff(self, head: Head) -> Verdict:
        lines = [as_dict(value) for value in head.values]
        if any(_is_line(line) for line in lines) or any(is_exec_line(line) for line in lines):
            return "yes"
        if any(map(_is_whole, lines)) or any(map(_is_run, lines)):
            return "yes"
        return "yes" if head.container == "jsonl" and _is_old(lines) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        reader, stream, before = RolloutReader(builder), ExecReader(builder), builder.calls_so_far
        strange: dict[str, tuple[int, Where]] = {}
        for document in documents(source, builder):
            line, where = as_dict(document.value), document.where
            if _is_line(line):
                reader.line(line, where)
            elif is_exec_line(line):
                stream.line(line, where)
            elif _is_whole(line):
                reader.bare_head(line["session"], inside(where, "session"))
                for number, item in enumerate(line["items"]):
                    reader.bare_item(as_dict(item), inside(where, "items", number))
            elif is_event(line) or is_settings(line) or is_prompt(line):
                for kind, payload in as_lines(line):
                    reader.line({"type": kind, "payload": payload}, where)
            elif str(line.get("type")) in ITEMS:
                reader.bare_item(line, where)
            elif "id" in line and "timestamp" in line and "type" not in line:
                reader.bare_head(line, where)
            elif line.get("record_type") != "state" and str(line.get("type")) not in NOTES:
                kind = str(line.get("type"))
                count, first = strange.get(kind, (0, where))
                strange[kind] = (count + 1, first)
            yield document.progress
        for name, (count, where) in strange.items():
            builder.warn("partial", f"{count:,} lines of unknown type “{name}” skipped.", where)
        reader.finish()
        stream.finish()
        if builder.calls_so_far == before and not reader.copied:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.",
                "It is a Codex log without any answer of the model.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip


def _is_line(line: dict[str, Any]) -> bool:
    return str(line.get("type")) in LINES and isinstance(line.get("payload"), dict)


def _is_whole(line: dict[str, Any]) -> bool:
    """One document, as the first Codex CLI of spring 2025 wrote it."""
    session, items = as_dict(line.get("session")), as_list(line.get("items"))
    return "id" in session and bool(items) and str(as_dict(items[0]).get("type")) in ITEMS


def _is_run(line: dict[str, Any]) -> bool:
    """An event that only `codex exec` prints."""
    return is_event(line) and str(line["msg"]["type"]) in RUN


def _is_old(lines: list[dict[str, Any]]) -> bool:
    """Before 2025-08: a bare head line, then bare response items."""
    if len(lines) < 2 or not {"id", "timestamp"} <= lines[0].keys() or "type" in lines[0]:
        return False
    return "instructions" in lines[0] and any(str(line.get("type")) in ITEMS for line in lines[1:])


CODEX = Codex()
