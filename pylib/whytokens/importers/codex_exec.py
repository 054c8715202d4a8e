"""The stream of `codex exec --json`: a turn is one call, since only its sum of tokens is told.

Spec: formats, section 3.2, "exec stream". Neither the prompt nor what tools returned is sent whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from whytokens.builder import TraceBuilder
from whytokens.importers import tools
from whytokens.importers.codex_counts import turn_usage
from whytokens.importers.codex_session import API
from whytokens.importers.conversation import Conversation
from whytokens.importers.values import Json, as_dict, as_str, dumped, inside
from whytokens.model import SegmentId, Where

HIDDEN = "all requests of the turn"
PREFIXES = ("thread.", "turn.started", "turn.completed", "turn.failed", "item.")
TOOLS = {"command_execution": "shell", "file_change": "apply_patch", "web_search": "web_search"}


def is_exec_line(line: Json) -> bool:
    kind = line.get("type")
    return isinstance(kind, str) and kind.startswith(PREFIXES)


@dataclass(slots=True)
class _Turn:
    segments: list[SegmentId] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    error: str | None = None
    where: Where | None = None


class ExecReader:
    """Reads one stream in order."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self._talk = Conversation(builder, None, HIDDEN)
        self._turn = _Turn()

    def line(self, line: Json, where: Where) -> None:
        kind = line.get("type")
        if kind == "thread.started":
            self._talk.session = as_str(line.get("thread_id"))
        elif kind == "item.completed":
            self._item(as_dict(line.get("item")), inside(where, "item"))
        elif kind in ("turn.completed", "turn.failed"):
            self._done(line, where)

    def _item(self, item: Json, where: Where) -> None:
        self._turn.where = self._turn.where or where
        kind = str(item.get("type") or item.get("item_type"))
        text = as_str(item.get("text"))
        if kind in ("agent_message", "assistant_message") and text:
            segment = self.builder.segment("assistant", ("assistant",), text, where)
            self._turn.segments.append(segment)
        elif kind == "reasoning":
            self._turn.segments.append(self.builder.segment("thinking", ("thinking",), text, where))
        elif kind in TOOLS or kind == "mcp_tool_call":
            self._tool(kind, item, where)
        elif kind == "error":
            self._turn.error = as_str(item.get("message")) or "error"

    def _tool(self, kind: str, item: Json, where: Where) -> None:
        name = TOOLS.get(kind) or f"mcp__{item.get('server')}__{item.get('tool')}"
        said = ("command", "changes", "query", "arguments")
        about = {key: item[key] for key in said if item.get(key) is not None}
        arguments = dumped(about.get("arguments") or about)
        self._turn.segments.append(tools.call(self.builder, name, arguments, where))
        self._turn.called.append(name)

    def _done(self, line: Json, where: Where) -> None:
        turn, self._turn = self._turn, _Turn()
        error = as_str(as_dict(line.get("error")).get("message")) or turn.error
        self._talk.call(
            None,
            where,
            turn.segments,
            api=API,
            provider="openai",
            called_tools=tuple(turn.called),
            usage=turn_usage(line.get("usage")),
            error=error,
        )

    def finish(self) -> None:
        """A stream that was cut off inside a turn: what was said is a call without usage."""
        if self._turn.segments and self._turn.where:
            self._done({}, self._turn.where)
