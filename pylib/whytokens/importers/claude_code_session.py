"""Rebuilding the prompts of a Claude Code session from its tree of lines.

Lines that were one message to the model form a turn: an assistant message's blocks share its id, the
results of its parallel calls go back together. A turn knows its parent turn; a call's prompt is the
path to the turn before it, kept as a node of the prompt tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath

from whytokens.builder import ROOT, TraceBuilder
from whytokens.importers import anthropic_messages, usage
from whytokens.importers.reminders import parts, reminder_kind
from whytokens.importers.tools import CallNames
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, dumped, pointer
from whytokens.model import NodeId, Role, SegmentId, Usage, Where

# A sub-agent's file lies in its session's folder; its own sessionId may name itself.
SUBAGENTS = re.compile(r"([^/]+)/subagents/")
HIDDEN = "system prompt and tool schemas"
# An output count below an eighth of the reply's characters, without a stop reason, is the value of
# the stream's first event and no bill (formats, rule 4).
PLACEHOLDER_CHARS = 8


@dataclass(slots=True)
class _Turn:
    """One message of the conversation, growing while its lines come in."""

    role: Role
    parent: _Turn | None
    side: str | None
    segments: list[SegmentId] = field(default_factory=list)
    node: tuple[NodeId, int, NodeId] | None = None  # parent node, segments, own node


@dataclass(slots=True)
class _Reply:
    """One answer of the model, from all lines with its message id."""

    turn: _Turn
    prompt: NodeId
    line: Json
    where: Where
    started: datetime | None
    usage: Usage | None = None
    stop_reason: str | None = None
    called: list[str] = field(default_factory=list)
    chars: int = 0


class SessionReader:
    """Reads the lines of one file in order; `finish` adds its calls."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self._turns: dict[str, _Turn | None] = {}  # by uuid
        self._replies: dict[str, _Reply] = {}  # by message id
        self._results: dict[int, _Turn] = {}  # by id() of the assistant turn
        self._callers: dict[str, _Turn] = {}  # by tool call id
        self._last: dict[str | None, _Turn] = {}  # by side
        self._names = CallNames()

    def passed(self, line: Json) -> None:
        """A line that was not sent: children of it hang on its parent; compaction cuts the tree."""
        uuid = as_str(line.get("uuid"))
        if uuid:
            cut = line.get("subtype") == "compact_boundary"
            self._turns[uuid] = None if cut else self._parent(line)

    def sent(self, line: Json, where: Where) -> None:
        """A line whose message was sent or received."""
        message = as_dict(line.get("message"))
        if line.get("isApiErrorMessage") or message.get("model") == "<synthetic>":
            self.passed(line)
        elif line.get("type") == "assistant":
            self._assistant(line, message, where)
        elif line.get("type") == "attachment":
            self._attachment(line, where)
        else:
            self._user(line, message, where)

    def finish(self) -> int:
        """Add every call once; returns how many."""
        count = 0
        for key, reply in self._replies.items():
            request = as_str(reply.line.get("requestId")) or ""
            if self.builder.first("claude_code", key, request):
                self._add(reply)
                count += 1
        return count

    # -- lines -------------------------------------------------------------------------------

    def _assistant(self, line: Json, message: Json, where: Where) -> None:
        key = as_str(message.get("id")) or as_str(line.get("uuid")) or str(where.line)
        reply = self._replies.get(key)
        if reply is None:
            parent = self._parent(line)
            turn = _Turn("assistant", parent, self._side(line, parent))
            started = as_time(line.get("timestamp"))
            reply = _Reply(turn, self._node(parent), line, where, started)
            self._replies[key] = reply
        self._keep(line, reply.turn)
        blocks = [as_dict(block) for block in as_list(message.get("content"))]
        if isinstance(message.get("content"), str):
            blocks = [{"type": "text", "text": message["content"]}]
        place = _place(where, "message", "content")
        reply.turn.segments += anthropic_messages.content(
            blocks, "assistant", self.builder, place, self._names
        )
        for block in blocks:
            if block.get("type") == "tool_use":
                reply.called.append(str(block.get("name")))
                self._callers[str(block.get("id"))] = reply.turn
            reply.chars += len(dumped(block.get("text") or block.get("input") or ""))
        reply.usage = _later(reply.usage, usage.anthropic(message.get("usage")))
        reply.stop_reason = as_str(message.get("stop_reason")) or reply.stop_reason

    def _user(self, line: Json, message: Json, where: Where) -> None:
        value = message.get("content")
        blocks = [as_dict(block) for block in as_list(value)]
        results = [block for block in blocks if block.get("type") == "tool_result"]
        place = _place(where, "message", "content")
        if results:
            turn = self._result_turn(line, results[0])
            self._keep(line, turn)
            turn.segments += anthropic_messages.content(
                blocks, "user", self.builder, place, self._names
            )
            return
        parent = None if line.get("isCompactSummary") else self._parent(line)
        turn = _Turn("user", parent, self._side(line, parent))
        self._keep(line, turn)
        if isinstance(value, str):
            blocks, place = [{"type": "text", "text": value}], _place(where, "message")
        for number, block in enumerate(blocks):
            at = _place(place, "content" if isinstance(value, str) else number)
            turn.segments += self._words(block, at)

    def _words(self, block: Json, where: Where) -> list[SegmentId]:
        if block.get("type") != "text":
            return anthropic_messages.content([block], "user", self.builder, where, self._names)
        found = []
        for path, text in parts(as_str(block.get("text")) or ""):
            found.append(self.builder.segment("user", ("user", *path), text, where))
        return found

    def _attachment(self, line: Json, where: Where) -> None:
        """What earlier versions wrote as reminders; its text is sent with the next message."""
        value = as_dict(line.get("attachment"))
        parent = self._parent(line)
        text = as_str(value.get("content")) or as_str(value.get("text"))
        if text is None and value.get("content") is not None:
            text = dumped(value["content"])
        if text is None:
            self.passed(line)
            return
        kind = as_str(value.get("type")) or reminder_kind(text)
        turn = _Turn("user", parent, self._side(line, parent))
        self._keep(line, turn)
        path = ("user", "attachment", kind.replace("_", " "))
        at = _place(where, "attachment", "content")
        turn.segments.append(self.builder.segment("user", path, text, at))

    # -- the tree ----------------------------------------------------------------------------

    def _result_turn(self, line: Json, result: Json) -> _Turn:
        """Results of one assistant message share a turn below it."""
        caller = self._callers.get(str(result.get("tool_use_id")))
        if caller is None:
            parent = self._parent(line)
            return _Turn("tool", parent, self._side(line, parent))
        turn = self._results.get(id(caller))
        if turn is None:
            turn = self._results[id(caller)] = _Turn("tool", caller, caller.side)
        return turn

    def _parent(self, line: Json) -> _Turn | None:
        uuid = as_str(line.get("parentUuid")) or as_str(line.get("logicalParentUuid"))
        if uuid is None:
            return None
        if uuid in self._turns:
            return self._after_results(self._turns[uuid])
        return self._last.get(as_str(line.get("agentId")))

    def _after_results(self, turn: _Turn | None) -> _Turn | None:
        """What follows an assistant message with calls follows their results."""
        return self._results.get(id(turn), turn) if turn else None

    def _side(self, line: Json, parent: _Turn | None) -> str | None:
        """Which sub-agent a line belongs to; None for the main conversation."""
        if not line.get("isSidechain"):
            return None
        if as_str(line.get("agentId")):
            return str(line["agentId"])
        return parent.side if parent and parent.side else f"agent {str(line.get('uuid'))[:8]}"

    def _keep(self, line: Json, turn: _Turn) -> None:
        uuid = as_str(line.get("uuid"))
        if uuid:
            self._turns[uuid] = turn
        self._last[as_str(line.get("agentId"))] = turn

    def _node(self, turn: _Turn | None) -> NodeId:
        """The prompt up to and including a turn."""
        chain: list[_Turn] = []
        while turn is not None:
            chain.append(turn)
            turn = turn.parent
        node = ROOT
        for step in reversed(chain):
            size = len(step.segments)
            if step.node is None or step.node[:2] != (node, size):
                message = self.builder.message(step.role, step.segments)
                step.node = (node, size, self.builder.prompt([message], node))
            node = step.node[2]
        return node

    # -- calls -------------------------------------------------------------------------------

    def _add(self, reply: _Reply) -> None:
        line, side = reply.line, reply.turn.side
        folder = SUBAGENTS.search(reply.where.file)
        main = folder[1] if folder else as_str(line.get("sessionId")) or reply.where.file
        key = f"{main}/{side}" if side else main
        self.builder.session(key, parent=main if side else None, title=_title(line, side))
        if side:
            self.builder.session(main)
        message = as_dict(line.get("message"))
        spent = _settled(reply)
        self.builder.call(
            api="anthropic.messages",
            model=as_str(message.get("model")),
            provider="anthropic",
            prompt=reply.prompt,
            where=reply.where,
            session=key,
            started=reply.started,
            hidden=HIDDEN,
            reply=tuple(reply.turn.segments),
            called_tools=tuple(reply.called),
            stop_reason=reply.stop_reason,
            usage=spent,
            tags=_tags(line, side),
            reported_cost_pusd=usage.usd_as_pusd(line.get("costUSD")),
        )


