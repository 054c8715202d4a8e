"""Continue's sessions and development data: ``~/.continue/sessions/*.json``, ``~/.continue/dev_data``.

Spec: Continue's `Session` and its data schemas. A session's answers name model and, where the provider
tells, usage; `tokensGenerated` counts every request, `chatInteraction` has a chat's text without counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from whytokens.builder import ROOT, TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.logged import tokens
from whytokens.importers.providers import api_of, provider_of
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import including_cache
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Usage, Where

NO_TEXT = "development data has no text"
ALL_SENT = "the request's frame"


@dataclass(slots=True)
class _DevData:
    """Counts and chats of all files, until it is known whether chats are counted."""

    builder: TraceBuilder
    counts: list[tuple[Json, Where]] = field(default_factory=list)
    chats: list[tuple[Json, Where]] = field(default_factory=list)

    def finish(self) -> None:
        for row, where in self.counts:
            model, provider = as_str(row.get("model")), provider_of(as_str(row.get("provider")))
            spent = tokens(
                as_tokens(row.get("promptTokens")), as_tokens(row.get("generatedTokens"))
            )
            self.builder.call(
                api=api_of(provider, model), model=model, provider=provider, prompt=ROOT, where=where,
                usage=spent, started=as_time(row.get("timestamp")), hidden=NO_TEXT,
            )  # fmt: skip
        if self.counts and self.chats:
            text = (
                f"{len(self.chats):,} chats are counted in tokensGenerated; their text is not used."
            )
            self.builder.warn("partial", text, self.chats[0][1])
            return
        for row, where in self.chats:
            model, provider = as_str(row.get("modelName")), as_str(row.get("modelProvider"))
            talk = Conversation(
                self.builder, as_str(row.get("sessionId")), ALL_SENT, model=model, provider=provider
            )
            talk.hear({"role": "user", "content": row.get("prompt")}, inside(where, "prompt"))
            answer = {"role": "assistant", "content": row.get("completion")}
            talk.reply(answer, where, None, started=as_time(row.get("timestamp")))


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    one = as_dict(value)
    if _is_session(one):
        _session(one, where, builder)
        return True
    if "generatedTokens" in one:
        builder.gathered("continue", _DevData).counts.append((one, where))
        return True
    if _is_chat(one):
        builder.gathered("continue", _DevData).chats.append((one, where))
        return True
    return "eventName" in one


def _session(session: Json, where: Where, builder: TraceBuilder) -> None:
    key = as_str(session.get("sessionId"))
    if key:
        builder.session(key, title=as_str(session.get("title")))
    talk = Conversation(builder, key, SYSTEM_AND_TOOLS)
    for number, item in enumerate(map(as_dict, as_list(session.get("history")))):
        at, message = inside(where, "history", number), as_dict(item.get("message"))
        if as_str(item.get("conversationSummary")):
            talk.restart()
            talk.hear({"role": "user", "content": item["conversationSummary"]}, at)
        if message.get("role") == "assistant":
            _answer(item, message, at, talk)
            continue
        for place, context in enumerate(map(as_dict, as_list(item.get("contextItems")))):
            if message.get("role") == "user" and as_str(context.get("content")):
                path = ("retrieved", as_str(context.get("name")) or "context")
                where_of = inside(at, "contextItems", place)
                segment = builder.segment("retrieved", path, context["content"], where_of)
                talk.say("user", [segment])
        talk.hear(message, inside(at, "message"))


def _answer(item: Json, message: Json, where: Where, talk: Conversation) -> None:
    logs = [as_dict(one) for one in as_list(item.get("promptLogs"))]
    log = logs[-1] if logs else {}
    model = as_str(as_dict(log.get("completionOptions")).get("model"))
    talk.model = model or as_str(log.get("modelTitle")) or talk.model
    talk.provider = provider_of(as_str(log.get("modelProvider"))) or talk.provider
    thought = as_str(as_dict(item.get("reasoning")).get("text"))
    calls = [
        {"type": "tool_call", "id": one.get("id"), "name": as_dict(one.get("function")).get("name"),
         "arguments": as_dict(one.get("function")).get("arguments")}
        for one in map(as_dict, as_list(message.get("toolCalls")))
    ]  # fmt: skip
    content = message.get("content")
    said: list[Any] = [{"type": "thinking", "thinking": thought}] if thought else []
    said += [{"type": "text", "text": content}] if as_str(content) else as_list(content)
    talk.reply(
        {"role": "assistant", "content": [*said, *calls]},
        where,
        _usage(as_dict(message.get("usage"))),
    )


def _usage(raw: Json) -> Usage | None:
    details = as_dict(raw.get("promptTokensDetails"))
    return including_cache(
        as_tokens(raw.get("promptTokens")),
        read=as_tokens(details.get("cachedTokens")),
        write_5m=as_tokens(details.get("cacheWriteTokens")),
        output=as_tokens(raw.get("completionTokens")),
    )


def _is_session(one: Json) -> bool:
    history = [as_dict(item) for item in as_list(one.get("history"))[:5]]
    return "sessionId" in one and any(
        "message" in item and "contextItems" in item for item in history
    )


def _is_chat(one: Json) -> bool:
    return {"prompt", "completion", "modelName", "modelProvider"} <= one.keys()


def _owns(value: Any) -> bool:
    one = as_dict(value)
    return (
        _is_session(one)
        or _is_chat(one)
        or {"promptTokens", "generatedTokens", "model"} <= one.keys()
    )


CONTINUE = TalkImporter(
    Talk(
        key="continue",
        label="Continue session or development data",
        guide=Guide(
            section="Coding agents",
            what="~/.continue/sessions/*.json, or tokensGenerated.jsonl and chatInteraction.jsonl of dev_data",
            steps=(
                "Open ~/.continue/sessions in your file manager and drop a session's .json.",
                "Or drop ~/.continue/dev_data/0.2.0/tokensGenerated.jsonl: it counts every request.",
            ),
            example='{"sessionId": "…", "history": [{"message": {"role": "user"}, "contextItems": []}]}',
            marks=frozenset(("contextItems", "promptLogs", "generatedTokens", "chatModelTitle")),
            missing="the system prompt, tool schemas and most usage",
        ),
        owns=_owns,
        read=_read,
        gathers=True,
    )
)
