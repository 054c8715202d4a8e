"""Streamed responses of Cohere, Bedrock Converse and Ollama put together again.

Spec: docs.cohere.com/v2/docs/streaming; Bedrock's API reference, ConverseStream; Ollama's API, "Streaming
responses". `whytokens.importers.sse` asks for these when the stream is of none of the big APIs.
"""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.importers.values import Json, as_dict, as_list, as_str, decoded


def other(events: Sequence[Json]) -> Json | None:
    """The response that the events amount to; None when they are of no stream known here."""
    kinds = {str(event.get("type") or event.get("event_type")) for event in events}
    if kinds & {"message-start", "content-delta", "message-end"}:
        return _cohere(events)
    if "stream-end" in kinds:
        last = next(event for event in reversed(events) if event.get("event_type") == "stream-end")
        return as_dict(last.get("response")) or None
    if any("messageStart" in event or "contentBlockDelta" in event for event in events):
        return _converse(events)
    if any("done" in event and ("message" in event or "response" in event) for event in events):
        return _ollama(events)
    if any("completion" in event and "stop_reason" in event for event in events):
        return {"completion": "".join(as_str(event.get("completion")) or "" for event in events)}
    return None


def _cohere(events: Sequence[Json]) -> Json:
    found: Json = {}
    text, plan = "", ""
    calls: list[Json] = []
    for event in events:
        delta = as_dict(event.get("delta"))
        message = as_dict(delta.get("message"))
        kind = event.get("type")
        if kind == "message-start":
            found["id"] = event.get("id")
        elif kind == "content-delta":
            text += as_str(as_dict(message.get("content")).get("text")) or ""
        elif kind == "tool-plan-delta":
            plan += as_str(message.get("tool_plan")) or ""
        elif kind == "tool-call-start":
            call = as_dict(message.get("tool_calls"))
            calls.append({**call, "function": dict(as_dict(call.get("function")))})
        elif kind == "tool-call-delta" and calls:
            more = as_dict(as_dict(message.get("tool_calls")).get("function")).get("arguments")
            function = calls[-1]["function"]
            function["arguments"] = (as_str(function.get("arguments")) or "") + (as_str(more) or "")
        elif kind == "message-end":
            found |= {key: delta[key] for key in ("finish_reason", "usage") if key in delta}
    answer: Json = {
        "role": "assistant",
        "content": [{"type": "text", "text": text}] if text else [],
    }
    answer |= {"tool_calls": calls} if calls else {}
    answer |= {"tool_plan": plan} if plan else {}
    return {**found, "message": answer}


def _converse(events: Sequence[Json]) -> Json:
    blocks: dict[int, Json] = {}
    found: Json = {}
    for event in events:
        for kind, value in event.items():
            inner = as_dict(value)
            index = inner.get("contentBlockIndex")
            number = index if isinstance(index, int) else 0
            if kind == "contentBlockStart":
                blocks[number] = {
                    "toolUse": {**as_dict(as_dict(inner.get("start")).get("toolUse")), "input": ""}
                }
            elif kind == "contentBlockDelta":
                _grown(blocks.setdefault(number, {}), as_dict(inner.get("delta")))
            elif kind == "messageStop":
                found["stopReason"] = inner.get("stopReason")
            elif kind == "metadata":
                found |= {key: inner[key] for key in ("usage", "metrics") if key in inner}
    for block in blocks.values():
        if "toolUse" in block:
            block["toolUse"]["input"] = decoded(block["toolUse"]["input"]) or {}
    content = [blocks[number] for number in sorted(blocks)]
    return {**found, "output": {"message": {"role": "assistant", "content": content}}}


def _grown(block: Json, delta: Json) -> None:
    if isinstance(delta.get("text"), str):
        block["text"] = (as_str(block.get("text")) or "") + delta["text"]
    call = as_dict(delta.get("toolUse"))
    if isinstance(call.get("input"), str):
        block.setdefault("toolUse", {"input": ""})["input"] += call["input"]
    thought = as_dict(delta.get("reasoningContent"))
    if isinstance(thought.get("text"), str):
        inner = block.setdefault("reasoningContent", {"reasoningText": {"text": ""}})
        inner["reasoningText"]["text"] += thought["text"]


def _ollama(events: Sequence[Json]) -> Json:
    found: Json = {}
    text, thought, said = "", "", ""
    calls: list[Json] = []
    for event in events:
        message = as_dict(event.get("message"))
        text += as_str(message.get("content")) or ""
        thought += as_str(message.get("thinking")) or ""
        said += as_str(event.get("response")) or ""
        calls += as_list(message.get("tool_calls"))
        found |= {key: value for key, value in event.items() if key not in ("message", "response")}
    if said or not any("message" in event for event in events):
        return {**found, "response": said}
    answer: Json = {"role": "assistant", "content": text}
    answer |= {"thinking": thought} if thought else {}
    return {**found, "message": answer | ({"tool_calls": calls} if calls else {})}
