"""Claude Code session logs: ``~/.claude/projects/<project>/<session>.jsonl`` and sub-agents' files.

Spec: formats, section 3.1. The log leaves out the system prompt and tool schemas, repeats the usage of
a message on each of its lines, and is a tree: forks by rewinding, sub-agents on the side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.claude_code_session import SessionReader
from whytokens.importers.values import as_dict
from whytokens.model import Where

# Lines that are the program's own notes and never sent to the model.
NOT_SENT = frozenset(
    [
        "summary",
        "system",
        "progress",
        "file-history-snapshot",
        "queue-operation",
        "permission-mode",
        "mode",
        "last-prompt",
        "ai-title",
        "custom-title",
        "agent-name",
        "pr-link",
        "worktree-state",
        "relocated",
        "started",
        "result",
        "bridge-session",
        "frame-link",
        "atis-latch",
        "tool_use",
        "tool_result",
        "agent-color",
        "agent-setting",
        "tag",
        "content-replacement",
        "marble-origami-commit",
        "marble-origami-snapshot",
        "task-summary",
        "attribution-snapshot",
    ]
)
SENT = frozenset(("user", "assistant", "attachment"))


class ClaudeCode:
    """One session file, or one sub-agent's."""

    key = "claude_code"
    label = "Claude Code session"
    export_hint = "Drop files of ~/.claude/projects/<project>/, sub-agents' folders included."
    guide = Guide(
        section="Coding agents",
        what="~/.claude/projects/<project>/<session>.jsonl, with sub-agents, forks and compaction",
        steps=(
            "Open ~/.claude/projects (or $CLAUDE_CONFIG_DIR/projects) in your file manager.",
            "Drop one session's .jsonl, its folder with subagents/, or the whole folder or a zip of it.",
        ),
        example=(
            '{"type": "user", "uuid": "…", "parentUuid": null, "sessionId": "…", '
            '"message": {"role": "user", "content": "Fix the test"}}'
        ),
        marks=frozenset(("parentUuid", "sessionId", "isSidechain", "uuid", "requestId")),
        missing="the system prompt and the tool schemas",
    )

    def sniff(self, head: Head) -> Verdict:
        return "yes" if any(_is_line(value) for value in head.values) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        reader = SessionReader(builder)
        strange: dict[str, tuple[int, Where]] = {}
        for document in documents(source, builder):
            line = as_dict(document.value)
            kind = str(line.get("type"))
            if kind in SENT and _has_message(line):
                reader.sent(line, document.where)
            else:
                reader.passed(line)
            what = _strange(document.value, kind)
            if what:
                count, where = strange.get(what, (0, document.where))
                strange[what] = (count + 1, where)
            yield document.progress
        for name, (count, where) in strange.items():
            builder.warn("partial", f"{count:,} lines {name} skipped.", where)
        if not reader.finish() and not builder.calls_so_far:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.",
                "It is a Claude Code log without any answer of the model.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip


def _is_line(value: Any) -> bool:
    line = as_dict(value)
    return (
        line.get("type") in ("user", "assistant")
        and "content" in as_dict(line.get("message"))  # Qwen Code's lines have parts
        and "uuid" in line
        and ("sessionId" in line or "parentUuid" in line)
    )


def _strange(value: Any, kind: str) -> str | None:
    """What a line is that cannot be read, in words for the user."""
    if not isinstance(value, dict):
        return None  # named where lines are read
    if kind in SENT:
        return None if _has_message(value) else f"of type “{kind}” without a message"
    if kind in NOT_SENT:
        return None
    return f"of unknown type “{kind}”" if "type" in value else "without a type"


def _has_message(line: dict[str, Any]) -> bool:
    return isinstance(line.get("message"), dict) or isinstance(line.get("attachment"), dict)


CLAUDE_CODE = ClaudeCode()
