"""Rebuilding the prompts of a Claude Code session from its tree of lines.

Which lines form a turn and which turns a prompt is `claude_code_turns`' to know; here lines become
turns, replies and calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import PurePath

from whytokens.builder import TraceBuilder
from whytokens.importers import anthropic_messages, usage
from whytokens.importers.claude_code_agents import Agents
from whytokens.importers.claude_code_attachments import carried
from whytokens.importers.claude_code_turns import Turn, Turns
from whytokens.importers.reminders import parts
from whytokens.importers.thinking import CLAUDE_FORGETS
from whytokens.importers.tools import CallNames
from whytokens.importers.values import (
    Json,
    as_dict,
    as_list,
    as_str,
    as_time,
    dumped,
    inside,
)
from whytokens.model import NodeId, SegmentId, Usage, Where

# A sub-agent's file lies in its session's folder; its own sessionId may name itself.
SUBAGENTS = re.compile(r"([^/]+)/subagents/")
HIDDEN = "system prompt and tool schemas"
# From this version on requests with thinking carry `context_management` with clear_thinking, keep
# "all" (November 2025), so that even models that would forget their thinking keep it.
KEEPS_THINKING = (2, 0, 36)
VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
# Why a call was made, as the line itself says from 2.1 on.
ATTRIBUTED = {
    "attributionSkill": "skill",
    "attributionPlugin": "plugin",
    "attributionMcpServer": "MCP server",
    "attributionMcpTool": "MCP tool",
}
# Message ids that the API makes; gateways may reuse ids of theirs.
PROVIDERS_ID = "msg_"
# Of a session's titles the user's own, then the program's.
TITLES = ("customTitle", "aiTitle")
# An output count below an eighth of the reply's characters, without a stop reason, is the value of
# the stream's first event and no bill (formats, rule 4).
PLACEHOLDER_CHARS = 8


@dataclass(slots=True)
class Reply:
    """One answer of the model, from all lines with its message id."""

    turn: Turn
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
        self._tree = Turns(builder)
        self._replies: dict[str, Reply] = {}  # by message id
        self._names = CallNames()
        self._read: set[str] = set()
        self._titles: dict[str, str] = {}
        self._tasks: dict[str, Json] = {}  # by tool call id, what it asked for
        self._agents = builder.gathered("claude_code agents", Agents)

    def passed(self, line: Json) -> None:
        """A line that was not sent: children of it hang on its parent; compaction cuts the tree."""
        self._titles |= {key: line[key] for key in TITLES if as_str(line.get(key))}
        uuid = as_str(line.get("uuid"))
        if not uuid:
            return
        kind = line.get("subtype")
        if kind == "compact_boundary":
            self._tree.compacted(uuid, as_dict(line.get("compactMetadata")))
            return
        parent = self._tree.parent(line)
        if kind == "microcompact_boundary":
            about = as_dict(line.get("microcompactMetadata"))
            gone = as_list(about.get("compactedToolIds")) + as_list(about.get("clearedToolIds"))
            parent = self._tree.cleared(parent, gone)
        self._tree.turns[uuid] = parent

    def sent(self, line: Json, where: Where) -> None:
        """A line whose message was sent or received."""
        message = as_dict(line.get("message"))
        uuid = as_str(line.get("uuid"))
        if uuid and uuid in self._read:
            return  # written again, as --resume does
        self._read.add(uuid or "")
        if line.get("isApiErrorMessage") or message.get("model") == "<synthetic>":
            self.passed(line)
        elif line.get("type") == "assistant":
            self._assistant(line, message, where)
        elif line.get("type") == "attachment":
            self._attachment(line, where)
        else:
            self._user(line, message, where)

    @property
    def replies(self) -> list[Reply]:
        """The answers so far, in their order."""
        return list(self._replies.values())

    def finish(self) -> int:
        """Add every call once; returns how many. Those of sub-agents wait until all files are read."""
        count = 0
        for key, reply in self._replies.items():
            add = partial(self._once, key, reply)
            if reply.turn.side:
                self._agents.waiting.append(add)
                count += 1
            else:
                count += add()
        return count

    def _once(self, key: str, reply: Reply) -> bool:
        """Add a call, unless it is a copy: a resumed session's of its lines, or a side question's of
        its session's under request ids of its own."""
        request = as_str(reply.line.get("requestId")) or ""
        anew = self.builder.first("claude_code", key, request)
        if key.startswith(PROVIDERS_ID):
            anew &= self.builder.first("claude_code in", self._main(reply), key)
        if anew:
            self._add(reply)
        return anew

    # -- lines -------------------------------------------------------------------------------

    def _assistant(self, line: Json, message: Json, where: Where) -> None:
        key = as_str(message.get("id")) or as_str(line.get("uuid")) or str(where.line)
        reply = self._replies.get(key)
        if reply is None:
            parent = self._tree.parent(line)
            turn = Turn("assistant", parent, self._tree.side(line, parent))
            started = as_time(line.get("timestamp"))
            prompt = self._tree.node(parent, forgets=_forgets(line, message))
            reply = Reply(turn, prompt, line, where, started)
            self._replies[key] = reply
        self._tree.keep(line, reply.turn)
        blocks = [as_dict(block) for block in as_list(message.get("content"))]
        if isinstance(message.get("content"), str):
            blocks = [{"type": "text", "text": message["content"]}]
        place = inside(where, "message", "content")
        found = anthropic_messages.content(blocks, "assistant", self.builder, place, self._names)
        self._tree.grow(reply.turn, found)
        for block in blocks:
            if block.get("type") == "tool_use":
                self._tasks[str(block.get("id"))] = as_dict(block.get("input"))
                reply.called.append(str(block.get("name")))
                self._tree.callers[str(block.get("id"))] = reply.turn
            reply.chars += len(dumped(block.get("text") or block.get("input") or ""))
        reply.usage = _later(reply.usage, usage.anthropic(message.get("usage")))
        reply.stop_reason = as_str(message.get("stop_reason")) or reply.stop_reason

    def _user(self, line: Json, message: Json, where: Where) -> None:
        value = message.get("content")
        blocks = [as_dict(block) for block in as_list(value)]
        results = [block for block in blocks if block.get("type") == "tool_result"]
        place = inside(where, "message", "content")
        if results:
            turn = self._tree.result_turn(line, results[0])
            self._tree.keep(line, turn)
            for number, block in enumerate(blocks):
                at = inside(place, number)
                found = self._words(block, at)
                self._tree.grow(turn, found)
                self._tree.given[str(block.get("tool_use_id"))] = found
            self._agents.started(line, results[0], self._tasks)
            return
        parent = None if line.get("isCompactSummary") else self._tree.parent(line)
        turn = Turn("user", parent, self._tree.side(line, parent))
        self._tree.keep(line, turn)
        if isinstance(value, str):
            blocks, place = [{"type": "text", "text": value}], inside(where, "message")
        for number, block in enumerate(blocks):
            at = inside(place, "content" if isinstance(value, str) else number)
            self._tree.grow(turn, self._words(block, at))

    def _words(self, block: Json, where: Where) -> list[SegmentId]:
        if block.get("type") != "text":
            return anthropic_messages.content([block], "user", self.builder, where, self._names)
        found = []
        for path, text in parts(as_str(block.get("text")) or ""):
            found.append(self.builder.segment("user", ("user", *path), text, where))
        return found

    def _attachment(self, line: Json, where: Where) -> None:
        """What earlier versions wrote as reminders; its text is sent with the next message."""
        found = carried(as_dict(line.get("attachment")))
        if found is None:
            self.passed(line)
            return
        parent = self._tree.parent(line)
        turn = Turn("user", parent, self._tree.side(line, parent))
        self._tree.keep(line, turn)
        at = inside(where, "attachment")
        self._tree.grow(turn, [self.builder.segment("user", ("user", *found[0]), found[1], at)])

    # -- calls -------------------------------------------------------------------------------

    def _main(self, reply: Reply) -> str:
        """The session that an answer, a sub-agent's too, belongs to."""
        folder = SUBAGENTS.search(reply.where.file)
        return folder[1] if folder else as_str(reply.line.get("sessionId")) or reply.where.file

    def _add(self, reply: Reply) -> None:
        line, side, main = reply.line, reply.turn.side, self._main(reply)
        key = f"{main}/{side}" if side else main
        title = next((self._titles[key] for key in TITLES if key in self._titles), None)
        title = None if side else title or as_str(line.get("slug"))
        self.builder.session(key, parent=main if side else None, title=title)
        if side:
            self.builder.session(main)
            self._agents.seen(side, key, as_str(line.get("attributionAgent")))
        message = as_dict(line.get("message"))
        spent = settled(reply)
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


