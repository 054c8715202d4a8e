"""What Cursor's agent prints: ``cursor-agent -p --output-format stream-json`` or ``json``.

Spec: Cursor's documents, "Output format". The lines look like those of `claude -p`, but tools are events of
their own, named by a key, and the result counts the run's tokens in camel case, input beside the cache.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS
from whytokens.importers.per_file import by_file
from whytokens.importers.shares import SharedConversation, exclusive
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, dumped
from whytokens.model import Where

LINES = frozenset(("system", "user", "assistant", "thinking", "tool_call", "result"))
CALL = "ToolCall"


class _Run:
    """The lines of one file."""

    def __init__(self, builder: TraceBuilder, file: str) -> None:
        self.builder, self._file = builder, file
        self._talk = SharedConversation(builder, file, SYSTEM_AND_TOOLS)
        self._said: list[Json] = []
        self._at: tuple[Where, datetime | None] | None = None
        self._thought = ""
        self._last = Where(file=file)
        self._time: datetime | None = None  # few lines have one: those after it are not before it

    def line(self, value: Any, where: Where) -> bool:
        line, kind = as_dict(value), str(as_dict(value).get("type"))
        self._last, self._time = where, as_time(line.get("timestamp_ms")) or self._time
        if kind == "system":
            self._begin(line)
        elif kind == "user":
            self._answered()
            self._talk.hear({"role": "user", "content": _content(line)}, where)
        elif kind == "thinking":
            self._thought += as_str(line.get("text")) or ""
        elif kind == "assistant":
            self._speak(line, where)
        elif kind == "tool_call":
            self._tool(line, where)
        elif kind == "result":
            self._result(line, where)
        return kind in LINES

    def _begin(self, line: Json) -> None:
        self.finish()
        session = as_str(line.get("session_id")) or self._file
        self._talk = SharedConversation(
            self.builder, session, SYSTEM_AND_TOOLS, model=as_str(line.get("model"))
        )

    def _speak(self, line: Json, where: Where) -> None:
        """With partial output the whole text comes again at the end of its pieces."""
        text = "".join(as_str(as_dict(part).get("text")) or "" for part in _content(line))
        last = self._said[-1] if self._said and self._said[-1].get("type") == "text" else None
        if last is not None and last["text"] == text:
            return
        if last is not None:
            last["text"] += text
        else:
            self._add({"type": "text", "text": text}, where, line)

    def _tool(self, line: Json, where: Where) -> None:
        key, one = _named(as_dict(line.get("tool_call")))
        if key is None:
            return
        call, name = line.get("call_id"), key.removesuffix(CALL)
        args = one.get("args", one.get("arguments"))
        if name == "mcp":
            about = as_dict(args)
            name = f"mcp__{about.get('providerIdentifier') or 'mcp'}__{about.get('toolName') or about.get('name')}"
            args = about.get("args", args)
        if line.get("subtype") != "completed":
            self._add(
                {"type": "tool_call", "id": call, "name": name, "arguments": args}, where, line
            )
            return
        self._answered()
        result = as_dict(one.get("result"))
        told = next((v for k, v in result.items() if v is not None), one.get("result"))
        content = {"role": "tool", "tool_call_id": call, "name": name, "content": _text(told)}
        self._talk.hear(content, where)

    def _add(self, part: Json, where: Where, line: Json) -> None:
        if self._at is None:
            self._at = (where, self._time)
            if self._thought:
                self._said.append({"type": "thinking", "thinking": self._thought})
            self._thought = ""
        self._said.append(part)

    def _answered(self) -> None:
        if self._at is not None:
            where, time = self._at
            answer = {"role": "assistant", "content": self._said}
            self._talk.reply(answer, where, None, started=time)
        self._said, self._at = [], None

    def _result(self, line: Json, where: Where) -> None:
        if self._at is None and not self._talk.drafts and as_str(line.get("result")):
            self._talk.session = as_str(line.get("session_id")) or self._talk.session
            self._add({"type": "text", "text": line["result"]}, where, line)  # --output-format json
        self._answered()
        raw = as_dict(line.get("usage"))
        spent = exclusive(*(as_tokens(raw.get(name)) for name in (
            "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens"
        )))  # fmt: skip
        self._talk.settle({self._talk.model or "": spent} if spent else {}, where)

    def finish(self) -> None:
        self._answered()
        if self._talk.drafts:
            self._talk.settle({}, self._last)


def _content(line: Json) -> list[Any]:
    content = as_dict(line.get("message")).get("content")
    return [{"type": "text", "text": content}] if isinstance(content, str) else as_list(content)


def _named(call: Json) -> tuple[str | None, Json]:
    """The key that names the tool, and what it holds."""
    found = next((key for key in call if key.endswith(CALL) or key == "function"), None)
    one = as_dict(call.get(found)) if found else {}
    return (as_str(one.get("name")) or found) if found == "function" else found, one


def _text(told: Any) -> str:
    """A result's text, where it is told apart."""
    said = as_dict(told)
    words = (as_str(said.get(key)) for key in ("content", "stdout", "output", "text"))
    return next((word for word in words if word), None) or dumped(told if told is not None else "")


def _owns(value: Any) -> bool:
    one = as_dict(value)
    if one.get("type") == "tool_call":
        return one.get("subtype") in ("started", "completed") and "tool_call" in one
    return (
        one.get("type") == "result"
        and "request_id" in one
        and "num_turns" not in one
        and "modelUsage" not in one
    )


CURSOR_CLI = TalkImporter(
    Talk(
        key="cursor_cli",
        label="Cursor CLI output",
        guide=Guide(
            section="Coding agents",
            what="What cursor-agent -p prints as stream-json or json",
            steps=(
                "Save the output of cursor-agent -p … --output-format stream-json as a .jsonl file.",
            ),
            example='{"type": "tool_call", "subtype": "started", "tool_call": {"readToolCall": {"args": {}}}}',
            marks=frozenset(("session_id", "tool_call", "call_id", "request_id", "model_call_id")),
            missing="the system prompt, the tool schemas and single calls' counts",
        ),
        owns=_owns,
        read=by_file("cursor_cli", _Run),
        gathers=True,
    )
)
