"""Logs of agents that no importer knows by name: messages found by who speaks and what is said.

Spec: formats, section 3.8, last bullet ("unknown but readable"). Asked last. Every answer of the model is
a call; usage is taken where an object of counts stands beside it. What was guessed is said in a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, TOOLS_ONLY, Conversation
from whytokens.importers.logged import tokens
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import excluding_cache, usage_of
from whytokens.importers.usage.langchain import langchain
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Role, Usage, Where

ROLES: dict[str, Role] = {
    "user": "user", "human": "user", "usermessage": "user", "prompt": "user",
    "assistant": "assistant", "ai": "assistant", "model": "assistant", "agent": "assistant",
    "bot": "assistant", "assistantmessage": "assistant", "gemini": "assistant", "qwen": "assistant",
    "tool": "tool", "toolresult": "tool", "function": "tool", "toolmessage": "tool",
    "toolexecutioncomplete": "tool", "observation": "tool",
    "system": "system", "developer": "system", "systemmessage": "system", "systemprompt": "system",
}  # fmt: skip
ROLE_KEYS = ("role", "sender", "author", "speaker", "from", "type", "kind")
BODY_KEYS = ("message", "data", "payload", "msg", "entry", "item", "event")
CONTENT_KEYS = (
    "content",
    "parts",
    "text",
    "value",
    "body",
    "output",
    "result",
    "toolRequests",
    "tool_calls",
)
LIST_KEYS = (
    "messages", "history", "conversation", "turns", "entries", "events", "items", "transcript", "chat",
)  # fmt: skip
USAGE_KEYS = (
    "usage", "tokens", "tokenUsage", "token_usage", "usageMetadata", "usage_metadata", "metrics",
    "tokenCount",
)  # fmt: skip
MODEL_KEYS = ("model", "modelId", "model_id", "modelID", "model_name", "modelName")
SESSION_KEYS = (
    "sessionId",
    "session_id",
    "sessionID",
    "conversation_id",
    "conversationId",
    "thread_id",
)
TIME_KEYS = ("timestamp", "created_at", "createdAt", "ts", "time", "created")
ERROR = re.compile(r"[^a-z]")
# At least so many speakers among the first values, one of them the model, make a conversation.
MIN_SPEAKERS = 2


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message in a shape that every reader of dialects knows."""

    role: Role
    message: Json
    usage: Usage | None
    model: str | None
    session: str | None
    time: Any
    where: Where


def spoken(value: Any, where: Where) -> Iterator[Spoken]:
    """The messages in a value: itself, or the longest list in it."""
    one = as_dict(value)
    found = _message(one, where)
    if found is not None:
        yield found
        return
    items = as_list(value) if isinstance(value, list) else None
    base = where
    if items is None:
        for key in LIST_KEYS:
            inner = one.get(key)
            if isinstance(inner, list) and inner:
                items, base = inner, inside(where, key)
                break
            if isinstance(inner, dict):
                yield from spoken(inner, inside(where, key))
                return
    outer = next((as_str(one.get(key)) for key in MODEL_KEYS if as_str(one.get(key))), None)
    session = next((as_str(one.get(key)) for key in SESSION_KEYS if as_str(one.get(key))), None)
    for number, item in enumerate(items or ()):
        found = _message(as_dict(item), inside(base, number))
        if found is not None:
            yield Spoken(
                found.role, found.message, found.usage, found.model or outer,
                found.session or session, found.time, found.where,
            )  # fmt: skip


def _message(one: Json, where: Where) -> Spoken | None:
    """A message, alone or in the envelope of an event."""
    inner, at = one, where
    for key in BODY_KEYS:
        body = one.get(key)
        if isinstance(body, dict) and any(body.get(k) not in (None, "") for k in CONTENT_KEYS):
            inner, at = body, inside(where, key)
            break
    role = _role(inner) or _role(one)
    content = next((inner[k] for k in CONTENT_KEYS if inner.get(k) not in (None, "")), None)
    if role is None or content is None:
        return None
    message: Json = {"role": role, "content": content}
    calls = inner.get("tool_calls") or inner.get("toolCalls") or inner.get("toolRequests")
    if content is calls:
        message["content"] = None
    if isinstance(calls, list):
        message["tool_calls"] = calls
    for key in ("tool_call_id", "toolCallId", "name", "toolName", "reasoning_content", "reasoning"):
        if as_str(inner.get(key)):
            message[key] = inner[key]
    about = as_dict(inner.get("response_metadata"))  # LangChain's
    return Spoken(
        role, message, _usage(one, inner, about), _first(MODEL_KEYS, inner, one, about),
        _first(SESSION_KEYS, one, inner), _any(TIME_KEYS, one, inner), at,
    )  # fmt: skip


