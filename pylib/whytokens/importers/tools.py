"""How tools, their calls and their results are named: MCP server, tool, file or main argument."""

from __future__ import annotations

import json
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers.earlier import Earlier
from whytokens.importers.values import as_dict, as_str, decoded, pointer
from whytokens.model import SegmentId, Where

# The argument that says what a call is about, most telling first.
TELLING = (
    "file_path", "path", "notebook_path", "filename", "file", "url", "uri", "query", "pattern",
    "command", "cmd", "skill", "subagent_type", "order_id", "id", "name", "description", "prompt",
)  # fmt: skip
ARGUMENT_CHARS = 60


def tool_path(name: str) -> tuple[str, ...]:
    """ "mcp__github__search_issues" -> ("mcp:github", "search_issues")."""
    parts = name.split("__", 2)
    if len(parts) == 3 and parts[0] == "mcp" and parts[1] and parts[2]:
        return (f"mcp:{parts[1]}", parts[2])
    return (name or "(no name)",)


def argument(arguments: Any) -> str | None:
    """The file or main argument of a call, one short line; None when there is none."""
    values = as_dict(decoded(arguments))
    said = {key: text for key, value in values.items() if (text := _telling(value))}
    chosen = next((said[key] for key in TELLING if key in said), None)
    if chosen is None:
        chosen = next(iter(said.values()), None)
    if chosen is None:
        return None
    line = " ".join(str(chosen)[:400].split())
    return line if len(line) <= ARGUMENT_CHARS else line[: ARGUMENT_CHARS - 1] + "…"


def _telling(value: Any) -> str | None:
    """A text, or the words of a command line; of `bash -lc "…"` what the shell is asked."""
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return value[-1] if len(value) == 3 and value[1] in ("-lc", "-c") else " ".join(value)
    return as_str(value)


def definition(builder: TraceBuilder, value: Any, where: Where) -> SegmentId:
    """A tool definition, hosted ones by their type."""
    tool = as_dict(value)
    inner = as_dict(tool.get("function") or tool.get("custom")) or tool
    name = as_str(inner.get("name")) or as_str(tool.get("type")) or ""
    text = json.dumps(value, ensure_ascii=False)
    return builder.segment("tools", ("tools", *tool_path(name)), text, where, name=name)


def definitions(builder: TraceBuilder, tools: list[Any], where: Where) -> list[SegmentId]:
    """Definitions in the list at `where`, those of an earlier request known again."""
    earlier: Earlier[SegmentId] = builder.gathered("earlier tools", Earlier)

    def read(number: int, tool: Any) -> SegmentId:
        at = pointer(where.pointer, number)
        return definition(builder, tool, Where(file=where.file, line=where.line, pointer=at))

    return earlier.read(tools, None, read, lambda one: None)


def call(builder: TraceBuilder, name: Any, arguments: str, where: Where) -> SegmentId:
    """A tool call; `arguments` is JSON text."""
    bare = as_str(name) or ""
    path = ("tool_call", *tool_path(bare))
    return builder.segment("tool_call", path, arguments, where, name=bare)


# A call's id, its tool, and what it is about.
Noted = tuple[str, tuple[str, str | None]]


class CallNames:
    """Which tool each call id belongs to, so that results can say whose they are."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, str | None]] = {}
        self._fresh: list[Noted] = []
        self.definitions: dict[str, SegmentId] = {}  # by name, for what a tool search finds

    def note(self, call_id: Any, name: Any, arguments: Any) -> None:
        if isinstance(call_id, str):
            self.again([(call_id, (as_str(name) or "", argument(arguments)))])

    def again(self, noted: list[Noted]) -> None:
        """Note what was noted before."""
        self._known.update(noted)
        self._fresh += noted

    def fresh(self) -> list[Noted]:
        """What was noted since this was last asked."""
        found, self._fresh = self._fresh, []
        return found

    def result_path(self, call_id: Any, name: Any = None) -> tuple[str, ...]:
        known, about = (
            self._known.get(call_id, ("", None)) if isinstance(call_id, str) else ("", None)
        )
        tool = known or as_str(name) or "unknown tool"
        return ("tool_result", *tool_path(tool), *((about,) if about else ()))