def _later(before: Usage | None, now: Usage | None) -> Usage | None:
    """Of two usages of one message, the one that has seen more of the stream."""
    if before is None or now is None:
        return now or before
    if (now.prompt or 0, now.output or 0) >= (before.prompt or 0, before.output or 0):
        return now
    return before


def _settled(reply: _Reply) -> Usage | None:
    """Usage without placeholders: all zeros are no usage, a first event's output is no output."""
    spent = reply.usage
    if spent is None or not spent.prompt:
        return None
    placeholder = (spent.output or 0) * PLACEHOLDER_CHARS < reply.chars
    if reply.stop_reason is None and placeholder:
        return replace(spent, output=None, reasoning=None)
    return spent


def _title(line: Json, side: str | None) -> str | None:
    name = as_str(line.get("slug"))
    return f"sub-agent {side}" if side else name


def _tags(line: Json, side: str | None) -> dict[str, str]:
    cwd = as_str(line.get("cwd"))
    found = {
        "project": PurePath(cwd.replace("\\", "/")).name if cwd else None,
        "branch": as_str(line.get("gitBranch")),
        "version": as_str(line.get("version")),
        "agent": side,
    }
    for key, value in as_dict(line.get("attribution")).items():
        found[str(key).lower()] = as_str(value)
    return {key: value for key, value in found.items() if value}


def _place(where: Where, *keys: str | int) -> Where:
    return Where(file=where.file, line=where.line, pointer=pointer(where.pointer, *keys))