def _role(one: Json) -> Role | None:
    for key in ROLE_KEYS:
        value = one.get(key)
        value = as_dict(value).get("role") if isinstance(value, dict) else value
        if isinstance(value, str):
            role = ROLES.get(ERROR.sub("", value.lower()))
            if role is not None:
                return role
    return None


def _first(keys: tuple[str, ...], *places: Json) -> str | None:
    return next((str(p[k]) for p in places for k in keys if as_str(p.get(k))), None)


def _any(keys: tuple[str, ...], *places: Json) -> Any:
    return next((p[k] for p in places for k in keys if p.get(k)), None)


def _usage(*places: Json) -> Usage | None:
    for place in places:
        for key in USAGE_KEYS:
            raw = as_dict(place.get(key))
            found = (key == "usage_metadata" and langchain(raw)) or usage_of(raw) or _loose(raw)
            if found is not None and found.prompt:
                return found
    return None


def _loose(raw: Json) -> Usage | None:
    """Counts under names of an agent's own; its total says whether the input holds the cache."""
    fresh = _count(raw, "input", "inputTokens", "prompt", "promptTokens", "input_other")
    output = _count(raw, "output", "outputTokens", "completion", "completionTokens")
    read = _count(raw, "cacheRead", "cacheReadTokens", "cached", "cachedTokens", "input_cache_read")
    write = _count(raw, "cacheWrite", "cacheWriteTokens", "cacheCreation", "input_cache_creation")
    total = _count(raw, "total", "totalTokens", "total_tokens")
    if fresh is None:
        return None
    beside = "input_other" in raw or total == fresh + (output or 0) + (read or 0) + (write or 0)
    if beside and (read or write):
        return excluding_cache(fresh, read=read, write_5m=write, output=output)
    return tokens(fresh, output, read=read, write=write, total=total)


def _count(raw: Json, *names: str) -> int | None:
    return next((n for name in names if (n := as_tokens(raw.get(name))) is not None), None)


def _owns(value: Any) -> bool:
    """For files of lines each value is asked alone, so one answer of a model must do."""
    found = list(spoken(value, Where(file="")))[:60]
    if isinstance(value, list) or len(found) > 1:
        roles = {one.role for one in found}
        return len(found) >= MIN_SPEAKERS and "assistant" in roles
    return bool(found) and found[0].role == "assistant"


@dataclass(slots=True)
class _Files:
    """The messages of every file, in order, until all are read."""

    builder: TraceBuilder
    files: dict[str, list[Spoken]] = field(default_factory=dict)

    def finish(self) -> None:
        for name, found in sorted(self.files.items()):
            builder = self.builder
            builder.warn(
                "partial",
                f"{name} is no format that this page knows by name: its messages are read by who speaks "
                "in them; what else it holds is not used.",
                found[0].where,
            )
            talks: dict[str, Conversation] = {}
            for one, answer in _answers(found):
                key = one.session or name
                if key not in talks:
                    talks[key] = Conversation(builder, key, SYSTEM_AND_TOOLS, model=one.model)
                _add(one, answer, talks[key])


def _answers(found: list[Spoken]) -> Iterator[tuple[Spoken, list[Spoken]]]:
    """Each message with what it says; neighbouring lines of the model without usage of their own are
    one answer."""
    run: list[Spoken] = []
    for one in (*found, None):
        goes_on = one is not None and one.role == "assistant" and run and one.usage is None
        if run and not goes_on:
            yield run[0], run
            run = []
        if one is None:
            return
        if one.role == "assistant":
            run.append(one)
        else:
            yield one, [one]


def _add(one: Spoken, answer: list[Spoken], talk: Conversation) -> None:
    if one.role == "system":
        talk.hidden = TOOLS_ONLY
    if one.role != "assistant":
        talk.hear(one.message, one.where)
        return
    talk.model = one.model or talk.model
    spent = next((part.usage for part in answer if part.usage), None)
    talk.reply([part.message for part in answer], one.where, spent, started=as_time(one.time))


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    found = list(spoken(value, where))
    if found:
        builder.gathered("generic", _Files).files.setdefault(where.file, []).extend(found)
    return bool(found)


GENERIC = TalkImporter(
    Talk(
        key="generic",
        label="Other agent's log",
        guide=Guide(
            section="Other",
            what="JSON or JSON Lines of any agent whose messages have a role and a content",
            steps=(
                "Drop the agent's session file; its messages are found by who speaks in them.",
                "If it opens with gaps, capture the requests themselves with ctxcapture.",
            ),
            example='{"type": "message", "message": {"role": "assistant", "content": "…", "usage": {}}}',
            missing="whatever the agent does not log, mostly the system prompt and tool schemas",
        ),
        owns=_owns,
        read=_read,
        gathers=True,
    )
)
