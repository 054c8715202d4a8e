"""Runs in the peers' own environment: their count of each request on standard input.

A line in: ``{"api", "model", "body"}``; a line out: ``{"litellm", "tokencost", "llmprof"}``, null
where a peer does not answer or fails.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
logging.disable(logging.CRITICAL)


def main() -> None:
    peers = {"litellm": _litellm(), "tokencost": _tokencost(), "llmprof": _llmprof()}
    for line in sys.stdin:
        row = json.loads(line)
        print(json.dumps({name: _try(peer, row) for name, peer in peers.items()}))


def _try(peer: Callable[[dict[str, Any]], int | None], row: dict[str, Any]) -> int | None:
    try:
        return peer(row)
    except Exception:  # a peer that fails has not answered
        return None


def _chat(row: dict[str, Any]) -> tuple[list[Any], list[Any] | None]:
    """The request as these libraries want it: chat messages and tools."""
    body, api = row["body"], row["api"]
    if api == "Gemini":
        said = body.get("systemInstruction") or body.get("system_instruction")
        messages = [{"role": "system", "content": _text(said)}] if said else []
        for content in body.get("contents") or []:
            role = "assistant" if content.get("role") == "model" else "user"
            messages.append({"role": role, "content": _text(content)})
        tools = [
            {"type": "function", "function": declared}
            for tool in body.get("tools") or []
            for declared in tool.get("functionDeclarations") or []
        ]
        return messages, tools or None
    messages = list(body.get("messages") or [])
    if api == "OpenAI Responses":
        value = body.get("input")
        messages = (
            [{"role": "user", "content": value}] if isinstance(value, str) else list(value or [])
        )
        if body.get("instructions"):
            messages.insert(0, {"role": "system", "content": body["instructions"]})
    if api == "Anthropic" and body.get("system"):
        messages.insert(0, {"role": "system", "content": body["system"]})
    return messages, body.get("tools")


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or "" for part in content.get("parts") or [])


def _litellm() -> Callable[[dict[str, Any]], int | None]:
    import litellm

    def count(row: dict[str, Any]) -> int | None:
        messages, tools = _chat(row)
        return int(litellm.token_counter(model=row["model"], messages=messages, tools=tools))

    return count


def _tokencost() -> Callable[[dict[str, Any]], int | None]:
    from tokencost import count_message_tokens

    def count(row: dict[str, Any]) -> int | None:
        messages, _ = _chat(row)
        return int(count_message_tokens(messages, row["model"]))

    return count


def _llmprof() -> Callable[[dict[str, Any]], int | None]:
    from llmprof import tokens

    def count(row: dict[str, Any]) -> int | None:
        body = row["body"]
        if row["api"] == "Anthropic":
            made = tokens.attribute_anthropic(
                body.get("system"), body.get("messages"), body.get("tools"), row["model"]
            )
        else:
            if row["api"] == "OpenAI Responses":
                body = {**body, **tokens.responses_to_chat(body)}
            messages, tools = _chat(
                {**row, "api": "chat" if "messages" in body else row["api"], "body": body}
            )
            made = tokens.attribute_openai(messages, tools, row["model"])
        return int(made["total"] if "total" in made else made["tree"]["value"])

    return count


if __name__ == "__main__":
    main()
