"""A streamed response put together again: server-sent events or a list of chunks.

Spec: formats, section 2, last bullet. Anthropic: start and delta events, usage by last word; OpenAI
Chat: chunks, usage in the last; Responses: `response.completed` carries it all; Gemini: whole
responses whose parts follow each other, usage by last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from whytokens.importers.streams import other
from whytokens.importers.values import Json, as_dict, as_list, as_str
from whytokens.nesting import loads


def responses_of(text: str) -> Iterator[tuple[Json | None, int]]:
    """The responses of a transcript, one stream after another, each with the line (from 1) it begins on."""
    some: list[Json] = []
    begins, before = 1, ""
    for number, event in _events(text):
        one = as_dict(event)
        named = _stream(one)
        if some and (named not in ("", before) if named else one.get("type") in STARTS):
            yield response_of(some), begins
            some, begins = [], number
        some.append(one)
        before = named or before
    yield response_of(some), begins


# Events that begin a stream and name none.
STARTS = ("message-start",)


def _stream(event: Json) -> str:
    """The id of the response that an event is part of; events in its midst may not repeat it."""
    inner = as_dict(event.get("response")) or as_dict(event.get("message"))
    return next(
        (i for i in (as_str(inner.get("id")), as_str(event.get("responseId"))) if i), ""
    ) or (as_str(event.get("id")) or "" if "choices" in event else "")


def response_of(value: Any) -> Json | None:
    """The response that a transcript (text) or chunks (list) amount to; None when they are none."""
    events = [
        as_dict(e) for e in ((e for _, e in _events(value)) if isinstance(value, str) else value)
    ]
    if any(event.get("type") == "message_start" for event in events):
        return _anthropic(events)
    for event in reversed(events):
        if isinstance(event.get("response"), dict) and "usage" in event["response"]:
            return as_dict(event["response"])
    if any(as_list(event.get("choices")) for event in events):
        return _chat(events)
    found = other(events)
    if found is not None:
        return found
    if any("candidates" in event or "usageMetadata" in event for event in events):
        return _gemini(events)
    return None


def _events(text: str) -> Iterator[tuple[int, Any]]:
    """What each line of data says, and the line's number."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(("data:", "{")):
            try:
                yield number, loads(line.removeprefix("data:"))
            except (ValueError, RecursionError):
                continue


def _anthropic(events: Iterable[Json]) -> Json:
    message: Json = {}
    blocks: dict[int, Json] = {}
    partial: dict[int, str] = {}
    usage: Json = {}
    for event in events:
        kind, index = event.get("type"), event.get("index")
        number = index if isinstance(index, int) else 0
        if kind == "message_start":
            message = dict(as_dict(event.get("message")))
            usage |= as_dict(message.get("usage"))
        elif kind == "content_block_start":
            blocks[number] = dict(as_dict(event.get("content_block")))
        elif kind == "content_block_delta":
            _grow(blocks.setdefault(number, {}), partial, number, as_dict(event.get("delta")))
        elif kind == "message_delta":
            message |= as_dict(event.get("delta"))
            usage |= as_dict(event.get("usage"))
    for number, text in partial.items():
        try:
            blocks[number]["input"] = loads(text or "{}")
        except ValueError:
            blocks[number]["input"] = {"(cut)": text}
    content = [blocks[number] for number in sorted(blocks)]
    return {**message, "type": "message", "content": content, "usage": usage}


def _grow(block: Json, partial: dict[int, str], number: int, delta: Json) -> None:
    for key in ("text", "thinking"):
        if as_str(delta.get(key)):
            block[key] = (as_str(block.get(key)) or "") + delta[key]
            block.setdefault("type", key)
    if isinstance(delta.get("partial_json"), str):
        partial[number] = partial.get(number, "") + delta["partial_json"]


def _gemini(events: Iterable[Json]) -> Json:
    found: Json = {}
    parts: list[Any] = []
    finish = None
    for event in events:
        found |= {key: value for key, value in event.items() if key != "candidates"}
        candidate = as_dict(next(iter(as_list(event.get("candidates"))), None))
        for part in as_list(as_dict(candidate.get("content")).get("parts")):
            last = as_dict(parts[-1]) if parts else {}
            new = as_dict(part)
            alike = set(last) == set(new) and last.get("thought") == new.get("thought")
            if alike and isinstance(last.get("text"), str) and isinstance(new.get("text"), str):
                parts[-1] = {**last, "text": last["text"] + new["text"]}
            else:
                parts.append(part)
        finish = candidate.get("finishReason") or finish
    content = {"role": "model", "parts": parts}
    return {**found, "candidates": [{"content": content, "finishReason": finish}]}


def _chat(events: Iterable[Json]) -> Json:
    found: Json = {"choices": []}
    text, finish = "", None
    calls: dict[int, Json] = {}
    for event in events:
        for key in ("id", "model", "created", "service_tier", "usage"):
            if event.get(key) is not None:
                found[key] = event[key]
        for choice in as_list(event.get("choices"))[:1]:
            delta = as_dict(as_dict(choice).get("delta"))
            text += as_str(delta.get("content")) or ""
            finish = as_dict(choice).get("finish_reason") or finish
            for part in as_list(delta.get("tool_calls")):
                _grow_call(calls, as_dict(part))
    message = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = [calls[number] for number in sorted(calls)]  # type: ignore[assignment]
    found["choices"] = [{"message": message, "finish_reason": finish}]
    return found


def _grow_call(calls: dict[int, Json], part: Json) -> None:
    index = part.get("index")
    call = calls.setdefault(
        index if isinstance(index, int) else len(calls), {"function": {"name": "", "arguments": ""}}
    )
    function = as_dict(part.get("function"))
    call["id"] = part.get("id") or call.get("id")
    for key in ("name", "arguments"):
        call["function"][key] += as_str(function.get(key)) or ""
