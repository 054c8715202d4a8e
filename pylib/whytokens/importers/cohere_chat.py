"""Cohere Chat, both versions: requests, responses and their streams.

Spec: docs.cohere.com/reference/chat and chat-v1, as summarised in formats, section 2. Version 1 sends the
last message apart from the history, with a preamble.
"""

from __future__ import annotations

import re
from typing import Any

from whytokens.importers.bodies import body_guide, named_model
from whytokens.importers.providers import api_of
from whytokens.importers.rendered import Said, rendered
from whytokens.importers.usage import cohere
from whytokens.importers.values import Json, as_dict, as_list, as_str
from whytokens.model import Usage

MODEL = re.compile(r"^(command|c4ai)", re.IGNORECASE)
OWN_KEYS = (
    "safety_mode",
    "strict_tools",
    "citation_options",
    "chat_history",
    "preamble",
    "connectors",
)


def _said(body: Json) -> Said:
    messages: list[Any] = list(as_list(body.get("messages")))
    if "message" in body and not messages:
        messages = [_turn(as_dict(turn)) for turn in as_list(body.get("chat_history"))]
        messages += [{"role": "user", "content": body["message"]}] if body["message"] else []
        results = as_list(body.get("tool_results"))
        messages += [{"role": "tool", "content": as_dict(r).get("outputs")} for r in results]
    documents = [
        {"type": "document", "source": {"type": "text", "data": _document(one)}}
        for one in as_list(body.get("documents"))
    ]
    if documents:
        messages = [{"role": "user", "content": documents}, *messages]
    return (
        body.get("preamble"),
        messages,
        [_tool(as_dict(tool)) for tool in as_list(body.get("tools"))],
    )


def _turn(turn: Json) -> Json:
    return {**turn, "content": turn.get("message") or turn.get("content")}


def _document(value: Any) -> str:
    one = as_dict(value)
    inner = one.get("data", value)
    fields = as_dict(inner)
    return str(inner) if isinstance(inner, str) else "\n".join(str(v) for v in fields.values())


def _tool(tool: Json) -> Json:
    """Version 1 describes parameters by name."""
    defined = tool.get("parameter_definitions")
    return {**tool, "parameters": defined} if isinstance(defined, dict) else tool


def _answer(body: Json) -> Any:
    if isinstance(body.get("message"), dict):
        return [{"role": "assistant", **body["message"]}]
    text, calls = as_str(body.get("text")), as_list(body.get("tool_calls"))
    return [{"role": "assistant", "content": text, "tool_calls": calls}] if text or calls else None


def _usage(body: Json) -> Usage | None:
    return cohere(body.get("usage") or body.get("meta"))


def _owns(body: Json, url: str) -> bool:
    if "api.cohere." in url:
        return "/chat" in url or "/generate" in url
    if MODEL.match(str(body.get("model") or "")) and ("messages" in body or "message" in body):
        return True
    if "messages" in body or "message" in body:
        if any(key in body for key in OWN_KEYS):
            return True
        # A response: a message with content, and units that are billed.
        return isinstance(as_dict(body.get("usage")).get("billed_units"), dict)
    return isinstance(as_dict(body.get("meta")).get("billed_units"), dict)


COHERE_CHAT = rendered(
    key="cohere_chat",
    label="Cohere Chat",
    guide=body_guide(
        ("A request to Cohere's /chat of either version, with its response, or JSON Lines of them"),
        '{"model": "command-a-03-2025", "messages": [{"role": "user", "content": "Hi"}]}',
        frozenset(("chat_history", "preamble", "billed_units", "citation_options")),
    ),
    provider="cohere",
    owns=_owns,
    said=_said,
    answer=_answer,
    usage=_usage,
    model=named_model,
    api=lambda model: api_of("cohere", model),
    stop=lambda body: as_str(body.get("finish_reason")),
)
