"""Pydantic AI's message histories: what `all_messages_json()` writes.

Spec: ai.pydantic.dev/message-history. Requests and responses in turn; a response's prompt is all before it,
instructions are sent anew with each. Input includes the cache.
"""

from __future__ import annotations

from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import TOOLS_ONLY, Conversation
from whytokens.importers.logged import tokens
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Usage, Where

KINDS = ("request", "response")


def _messages(value: Any) -> list[Json]:
    found = value if isinstance(value, list) else as_list(as_dict(value).get("messages"))
    return [as_dict(one) for one in found]


def _owns(value: Any) -> bool:
    return any(
        one.get("kind") in KINDS
        and "part_kind" in as_dict(next(iter(as_list(one.get("parts"))), None))
        for one in _messages(value)
    )


def _usage(value: Any) -> Usage | None:
    raw = as_dict(value)
    details = as_dict(raw.get("details"))

    def count(*names: str) -> int | None:
        return next((n for name in names if (n := as_tokens(raw.get(name))) is not None), None)

    return tokens(
        count("input_tokens", "request_tokens"), count("output_tokens", "response_tokens"),
        read=count("cache_read_tokens") or as_tokens(details.get("cached_tokens")),
        write=count("cache_write_tokens"), reasoning=as_tokens(details.get("reasoning_tokens")),
    )  # fmt: skip


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool | None:
    messages = _messages(value)
    if not _owns(value):
        return False
    key = next((found for one in messages if (found := as_str(one.get("conversation_id")))), None)
    session = key or f"{where.file}{f'#{where.line}' if (where.line or 1) > 1 else ''}"
    talk, said = Conversation(builder, session, TOOLS_ONLY), ""
    for number, one in enumerate(messages):
        at = inside(where, number)
        if one.get("kind") == "request":
            instructions = as_str(one.get("instructions")) or ""
            if instructions and instructions != said:
                said = instructions
                talk.hear({"role": "system", "content": instructions}, inside(at, "instructions"))
            for place, part in enumerate(as_list(one.get("parts"))):
                talk.hear(_heard(as_dict(part)), inside(at, "parts", place))
        elif one.get("kind") == "response":
            talk.model = as_str(one.get("model_name")) or talk.model
            talk.reply(
                {"role": "assistant", "content": one.get("parts")}, at, _usage(one.get("usage")),
                provider=as_str(one.get("provider_name")), started=as_time(one.get("timestamp")),
                stop_reason=as_str(one.get("finish_reason")),
            )  # fmt: skip
    return True


def _heard(part: Json) -> Json:
    """A part of a request as a message of its speaker."""
    kind = part.get("part_kind")
    if kind == "system-prompt":
        return {"role": "system", "content": part.get("content")}
    if kind == "tool-return" or (kind == "retry-prompt" and part.get("tool_name")):
        about = {"tool_call_id": part.get("tool_call_id"), "name": part.get("tool_name")}
        return {"role": "tool", **about, "content": part.get("content")}
    return {"role": "user", "content": part.get("content")}


PYDANTIC_AI = TalkImporter(
    Talk(
        key="pydantic_ai",
        label="Pydantic AI messages",
        guide=Guide(
            section="Chats",
            what="A message history of Pydantic AI: result.all_messages_json()",
            steps=(
                "Write result.all_messages_json() to a file after a run, one run a file or a line.",
            ),
            example='[{"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "Hi"}]}]',
            marks=frozenset(("parts", "part_kind", "kind", "model_name", "instructions")),
            missing="tool schemas",
        ),
        owns=_owns,
        read=_read,
        text=('"part_kind"', '"kind"'),
    )
)
