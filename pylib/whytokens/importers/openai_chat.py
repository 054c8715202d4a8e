"""OpenAI Chat Completions: requests, and requests with their responses.

Spec: platform.openai.com/docs/api-reference/chat as summarised in formats, section 2. Also what
speaks the same dialect; the model's own provider is left to the price engine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.components import CUT
from whytokens.importers import pictures, usage
from whytokens.importers.bodies import Api, Reply, Request, body_guide
from whytokens.importers.dialects import pair
from whytokens.importers.earlier import Earlier
from whytokens.importers.exchanges import Exchange
from whytokens.importers.providers import provider_of
from whytokens.importers.tools import CallNames, Noted, call, definitions
from whytokens.importers.values import Json, as_dict, as_list, as_str, dumped, pointer
from whytokens.model import Category, MessageId, Options, SegmentId, Where

HOSTED_KEYS = ("web_search_options",)
PDF = "application/pdf"


def request_messages(
    body: Json, builder: TraceBuilder, where: Where
) -> tuple[list[MessageId], Options, tuple[int, ...]]:
    """Messages in rendered order, options, cache marks (none: caching is automatic)."""
    found: list[MessageId] = []
    tools = as_list(body.get("tools")) or as_list(body.get("functions"))
    if tools:
        key = "tools" if body.get("tools") else "functions"
        segments = definitions(builder, tools, _place(where, key))
        found.append(builder.message("tools", segments))
    chosen = as_dict(as_dict(body.get("response_format")).get("json_schema"))
    if chosen:
        found.append(format_message(chosen, builder, _place(where, "response_format")))
    waiting: list[SegmentId] = []
    for one in _read_all(body, builder, where):
        if one.message is None:
            waiting += one.segments
            continue
        if waiting:
            found.append(builder.message("tool", waiting))
            waiting = []
        found.append(one.message)
    if waiting:
        found.append(builder.message("tool", waiting))
    return found, _options(body, tools), ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A message, or the segments of a tool's result; the calls it names."""

    message: MessageId | None
    segments: list[SegmentId]
    noted: list[Noted]


def _read_all(body: Json, builder: TraceBuilder, where: Where) -> list[_Read]:
    earlier: Earlier[_Read] = builder.gathered("earlier openai.chat", Earlier)
    names = CallNames()

    def read(number: int, value: Any) -> _Read:
        message, place = as_dict(value), _place(where, "messages", number)
        if message.get("role") in ("tool", "function"):
            return _Read(None, _result(message, builder, place, names), [])
        names.fresh()
        return _Read(_message(message, builder, place, names), [], names.fresh())

    messages = as_list(body.get("messages"))
    return earlier.read(messages, None, read, lambda one: names.again(one.noted))


def format_message(schema: Json, builder: TraceBuilder, where: Where) -> MessageId:
    """A response schema: its name, and its description and JSON schema as sent."""
    said = {key: schema[key] for key in ("description", "schema") if schema.get(key)}
    text = json.dumps(said, ensure_ascii=False)
    path, name = ("system", "response format"), as_str(schema.get("name"))
    return builder.message("format", [builder.segment("system", path, text, where, name=name)])


def _message(message: Json, builder: TraceBuilder, where: Where, names: CallNames) -> MessageId:
    role = message.get("role")
    category: Category = "user"
    if role in ("system", "developer"):
        category = "system"
    elif role == "assistant":
        category = "assistant"
    segments = content(message.get("content"), category, builder, _place(where, "content"))
    segments += _calls(message, builder, where, names)
    name = as_str(message.get("name"))
    return builder.message(category, segments, name)  # type: ignore[arg-type]


def _calls(message: Json, builder: TraceBuilder, where: Where, names: CallNames) -> list[SegmentId]:
    found = []
    for number, value in enumerate(as_list(message.get("tool_calls"))):
        one = as_dict(value)
        inner = as_dict(one.get("function") or one.get("custom"))
        arguments = inner.get("arguments", inner.get("input"))
        names.note(one.get("id"), inner.get("name"), arguments)
        at = _place(where, "tool_calls", number)
        found.append(call(builder, inner.get("name"), dumped(arguments or ""), at))
    legacy = as_dict(message.get("function_call"))
    if legacy:
        names.note(legacy.get("name"), legacy.get("name"), legacy.get("arguments"))
        at = _place(where, "function_call")
        found.append(call(builder, legacy.get("name"), dumped(legacy.get("arguments") or ""), at))
    return found


def content(value: Any, category: Category, builder: TraceBuilder, where: Where) -> list[SegmentId]:
    """A string or parts as segments."""
    if value is None:
        return []
    if isinstance(value, str):
        return [builder.segment(category, (category,), value, where)]
    found = []
    for number, item in enumerate(as_list(value)):
        part = item if isinstance(item, dict) else {"type": "text", "text": dumped(item)}
        found.append(_part(part, category, builder, _place(where, number)))
    return found


