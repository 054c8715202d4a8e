"""Kimi CLI and Kimi Code sessions: ``wire.jsonl``, and ``context.jsonl`` of the CLI beside it.

Spec: the writers' wire protocol. The CLI wraps its events (``message.type``), Kimi Code has records with
dotted types; both count each step, input beside the cache. The CLI names no model; its context file has
the system prompt, and its messages again, which count only where the wire is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, TOOLS_ONLY, Conversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import excluding_cache
from whytokens.importers.values import Json, as_dict, as_str, as_time, as_tokens, dumped
from whytokens.model import Usage, Where

WIRE = frozenset(
    ("TurnBegin", "StepBegin", "ContentPart", "ToolCall", "ToolCallPart", "ToolResult", "StatusUpdate",
     "SubagentEvent", "TurnEnd", "CompactionBegin", "CompactionEnd", "StepInterrupted", "ApprovalRequest",
     "ApprovalResponse", "ApprovalRequestResolved", "SteerInput", "MCPLoadingBegin", "MCPLoadingEnd")
)  # fmt: skip
DOTTED = ("context.", "usage.", "llm.", "turn.", "prompt.", "metadata", "config.", "permission.",
          "plan_mode.", "file_history.", "session.", "tools.")  # fmt: skip
HELD = frozenset(("_system_prompt", "_checkpoint", "_usage"))


class _Wire:
    """The steps of one agent: what it said, then what the step spent."""

    def __init__(self, builder: TraceBuilder, key: str, parent: str | None = None) -> None:
        self.builder, self.key = builder, key
        builder.session(key, parent=parent)
        self.talk = Conversation(builder, key, SYSTEM_AND_TOOLS)
        self._said: list[Json] = []
        self._results: list[tuple[Json, Where]] = []
        self._at: tuple[Where, datetime | None] | None = None
        self._paid: Usage | None = None
        self._sides: dict[str, _Wire] = {}

    def event(self, kind: str, body: Json, where: Where, time: datetime | None) -> None:
        """An event of the CLI."""
        if kind in ("TurnBegin", "SteerInput"):
            self.close(None)
            self.talk.hear({"role": "user", "content": body.get("user_input")}, where)
        elif kind == "ContentPart":
            self.part(body, where, time)
        elif kind == "ToolCall":
            asked = as_dict(body.get("function"))
            self.call(body.get("id"), asked.get("name"), asked.get("arguments"), where, time)
        elif kind == "ToolCallPart" and self._said and self._said[-1].get("type") == "tool_call":
            more = as_str(body.get("arguments_part")) or ""
            self._said[-1]["arguments"] = f"{self._said[-1].get('arguments') or ''}{more}"
        elif kind == "ToolResult":
            value = as_dict(body.get("return_value") or body.get("result"))
            told = value.get("output") or value.get("message") or ""
            self.result(body.get("tool_call_id"), told, where)
        elif kind == "StatusUpdate" and body.get("token_usage"):
            self.close(_spent(as_dict(body["token_usage"])), where, time)
        elif kind == "CompactionEnd":
            self.talk.restart()
        elif kind == "SubagentEvent":
            inner, call = as_dict(body.get("event")), str(body.get("task_tool_call_id"))
            side = self._sides.get(call)
            if side is None:
                side = self._sides[call] = _Wire(self.builder, f"{self.key}/{call}", self.key)
            side.event(str(inner.get("type")), as_dict(inner.get("payload")), where, time)

    def record(self, kind: str, body: Json, where: Where, time: datetime | None) -> None:
        """A record of Kimi Code."""
        if kind == "context.append_message":
            self.close(None)
            self.talk.hear(body.get("message"), where)
        elif kind == "llm.request":
            self.talk.model = as_str(body.get("model")) or self.talk.model
        elif kind == "llm.tools_snapshot" and not self.talk.node:
            self.talk.declare(body.get("tools"), where)
        elif kind == "usage.record" and body.get("usageScope", "turn") == "turn":
            self.talk.model = self.talk.model or _model(body.get("model"))
            self.close(_spent(as_dict(body.get("usage"))), where, time)
        elif kind == "context.clear":
            self.talk.restart()
        elif kind == "context.append_loop_event":
            self._loop(as_dict(body.get("event")), where, time)

    def _loop(self, event: Json, where: Where, time: datetime | None) -> None:
        kind, call = event.get("type"), event.get("toolCallId")
        if kind == "content.part":
            self.part(as_dict(event.get("part")), where, time)
        elif kind == "tool.call":
            self.call(call, event.get("name"), event.get("args"), where, time)
        elif kind == "tool.result":
            result = event.get("result")
            self.result(call, as_dict(result).get("output", result), where)
        elif kind == "step.end" and event.get("usage"):
            self.close(_spent(as_dict(event["usage"])), where, time)

    def part(self, part: Json, where: Where, time: datetime | None) -> None:
        self._at = self._at or (where, time)
        thought = as_str(part.get("think")) or as_str(part.get("thought"))
        self._said.append({"type": "thinking", "thinking": thought} if thought else part)

    def call(
        self, call: Any, name: Any, arguments: Any, where: Where, time: datetime | None
    ) -> None:
        self._at = self._at or (where, time)
        self._said.append({"type": "tool_call", "id": call, "name": name, "arguments": arguments})

    def result(self, call: Any, told: Any, where: Where) -> None:
        """May come before its step is counted: it follows the step's answer all the same."""
        content = told if isinstance(told, str | list) else dumped(told)
        one = {"role": "tool", "tool_call_id": call, "content": content}
        if self._at is None:
            self.talk.hear(one, where)
        else:
            self._results.append((one, where))

    def close(
        self, spent: Usage | None, where: Where | None = None, time: datetime | None = None
    ) -> None:
        """The step ends: its answer, what that spent, then the results."""
        if self._at is None:
            if spent is None or where is None or spent == self._paid:
                return  # nothing was said, or the step's count again
            self._at = (where, time)
        place, started = self._at
        answer = {"role": "assistant", "content": self._said}
        self.talk.reply(answer, place, spent, started=started)
        for one, at in self._results:
            self.talk.hear(one, at)
        self._said, self._results, self._at, self._paid = [], [], None, spent

    def finish(self) -> None:
        self.close(None)
        for side in self._sides.values():
            side.finish()


