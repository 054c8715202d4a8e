"""Goose's messages and sums, as its database and the files before it hold them.

Spec: the writer's `Message` and `SessionMetadata`. Content parts have types of Goose's own; a session
counts what all of its calls spent, and newer ones what was read from a cache and what it cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers.conversation import SYSTEM_AND_TOOLS
from whytokens.importers.providers import provider_of
from whytokens.importers.shares import SharedConversation
from whytokens.importers.usage import including_cache, usd_as_pusd
from whytokens.importers.values import (
    Json,
    as_dict,
    as_list,
    as_str,
    as_time,
    as_tokens,
    decoded,
    dumped,
)
from whytokens.model import Where

Message = tuple[Any, Any, Any, Where]  # role, content, time, place
ASKED, ANSWERED = ("toolRequest", "frontendToolRequest"), "toolResponse"


def add_session(
    key: str, about: Json, messages: Iterable[Message], where: Where, builder: TraceBuilder
) -> None:
    """A session's calls, which share what it says that it spent."""
    title = as_str(about.get("name")) or as_str(about.get("description"))
    builder.session(key, parent=as_str(about.get("parent_session_id")), title=title)
    model = as_str(as_dict(decoded(about.get("model_config_json"))).get("model_name"))
    provider = provider_of(as_str(about.get("provider_name")))
    talk = SharedConversation(builder, key, SYSTEM_AND_TOOLS, model=model, provider=provider)
    for role, content, time, at in messages:
        parts = [as_dict(part) for part in as_list(decoded(content))]
        if role == "assistant":
            said = [_said(part) for part in parts]
            talk.reply({"role": "assistant", "content": said}, at, None, started=as_time(time))
            continue
        given = [part for part in parts if part.get("type") == ANSWERED]
        for part in given:
            talk.hear(_result(part), at)
        words = [_said(part) for part in parts if part not in given]
        if words:
            talk.hear({"role": "user", "content": words}, at)
    _settle(talk, about, where)


def _settle(talk: SharedConversation, about: Json, where: Where) -> None:
    def count(name: str) -> int | None:
        found = as_tokens(about.get(f"accumulated_{name}"))
        return as_tokens(about.get(name)) if found is None else found

    spent = including_cache(
        count("input_tokens"),
        read=count("cache_read_tokens"),
        write_5m=count("cache_write_tokens"),
        output=count("output_tokens"),
    )
    name = talk.model or ""
    cost = usd_as_pusd(about.get("accumulated_cost"))
    known = spent is not None and (spent.prompt or spent.output or spent.refused)
    talk.settle({name: spent} if spent and known else {}, where, {name: cost} if cost else None)


def _said(part: Json) -> Json:
    if part.get("type") in ASKED:
        asked = as_dict(as_dict(part.get("toolCall")).get("value"))
        name = as_str(asked.get("name")) or ""
        name = f"mcp__{name}" if "__" in name else name  # extensions are MCP servers
        return {"type": "tool_call", "id": part.get("id"), "name": name,
                "arguments": asked.get("arguments")}  # fmt: skip
    return part


def _result(part: Json) -> Json:
    result = as_dict(part.get("toolResult"))
    value = result.get("value", result.get("error"))
    content = as_dict(value).get("content", value)
    told = content if isinstance(content, str | list) else dumped(content)
    return {"role": "tool", "tool_call_id": part.get("id"), "content": told}
