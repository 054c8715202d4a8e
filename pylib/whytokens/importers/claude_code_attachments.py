"""What Claude Code's attachment lines carry into the prompt, and under which name it is shown.

Spec: formats, section 3.1 "attachment lines": from 2.1 on they hold what earlier versions wrote into
messages as reminders. A kind that is not known is taken by its text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whytokens.importers.reminders import reminder_kind
from whytokens.importers.values import Json, as_dict, as_list, as_str, dumped

Path = tuple[str, ...]
# Kinds that only tell the program something.
SILENT = frozenset(
    ("command_permissions", "budget_usd", "ultra_effort_exit", "compact_file_reference")
)
MCP, SKILLS, HOOKS, FILES = "MCP servers", "skills", "hooks", "file"


def carried(value: Json) -> tuple[Path, str] | None:
    """The path below "user", and the text; None when nothing of it is sent."""
    kind = as_str(value.get("type")) or ""
    if kind in SILENT:
        return None
    read = _KINDS.get(kind)
    path, text = read(value) if read else ((kind.replace("_", " "),), _text(value))
    if not text:
        return None
    return (path if path[0] else (reminder_kind(text),)), text


def _text(value: Json) -> str:
    """Text under one of the usual names; lists and objects as the JSON that they are."""
    for key in ("content", "text", "prompt", "banner", "snippet", "newDate"):
        found = value.get(key)
        if as_str(found):
            return str(found)
        if found:
            return dumped(found)
    return ""


def _file(value: Json) -> tuple[Path, str]:
    inner = as_dict(as_dict(value.get("content")).get("file"))
    name = as_str(value.get("displayPath")) or as_str(value.get("filename")) or ""
    return (FILES, name), as_str(inner.get("content")) or _text(value)


def _edited(value: Json) -> tuple[Path, str]:
    return ("edited file", as_str(value.get("filename")) or ""), _text(value)


def _memory(value: Json) -> tuple[Path, str]:
    name = as_str(value.get("displayPath")) or as_str(value.get("path")) or ""
    inner = as_dict(value.get("content"))
    word = "CLAUDE.md" if name.endswith("CLAUDE.md") else "memory"
    return (word, name), as_str(inner.get("content")) or _text(value)


def _skill_list(value: Json) -> tuple[Path, str]:
    return (SKILLS, "list"), _text(value)


def _skills(value: Json) -> tuple[Path, str]:
    found = [as_dict(one) for one in as_list(value.get("skills"))]
    names = ", ".join(str(one.get("name")) for one in found)
    return (SKILLS, names), "\n".join(as_str(one.get("content")) or "" for one in found)


def _dynamic(value: Json) -> tuple[Path, str]:
    return (SKILLS, "found"), ", ".join(map(str, as_list(value.get("skillNames"))))


def _hook(value: Json) -> tuple[Path, str]:
    name = as_str(value.get("hookName")) or as_str(value.get("hookEvent")) or ""
    blocking = as_dict(value.get("blockingError"))
    return (HOOKS, name), as_str(blocking.get("blockingError")) or as_str(
        value.get("content")
    ) or ""


def _delta(word: str) -> Callable[[Json], tuple[Path, str]]:
    """Lists that grow: what was added is told to the model, what went only by its name."""

    def read(value: Json) -> tuple[Path, str]:
        added: list[Any] = as_list(value.get("addedBlocks")) or as_list(value.get("addedLines"))
        gone = as_list(value.get("removedNames")) or as_list(value.get("removedTypes"))
        return (word,), "\n".join(dumped(one) for one in (*added, *gone))

    return read


def _queued(value: Json) -> tuple[Path, str]:
    """Words of the user that waited for the end of a turn."""
    prompt = value.get("prompt")
    texts = [as_str(as_dict(part).get("text")) or "" for part in as_list(prompt)]
    return ("queued",), prompt if isinstance(prompt, str) else "\n".join(filter(None, texts))


def _status(value: Json) -> tuple[Path, str]:
    said = (value.get("description"), value.get("status"), value.get("deltaSummary"))
    return ("task notification",), "\n".join(str(one) for one in said if as_str(one))


_KINDS: dict[str, Callable[[Json], tuple[Path, str]]] = {
    "file": _file,
    "edited_text_file": _edited,
    "nested_memory": _memory,
    "relevant_memories": lambda value: (("memory",), _text(value)),
    "skill_listing": _skill_list,
    "invoked_skills": _skills,
    "dynamic_skill": _dynamic,
    "hook_success": _hook,
    "hook_additional_context": _hook,
    "hook_blocking_error": _hook,
    "hook_non_blocking_error": _hook,
    "hook_stopped_continuation": _hook,
    "async_hook_response": _hook,
    "deferred_tools_delta": _delta("deferred tools"),
    "agent_listing_delta": _delta("sub-agents"),
    "mcp_instructions_delta": _delta(MCP),
    "queued_command": _queued,
    "task_status": _status,
    "todo_reminder": lambda value: (("todo list",), _text(value)),
    "task_reminder": lambda value: (("todo list",), _text(value)),
}