def _forgets(line: Json, message: Json) -> bool:
    """Is the model given its earlier thinking no more once the user speaks? Not where the client asks
    the API to keep all of it."""
    version = VERSION.match(as_str(line.get("version")) or "")
    asks = version is None or tuple(map(int, version.groups())) >= KEEPS_THINKING
    return not asks and bool(CLAUDE_FORGETS.search(as_str(message.get("model")) or ""))


def _later(before: Usage | None, now: Usage | None) -> Usage | None:
    """Of two usages of one message, the one that has seen more of the stream."""
    if before is None or now is None:
        return now or before
    if (now.prompt or 0, now.output or 0) >= (before.prompt or 0, before.output or 0):
        return now
    return before


def settled(reply: Reply) -> Usage | None:
    """Usage without placeholders: all zeros are no usage, a first event's output is no output."""
    spent = reply.usage
    if spent is None or not spent.prompt:
        return None
    placeholder = (spent.output or 0) * PLACEHOLDER_CHARS < reply.chars
    if reply.stop_reason is None and placeholder:
        return replace(spent, output=None, reasoning=None)
    return spent


def _tags(line: Json, side: str | None) -> dict[str, str]:
    cwd = as_str(line.get("cwd"))
    found = {
        "project": PurePath(cwd.replace("\\", "/")).name if cwd else None,
        "branch": as_str(line.get("gitBranch")),
        "version": as_str(line.get("version")),
        "agent": as_str(line.get("attributionAgent")) or side,
        "effort": as_str(line.get("effort")),
        "entrypoint": as_str(line.get("entrypoint")),
    }
    attributed = {
        f"attribution{key}": value for key, value in as_dict(line.get("attribution")).items()
    }
    for key, name in ATTRIBUTED.items():
        found[name] = as_str(line.get(key)) or as_str(attributed.get(key))
    return {key: value for key, value in found.items() if value}
