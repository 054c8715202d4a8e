"""Gemini CLI sessions: ``~/.gemini/tmp/<project>/chats/session-*.json`` (.jsonl from 0.40), checkpoints.

Spec: formats, section 3.3. System prompt, tools and GEMINI.md are never logged; thoughts are not sent
again; a message may be written several times, the last counts; a rewind leaves billed calls behind.
"""

from __future__ import annotations

from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide, usage
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import NodeId, Usage, Where

HIDDEN = f"{SYSTEM_AND_TOOLS}, GEMINI.md"
SPOKEN = ("user", "gemini")
NOTES = ("info", "error", "warning")  # shown, never sent
CHECKPOINT = ("role", "parts")


class _Sessions:
    """Messages of .jsonl sessions by id, until the whole file is read."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self._files: dict[str, _File] = {}

    def file(self, where: Where) -> _File:
        return self._files.setdefault(where.file, _File())

    def finish(self) -> None:
        for _, one in sorted(self._files.items()):
            _session(one.head, one.steps, self.builder)


class _File:
    """One .jsonl session: its head, and its messages and rewinds in order."""

    def __init__(self) -> None:
        self.head: Json = {}
        self.steps: list[tuple[Json, Where]] = []
        self._known: dict[str, int] = {}

    def line(self, line: Json, where: Where) -> bool:
        if "sessionId" in line and "type" not in line:
            self.head = {**self.head, **line}
        elif isinstance(line.get("$set"), dict):
            self.head = {**self.head, **line["$set"]}
        elif "$rewindTo" in line:
            self.steps.append((line, where))
            self._known = {}
        elif line.get("type") in (*SPOKEN, *NOTES):
            key = as_str(line.get("id"))
            if key and key in self._known:
                place = self._known[key]
                self.steps[place] = (line, self.steps[place][1])
            else:
                if key:
                    self._known[key] = len(self.steps)
                self.steps.append((line, where))
        else:
            return False
        return True


def _owns(value: Any) -> bool:
    one = as_dict(value)
    if {"sessionId", "projectHash"} <= one.keys():
        return True
    return is_checkpoint(value) or isinstance(one.get("$rewindTo"), str)


def is_checkpoint(value: Any) -> bool:
    """A saved chat: bare contents, or contents with a head, as the API is sent them."""
    history = as_dict(value).get("history") if isinstance(value, dict) else value
    found = as_list(history)
    return bool(found) and all(
        isinstance(as_dict(one).get("parts"), list)
        and as_dict(one).get("role") in ("user", "model")
        for one in found[:60]
    )


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool | None:
    one = as_dict(value)
    if isinstance(one.get("messages"), list) and "sessionId" in one:
        at = inside(where, "messages")
        steps = [(as_dict(m), inside(at, i)) for i, m in enumerate(one["messages"])]
        _session(one, steps, builder)
        return None
    if is_checkpoint(value):
        _checkpoint(value, where, builder)
        return None
    return builder.gathered("gemini_cli", _Sessions).file(where).line(one, where)


def _session(head: Json, steps: list[tuple[Json, Where]], builder: TraceBuilder) -> None:
    key = as_str(head.get("sessionId"))
    talk = Conversation(builder, key, HIDDEN, provider="google", model="gemini")
    if key:
        builder.session(key, title=as_str(head.get("summary")))
    before: dict[str, NodeId] = {}
    for message, where in steps:
        back = as_str(message.get("$rewindTo"))
        if back is not None:
            talk.back_to(before.get(back, talk.node))
            continue
        before[str(message.get("id"))] = talk.node
        if message.get("type") == "user":
            talk.hear({"role": "user", "content": message.get("content")}, where)
        elif message.get("type") == "gemini":
            _answer(message, where, talk)


def _answer(message: Json, where: Where, talk: Conversation) -> None:
    talk.model = as_str(message.get("model")) or talk.model
    calls = [as_dict(call) for call in as_list(message.get("toolCalls"))]
    said: list[Any] = [
        {"type": "thinking", "thinking": f"{thought.get('subject')}: {thought.get('description')}"}
        for thought in map(as_dict, as_list(message.get("thoughts")))
    ]
    content = message.get("content")
    said += content if isinstance(content, list) else [content] if content else []
    said += [
        {"type": "tool_call", "id": call.get("id"), "name": call.get("name"), "arguments": call.get("args")}
        for call in calls
    ]  # fmt: skip
    talk.reply(
        {"role": "assistant", "content": said},
        where,
        tokens(message.get("tokens")),
        started=as_time(message.get("timestamp")),
    )
    for number, call in enumerate(calls):
        at = inside(where, "toolCalls", number, "result")
        result = call.get("result")
        parts = as_list(result) or ([{"text": result}] if isinstance(result, str) else [])
        for part in parts:
            answer = as_dict(as_dict(part).get("functionResponse"))
            response = as_dict(answer.get("response"))
            text = response.get("output", response.get("error", response)) if answer else part
            one = {"role": "tool", "tool_call_id": call.get("id"), "name": call.get("name")}
            talk.hear({**one, "content": text}, at)


def tokens(value: Any) -> Usage | None:
    """`input` holds what was cached; thoughts and the prompts of tool use stand beside the counts."""
    raw = as_dict(value)
    return usage.gemini(
        {
            "promptTokenCount": as_tokens(raw.get("input")),
            "cachedContentTokenCount": raw.get("cached"),
            "candidatesTokenCount": raw.get("output"),
            "thoughtsTokenCount": raw.get("thoughts"),
            "toolUsePromptTokenCount": raw.get("tool"),
            "totalTokenCount": raw.get("total"),
        }
    )


def _checkpoint(value: Any, where: Where, builder: TraceBuilder) -> None:
    history = as_dict(value).get("history") if isinstance(value, dict) else value
    base = inside(where, "history") if isinstance(value, dict) else where
    talk = Conversation(builder, None, HIDDEN, provider="google", model="gemini")
    for number, content in enumerate(as_list(history)):
        at = inside(base, number)
        if as_dict(content).get("role") == "model":
            talk.reply(content, at, None)
        else:
            talk.hear(content, at)


GEMINI_CLI = TalkImporter(
    Talk(
        key="gemini_cli",
        label="Gemini CLI session",
        guide=Guide(
            section="Coding agents",
            what="~/.gemini/tmp/<project>/chats/session-*.json or .jsonl, or a /chat save checkpoint",
            steps=(
                "Open ~/.gemini/tmp in your file manager; each project is a folder named by its hash.",
                "Drop files of its chats/ folder, or the folder.",
            ),
            example='{"sessionId": "…", "projectHash": "…", "messages": [{"type": "user", "content": "Hi"}]}',
            marks=frozenset(("sessionId", "projectHash", "toolCalls", "thoughts", "lastUpdated")),
            missing="the system prompt, the tool schemas and GEMINI.md",
        ),
        owns=_owns,
        read=_read,
        gathers=True,
    )
)
