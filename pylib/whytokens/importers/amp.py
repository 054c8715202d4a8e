"""Amp threads: ``~/.local/share/amp/threads/T-*.json``, or ``amp threads export``.

Spec: the thread file as its readers know it. One document has the whole thread; an answer's usage counts
input beside the cache, a tool's result stands under ``run``. A ledger counts the same calls again.
"""

from __future__ import annotations

from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import excluding_cache
from whytokens.importers.values import (
    Json,
    as_dict,
    as_list,
    as_str,
    as_time,
    as_tokens,
    dumped,
    inside,
)
from whytokens.model import Usage, Where


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool | None:
    thread = as_dict(value)
    if not _owns(thread):
        return False
    key = as_str(thread.get("id"))
    if key:
        builder.session(key, title=as_str(thread.get("title")))
    talk = Conversation(builder, key, SYSTEM_AND_TOOLS)
    for number, message in enumerate(map(as_dict, as_list(thread.get("messages")))):
        at = inside(where, "messages", number)
        if message.get("role") == "assistant":
            _answer(message, at, talk, as_str(thread.get("agentMode")))
        else:
            _told(message, at, talk)
    return None


def _told(message: Json, where: Where, talk: Conversation) -> None:
    """What the user said, and what tools gave."""
    said = []
    for number, block in enumerate(map(as_dict, as_list(message.get("content")))):
        if block.get("type") == "tool_result":
            run = as_dict(block.get("run"))
            told = run.get("result", run.get("error", run.get("status", block.get("content"))))
            one = {"role": "tool", "tool_call_id": block.get("toolUseID"), "content": dumped(told)}
            talk.hear(one, inside(where, "content", number))
        else:
            said.append(block)
    if said or isinstance(message.get("content"), str):
        talk.hear({"role": "user", "content": said or message["content"]}, where)


def _answer(message: Json, where: Where, talk: Conversation, mode: str | None) -> None:
    raw, state = as_dict(message.get("usage")), as_dict(message.get("state"))
    talk.model = as_str(raw.get("model")) or as_str(message.get("model")) or talk.model
    talk.reply(
        {"role": "assistant", "content": message.get("content")},
        where,
        usage_of(raw),
        started=as_time(raw.get("timestamp")),
        stop_reason=as_str(state.get("stopReason")),
        tags={"mode": mode} if mode else {},
    )


def usage_of(raw: Json) -> Usage | None:
    """Zeros are an answer that was broken off."""
    spent = excluding_cache(
        as_tokens(raw.get("inputTokens")),
        read=as_tokens(raw.get("cacheReadInputTokens")),
        write_5m=as_tokens(raw.get("cacheCreationInputTokens")),
        output=as_tokens(raw.get("outputTokens")),
    )
    return spent if spent is not None and (spent.prompt or spent.output) else None


def _owns(value: Any) -> bool:
    thread = as_dict(value)
    messages = [as_dict(one) for one in as_list(thread.get("messages"))[:60]]
    if not messages or "id" not in thread:
        return False
    used = any("totalInputTokens" in as_dict(one.get("usage")) for one in messages)
    named = str(thread["id"]).startswith("T-") and any("messageId" in one for one in messages)
    return used or named


AMP = TalkImporter(
    Talk(
        key="amp",
        label="Amp thread",
        guide=Guide(
            section="Coding agents",
            what="~/.local/share/amp/threads/T-*.json",
            steps=(
                "Open ~/.local/share/amp/threads in your file manager.",
                "Drop a T-….json, or the folder.",
            ),
            example='{"v": 20, "id": "T-…", "messages": [{"role": "assistant", "messageId": 1, "usage": {}}]}',
            marks=frozenset(("messageId", "usageLedger", "agentMode", "created", "env")),
            missing="the system prompt and the tool schemas",
        ),
        owns=_owns,
        read=_read,
        text=('"T-', '"messageId"'),
    )
)
