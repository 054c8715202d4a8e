"""Messages of AutoGen's agents (0.4 and later): a `TaskResult`, a team's saved messages, or lines of them.

Spec: autogen-agentchat's messages and events. Whoever's message has `models_usage` asked a model for it;
calls and their results are events of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.logged import tokens
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Usage, Where

RESULTS = ("ToolCallExecutionEvent", "ToolCallSummaryMessage")
ASKED = "ToolCallRequestEvent"


def _messages(value: Any, where: Where) -> Iterator[tuple[Json, Where]]:
    one = as_dict(value)
    key = next(
        (key for key in ("messages", "message_thread") if isinstance(one.get(key), list)), None
    )
    found = value if isinstance(value, list) else one.get(key) if key else [one]
    at = inside(where, key) if key else where
    for number, message in enumerate(as_list(found)):
        yield as_dict(message), inside(at, number) if found is not value or key else at


def _is_message(one: Json) -> bool:
    return "models_usage" in one and "source" in one and "content" in one


def _owns(value: Any) -> bool:
    found = [one for one, _ in _messages(value, Where(file=""))][:60]
    return any(_is_message(one) for one in found)


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    found = list(_messages(value, where))
    if not any(_is_message(one) for one, _ in found):
        return False
    talk = builder.gathered("autogen", _Talks).of(where)
    for message, at in found:
        _message(message, at, talk)
    return True


class _Talks:
    """The conversation of each file."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self._talks: dict[str, Conversation] = {}

    def of(self, where: Where) -> Conversation:
        if where.file not in self._talks:
            self._talks[where.file] = Conversation(self.builder, where.file, SYSTEM_AND_TOOLS)
        return self._talks[where.file]

    def finish(self) -> None:
        self._talks.clear()


def _message(message: Json, where: Where, talk: Conversation) -> None:
    kind, content = message.get("type"), message.get("content")
    spent = _usage(as_dict(message.get("models_usage")))
    if kind == ASKED:
        content = [
            {"type": "tool_call", "id": one.get("id"), "name": one.get("name"), "arguments": one.get("arguments")}
            for one in map(as_dict, as_list(content))
        ]  # fmt: skip
    if spent is not None:
        tags = {"agent": str(message["source"])} if as_str(message.get("source")) else {}
        answer = {"role": "assistant", "content": content}
        talk.reply(answer, where, spent, started=as_time(message.get("created_at")), tags=tags)
    elif kind == RESULTS[0]:
        for number, one in enumerate(map(as_dict, as_list(content))):
            told = {"role": "tool", "tool_call_id": one.get("call_id"), "name": one.get("name")}
            talk.hear({**told, "content": one.get("content")}, inside(where, "content", number))
    elif kind not in RESULTS:
        role = "user" if message.get("source") == "user" or kind != ASKED else "assistant"
        talk.hear({"role": role, "content": content}, where)


def _usage(raw: Json) -> Usage | None:
    return tokens(as_tokens(raw.get("prompt_tokens")), as_tokens(raw.get("completion_tokens")))


AUTOGEN = TalkImporter(
    Talk(
        key="autogen",
        label="AutoGen messages",
        guide=Guide(
            section="Traces",
            what="Messages and events of AutoGen's agents: a TaskResult, or lines of messages, as JSON",
            steps=("Write result.model_dump(mode='json') of a run to a .json file.",),
            example='{"messages": [{"source": "user", "models_usage": null, "type": "TextMessage"}]}',
            marks=frozenset(("models_usage", "source", "created_at", "stop_reason")),
            missing="the model, the system messages and the tool schemas",
        ),
        owns=_owns,
        read=_read,
        gathers=True,
    )
)