def _spent(raw: Json) -> Usage | None:
    def count(snake: str, camel: str) -> int | None:
        return as_tokens(raw.get(snake, raw.get(camel)))

    return excluding_cache(
        count("input_other", "inputOther"),
        read=count("input_cache_read", "inputCacheRead"),
        write_5m=count("input_cache_creation", "inputCacheCreation"),
        output=as_tokens(raw.get("output")),
    )


def _model(value: Any) -> str | None:
    """The model without the name of its subscription."""
    name = as_str(value)
    return name.removeprefix("kimi-code/") if name else None


class _Kimi:
    """The files of all sessions: wires, and contexts until it is known whether a wire is there."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self._lines: dict[str, list[Callable[[_Wire], None]]] = {}
        self._contexts: dict[str, list[tuple[Json, Where]]] = {}

    def line(self, value: Any, where: Where) -> bool:
        line = as_dict(value)
        kind, inner = str(line.get("type")), as_dict(line.get("message"))
        time = as_time(line.get("timestamp")) or as_time(line.get("time"))
        steps = self._lines.setdefault(where.file, [])
        if str(inner.get("type")) in WIRE:
            event, body = str(inner["type"]), as_dict(inner.get("payload"))
            steps.append(lambda wire: wire.event(event, body, where, time))
        elif kind.startswith(DOTTED):
            steps.append(lambda wire: wire.record(kind, line, where, time))
        elif "role" in line:
            self._contexts.setdefault(where.file, []).append((line, where))
        else:
            return False
        return True

    def finish(self) -> None:
        wires = {file: steps for file, steps in self._lines.items() if steps}
        alone = len(wires) == len(self._contexts) == 1
        for file, steps in sorted(wires.items()):
            wire = _Wire(self.builder, _session(file))
            beside = (
                c for c in self._contexts if PurePosixPath(c).parent == PurePosixPath(file).parent
            )
            for line, where in self._contexts.pop(
                next(beside, next(iter(self._contexts), "") if alone else ""), ()
            ):
                self._prompt(wire.talk, line, where)
            for step in steps:
                step(wire)
            wire.finish()
        for file, lines in sorted(self._contexts.items()):
            self._context(file, lines)

    def _prompt(self, talk: Conversation, line: Json, where: Where) -> None:
        if line.get("role") == "_system_prompt" and as_str(line.get("content")):
            talk.hidden = TOOLS_ONLY
            talk.hear({"role": "system", "content": line["content"]}, where)

    def _context(self, file: str, lines: list[tuple[Json, Where]]) -> None:
        """Messages alone; their count is the context's size, no bill."""
        talk = Conversation(self.builder, _session(file), SYSTEM_AND_TOOLS)
        for line, where in lines:
            if str(line.get("role")) in HELD:
                self._prompt(talk, line, where)
            elif line.get("role") == "assistant":
                parts = line.get("content")
                said = [
                    {"type": "thinking", "thinking": part["think"]}
                    if "think" in as_dict(part)
                    else part
                    for part in (parts if isinstance(parts, list) else [parts] if parts else [])
                ]
                talk.reply({**line, "content": said}, where, None)
            else:
                talk.hear(line, where)


def _session(file: str) -> str:
    """The session's folder; of Kimi Code with the agent that is none but "main"."""
    path = PurePosixPath(file)
    if path.parent.parent.name == "agents":
        agent = path.parent.name
        main = path.parent.parent.parent.name
        return main if agent == "main" else f"{main}/{agent}"
    return path.parent.name or file


def _owns(value: Any) -> bool:
    line = as_dict(value)
    inner = as_dict(line.get("message"))
    if str(inner.get("type")) in WIRE and "payload" in inner and "timestamp" in line:
        return True
    if str(line.get("role")) in HELD:
        return True
    kind = str(line.get("type"))
    return kind.startswith("context.append_") or (kind == "usage.record" and "usage" in line)


KIMI = TalkImporter(
    Talk(
        key="kimi",
        label="Kimi session",
        guide=Guide(
            section="Coding agents",
            what="~/.kimi/sessions/<folder>/<session>/wire.jsonl, ~/.kimi-code/sessions/…/agents/main/wire.jsonl",
            steps=(
                "Open ~/.kimi/sessions (Kimi Code: ~/.kimi-code/sessions) in your file manager.",
                "Drop a session's folder: wire.jsonl counts each step, context.jsonl has the system prompt.",
            ),
            example='{"timestamp": 1770983427.1, "message": {"type": "StatusUpdate", "payload": {"token_usage": {}}}}',
            marks=frozenset(
                ("payload", "token_usage", "protocol_version", "usageScope", "_system_prompt")
            ),
            missing="tool schemas, and of Kimi CLI the model",
        ),
        owns=_owns,
        read=lambda value, where, builder: builder.gathered("kimi", _Kimi).line(value, where),
        gathers=True,
    )
)