def _part(part: Json, category: Category, builder: TraceBuilder, where: Where) -> SegmentId:
    kind = part.get("type")
    if kind in ("image_url", "input_image"):
        image = part.get("image_url")
        url = as_str(as_dict(image).get("url")) or as_str(image) or ""
        detail = as_str(as_dict(image).get("detail")) or as_str(part.get("detail"))
        media = pictures.from_url(url, detail)
        return builder.segment("media", ("media", "image"), None, where, media=media)
    if kind in ("input_audio", "file", "input_file"):
        inner = as_dict(part.get(kind)) or part
        data = as_str(inner.get("data")) or as_str(inner.get("file_data")) or ""
        said = pictures.DATA_URL.match(data)
        mime = f"audio/{inner.get('format') or 'wav'}" if kind == "input_audio" else PDF
        name = as_str(inner.get("filename")) or str(kind)
        media = pictures.media(data.split(",")[-1], (said and said[1]) or mime)
        return builder.segment("media", ("media", name), None, where, media=media)
    for key in ("text", "refusal"):
        if isinstance(part.get(key), str):
            cut = CUT if part.get("prompt_cache_breakpoint") else None
            return builder.segment(category, (category,), part[key], where, name=cut)
    return builder.segment(category, (category, str(kind)), dumped(part), where)


def _result(
    message: Json, builder: TraceBuilder, where: Where, names: CallNames
) -> list[SegmentId]:
    call_id = message.get("tool_call_id", message.get("name"))
    path = names.result_path(call_id, message.get("name"))
    return result(message.get("content"), path, builder, _place(where, "content"))


def result(
    value: Any, path: tuple[str, ...], builder: TraceBuilder, where: Where
) -> list[SegmentId]:
    """A tool's result: its text as one segment, images beside it."""
    if value is None or isinstance(value, str):
        return [builder.segment("tool_result", path, value or "", where)]
    texts, media = [], []
    for number, item in enumerate(as_list(value)):
        part = as_dict(item)
        if isinstance(part.get("text"), str):
            texts.append(part["text"])
        else:
            media.append(_part(part, "tool_result", builder, _place(where, number)))
    return [builder.segment("tool_result", path, "".join(texts), where), *media]


def _options(body: Json, tools: list[Any]) -> Options:
    choice = body.get("tool_choice", body.get("function_call"))
    inner = as_dict(as_dict(choice).get("function")) or as_dict(choice)
    hosted = [
        str(as_dict(t).get("type"))
        for t in tools
        if as_dict(t).get("type") not in (None, "function", "custom") and "name" not in as_dict(t)
    ]
    return Options(
        tool_choice=choice if isinstance(choice, str) else "tool" if inner.get("name") else None,
        tool_name=as_str(inner.get("name")),
        structured=bool(as_dict(body.get("response_format")).get("json_schema")),
        hosted=(*hosted, *(key for key in HOSTED_KEYS if body.get(key) is not None)),
    )


def _place(where: Where, *keys: str | int) -> Where:
    return Where(file=where.file, line=where.line, pointer=pointer(where.pointer, *keys))


def _owns(body: Json, url: str) -> bool:
    """The generic test, asked last: roles and content, or a chat completion."""
    if isinstance(body.get("choices"), list):
        return True
    messages = as_list(body.get("messages"))
    items = [m if isinstance(m, dict) else pair(m) for m in messages]
    known = [item for item in items if item is not None]
    return bool(known) and all(isinstance(item.get("role"), str) for item in known)


def _reply(exchange: Exchange, builder: TraceBuilder) -> Reply:
    response = exchange.response
    choice = as_dict(next(iter(as_list(response.get("choices"))), None))
    message = as_dict(choice.get("message"))
    at = Where(file=exchange.where.file, line=exchange.where.line, pointer="/response/choices/0")
    names = CallNames()
    segments = content(message.get("content"), "assistant", builder, at)
    if as_str(message.get("reasoning_content")):
        text = message["reasoning_content"]
        segments.insert(0, builder.segment("thinking", ("thinking",), text, at))
    segments += _calls(message, builder, at, names)
    called = [
        str(as_dict(as_dict(c).get("function") or as_dict(c).get("custom")).get("name"))
        for c in as_list(message.get("tool_calls"))
    ]
    return Reply(
        segments=tuple(segments),
        called=tuple(called),
        stop_reason=as_str(choice.get("finish_reason")),
        usage=usage.openai_chat(
            response.get("usage"),
            provider_of(None, exchange.url),
            long_writes=usage.long_writes(exchange.request),
        ),
        tier=as_str(response.get("service_tier")),
        id=as_str(response.get("id")),
    )


def _request(exchange: Exchange, builder: TraceBuilder) -> Request:
    return Request(*request_messages(exchange.request, builder, exchange.where))


OPENAI_CHAT = Api(
    key="openai_chat",
    label="OpenAI Chat Completions",
    api="openai.chat",
    provider="openai",
    guide=body_guide(
        "A request to /v1/chat/completions, a request with its response, or JSON Lines of them",
        '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}',
        frozenset(("messages", "choices", "prompt_tokens")),
    ),
    owns=_owns,
    request=_request,
    reply=_reply,
)
