"""Chat messages in any dialect as turns of parts: the one reader behind every observability format.

Spec: formats, sections 2 and 4. Known: OpenAI Chat and Responses items, Anthropic blocks, Gemini
contents, Bedrock Converse, OpenTelemetry parts, LangChain, Vercel AI SDK, pydantic-ai, Cohere,
Ollama. What is not known stays, as the JSON it was logged in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from whytokens.importers.parts import Part, part_of, result_parts
from whytokens.importers.values import Json, as_dict, as_list, as_str, decoded, dumped

Speaker = Literal["system", "user", "assistant", "tool"]
SPEAKERS: dict[str, Speaker] = {
    "system": "system", "developer": "system", "user": "user", "human": "user", "chatbot": "assistant",
    "assistant": "assistant", "ai": "assistant", "model": "assistant", "tool": "tool",
    "aimessagechunk": "assistant", "function": "tool", "tool_result": "tool", "toolmessage": "tool",
    "systemmessage": "system", "humanmessage": "user", "aimessage": "assistant",
    "functionmessage": "tool", "tool-call": "assistant", "tool-response": "tool", "request": "user",
    "response": "assistant", "agent": "assistant", "ipython": "tool", "message": "user",
}  # fmt: skip
# Words that begin a pair of speaker and text, and are no text that stands by itself.
PAIRED = ("system", "developer", "user", "human", "assistant", "ai")
CONTENT_KEYS = ("content", "contents", "parts", "text", "message", "body")
LIST_KEYS = ("messages", "contents", "input", "history", "prompt", "conversation")
MAX_NESTING = 6


@dataclass(slots=True)
class Turn:
    """What one speaker said. `item`: one of several items that the API joins to one message."""

    role: Speaker
    parts: list[Part] = field(default_factory=list)
    name: str | None = None
    item: bool = False
    marked: bool = False  # a cache breakpoint stands after it


def turns(value: Any, role: Speaker = "user", depth: int = 0) -> list[Turn]:
    """Every turn of a conversation, however it is wrapped."""
    value = opened(value)
    if isinstance(value, str):
        return [Turn(role, [part_of(value)])] if value else []
    if isinstance(value, list):
        said = pair(value)
        if said is not None:
            return turns(said, role, depth + 1)
        if depth < MAX_NESTING and value and all(pair(item) for item in value):
            return [found for item in value for found in turns(item, role, depth + 1)]
        if depth < MAX_NESTING and value and all(isinstance(item, list) for item in value):
            return turns(value[0], role, depth + 1)  # LangChain: one list for each prompt
        if value and all(_is_part(item) for item in value):
            return [Turn(role, [part_of(item) for item in value], marked=_marked(value))]
        return [found for item in value for found in turns(item, role, depth + 1)]
    if not isinstance(value, dict) or depth > MAX_NESTING:
        return [Turn(role, [part_of(dumped(value))])] if value is not None else []
    return list(_of_dict(value, role, depth))


def pair(item: Any) -> Json | None:
    """A message written as who speaks and what is said, as LangChain takes it; None for what is none."""
    if not isinstance(item, list | tuple) or len(item) != 2 or not isinstance(item[1], str | list):
        return None
    known = isinstance(item[0], str) and item[0] in PAIRED
    return {"role": SPEAKERS[item[0]], "content": item[1]} if known else None


def is_conversation(value: Any) -> bool:
    """A list of messages, each read by itself: neither prompts nor the parts of one message."""
    return (
        isinstance(value, list)
        and not all(isinstance(item, list) and pair(item) is None for item in value)
        and not all(_is_part(item) for item in value)
    )


def _of_dict(value: Json, role: Speaker, depth: int) -> Iterator[Turn]:
    inner = value.get("message")
    if isinstance(inner, dict) and ("role" in inner or "content" in inner):
        yield from turns({"role": role, **inner}, role, depth + 1)
    elif value.get("type") == "constructor" or "lc" in value:
        kind = str((as_list(value.get("id")) or [""])[-1])
        yield _turn({"role": kind, **as_dict(value.get("kwargs"))}, role)
    elif isinstance(value.get("data"), dict) and str(value.get("type")).lower() in SPEAKERS:
        yield _turn({"role": value["type"], **value["data"]}, role)
    elif isinstance(value.get("generations"), list):
        yield from turns(_generations(value["generations"]), "assistant", depth + 1)
    elif _is_item(value):
        yield _item(value)
    elif "role" in value or str(value.get("type")).lower() in SPEAKERS or "part_kind" in value:
        yield _turn(value, role)
    elif _is_part(value):
        yield Turn(role, [part_of(value)])
    else:
        key = next((key for key in LIST_KEYS if value.get(key)), None)
        said = next((k for k in ("system", "instructions", "preamble") if value.get(k)), None)
        if said and key:
            yield from turns(value[said], "system", depth + 1)
        if key:
            yield from turns(value[key], role, depth + 1)
        elif any(value.get(k) for k in ("content", "parts")):
            yield _turn(value, role)
        else:
            yield Turn(role, [part_of(dumped(value))])


def _generations(value: list[Any]) -> list[Any]:
    """LangChain's result: the message of each generation, else its text."""
    flat = [g for inner in value for g in (inner if isinstance(inner, list) else [inner])]
    return [
        {
            "role": "assistant",
            "content": as_dict(g).get("text"),
            **as_dict(as_dict(g).get("message")),
        }
        if "lc" not in as_dict(as_dict(g).get("message"))
        else g["message"]
        for g in flat
    ]


def _turn(value: Json, role: Speaker) -> Turn:
    """A message with a role: its content, reasoning and calls."""
    said = str(value.get("role") or value.get("type") or value.get("kind") or "").lower()
    speaker = SPEAKERS.get(said, role)
    key = next((k for k in CONTENT_KEYS if value.get(k) is not None), None)
    inner = opened(value[key]) if key else None
    name = as_str(value.get("name"))
    call_id = value.get("tool_call_id") or value.get("toolCallId") or value.get("toolUseId")
    parts: list[Part] = []
    reasoning = as_str(value.get("reasoning_content")) or as_str(value.get("reasoning"))
    if speaker == "assistant" and reasoning:
        parts.append(Part("thinking", reasoning))
    if speaker == "tool" and not _holds_results(inner):
        tool = name or as_str(value.get("tool_name"))
        known = as_str(call_id) or as_str(value.get("id")) or tool
        parts.append(Part("result", name=tool, id=known, inner=tuple(result_parts(inner))))
    elif isinstance(inner, list):
        parts += [part_of(item) for item in inner]
    elif isinstance(inner, dict):
        parts.append(part_of(inner))
    elif inner not in (None, ""):
        parts.append(part_of(dumped(inner)))
    elif as_str(value.get("refusal")):
        parts.append(Part("text", value["refusal"]))
    if as_str(value.get("tool_plan")):
        parts.append(Part("text", value["tool_plan"]))
    parts += [part_of({"type": "image", "data": image}) for image in as_list(value.get("images"))]
    beside = list(_calls(value, parts))
    if beside:  # OpenInference also lists them in the content, without their names
        parts = [part for part in parts if part.kind != "call" or part.name]
    parts += beside
    return Turn(speaker, parts, None if speaker == "tool" else name, marked=_marked(inner))


def _marked(content: Any) -> bool:
    """Anthropic's and Bedrock's ways to set a cache breakpoint."""
    keys = ("cache_control", "cachePoint")
    return any(as_dict(block).get(key) for block in as_list(content) for key in keys)


def _calls(value: Json, known: list[Part]) -> Iterator[Part]:
    """The calls that stand beside the content, but for those that stand in it as well."""
    ids = {part.id for part in known if part.kind == "call"}
    found = value.get("tool_calls") or value.get("toolCalls") or ()
    extra = as_dict(value.get("additional_kwargs"))
    found = found or extra.get("tool_calls") or ()
    for one in found if isinstance(found, list) else ():
        part = part_of(
            {"type": "tool_call", **as_dict(as_dict(one).get("tool_call") or one)}, call=True
        )
        if part.id not in ids or part.id is None:
            yield part
    legacy = as_dict(value.get("function_call") or extra.get("function_call"))
    if legacy and not found:
        yield part_of({"type": "tool_call", "id": legacy.get("name"), **legacy}, call=True)


def _item(value: Json) -> Turn:
    """An item of the Responses API that is no message."""
    kind = str(value.get("type"))
    part = part_of(value)
    if part.kind == "result":
        return Turn("tool", [part], item=True)
    return Turn("assistant" if kind != "item_reference" else "user", [part], item=True)


def _is_item(value: Json) -> bool:
    kind = str(value.get("type") or "")
    return (
        "role" not in value
        and "content" not in value
        and (
            kind in ("function_call", "reasoning", "item_reference", "compaction")
            or kind.endswith(("_call", "_call_output", "_output"))
        )
        and kind != "tool_call"
    )


def _is_part(value: Any) -> bool:
    """A bare part of content, not a message."""
    if not isinstance(value, dict) or "role" in value:
        return False
    return (
        part_of(value).kind not in ("other", "item")
        and not _is_item(value)
        and (str(value.get("type")).lower() not in SPEAKERS)
    )


def _holds_results(value: Any) -> bool:
    return isinstance(value, list) and any(part_of(item).kind == "result" for item in value)


_LISTLIKE = re.compile(r"""\s*[\[{]\s*["'\[{]""")


def opened(value: Any) -> Any:
    """JSON in a string where it is a message or parts; a text that merely is JSON stays text."""
    if not isinstance(value, str) or not _LISTLIKE.match(value):
        return value
    inner = decoded(value)
    items = inner if isinstance(inner, list) else [inner]
    while items and all(isinstance(item, list) for item in items):
        items = items[0]
    return inner if items and all(_told(item) for item in items) else value


def _told(item: Any) -> bool:
    one = as_dict(item)
    return bool(one) and (
        "role" in one
        or "lc" in one
        or "generations" in one
        or "message" in one
        or "messages" in one
        or "part_kind" in one
        or "contents" in one
        or ("type" in one and part_of(one).kind not in ("other",))
        or (len(one) <= 2 and part_of(one).kind not in ("other",))
    )
