"""Anthropic Messages: requests, and requests with their responses.

Spec: docs.anthropic.com/en/api/messages as summarised in formats, section 2.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import pictures, thinking, usage
from whytokens.importers.bodies import Api, Reply, Request, body_guide, named_model
from whytokens.importers.earlier import Earlier
from whytokens.importers.exchanges import Exchange
from whytokens.importers.tools import CallNames, Noted, call, definitions
from whytokens.importers.values import Json, as_count, as_dict, as_list, as_str, dumped, pointer
from whytokens.model import Category, MessageId, Options, Role, SegmentId, Where

BLOCKS = frozenset(
    ("tool_use", "tool_result", "thinking", "redacted_thinking", "document", "server_tool_use")
)
TEXT_CATEGORY: dict[str, Category] = {"assistant": "assistant", "system": "system"}


def request_messages(
    body: Json, builder: TraceBuilder, where: Where
) -> tuple[list[MessageId], Options, tuple[int, ...]]:
    """The messages of a request body in rendered order, its options, and its cache marks."""
    found, marks, names = list[MessageId](), list[int](), CallNames()
    tools = [as_dict(tool) for tool in as_list(body.get("tools"))]
    if tools:
        segments = definitions(builder, tools, _place(where, "tools"))
        names.definitions = {str(t.get("name")): s for t, s in zip(tools, segments, strict=True)}
        found.append(builder.message("tools", segments))
        if any("cache_control" in tool for tool in tools):
            marks.append(len(found))
    _format(body, builder, where, found)
    system = _blocks(body.get("system"))
    if system:
        at = _place(where, "system")
        segments = [
            builder.segment("system", ("system",), as_str(b.get("text")) or "", _place(at, i))
            for i, b in enumerate(system)
        ]
        found.append(builder.message("system", segments))
        if any("cache_control" in block for block in system):
            marks.append(len(found))
    read = _read_all(body, builder, where, names)
    waiting = list[SegmentId]()
    for one in read:
        if waiting and one.role == "user" and one.results:
            waiting += one.segments
            found[-1] = builder.message("tool", waiting)
        else:
            found.append(builder.message(one.kind, one.segments))
            waiting = list(one.segments) if one.results else []
        if one.marked:
            marks.append(len(found))
    return found, _options(body, tools, read), tuple(marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A message: the role it was sent with and the role it is kept with, its segments, whether it is
    nothing but results, whether its prefix is to be cached and its documents cited; calls it names."""

    role: Any
    kind: Role
    segments: list[SegmentId]
    results: bool
    marked: bool
    cites: bool
    noted: list[Noted]


def _read_all(body: Json, builder: TraceBuilder, where: Where, names: CallNames) -> list[_Read]:
    earlier: Earlier[_Read] = builder.gathered("earlier anthropic.messages", Earlier)

    def read(number: int, value: Any) -> _Read:
        return _read(as_dict(value), builder, _place(where, "messages", number), names)

    return earlier.read(
        as_list(body.get("messages")), names.definitions, read, lambda one: names.again(one.noted)
    )


def _read(message: Json, builder: TraceBuilder, where: Where, names: CallNames) -> _Read:
    role, blocks = message.get("role"), _blocks(message.get("content"))
    names.fresh()
    segments = content(blocks, str(role), builder, _place(where, "content"), names)
    return _Read(
        role=role, kind=_kind(role, blocks), segments=segments, results=_is_results(message),
        marked=any("cache_control" in block for block in blocks), cites=_is_to_cite(blocks),
        noted=names.fresh(),
    )  # fmt: skip


def _kind(role: Any, blocks: list[Json]) -> Role:
    """With any tool result a message has the role "tool"."""
    if any(block.get("type") == "tool_result" for block in blocks):
        return "tool"
    return "assistant" if role == "assistant" else "system" if role == "system" else "user"


def _is_results(message: Json) -> bool:
    """A user message of nothing but tool results; the API joins such neighbours."""
    blocks = _blocks(message.get("content"))
    return bool(blocks) and all(block.get("type") == "tool_result" for block in blocks)


def content(
    blocks: Iterable[Json], role: str, builder: TraceBuilder, where: Where, names: CallNames
) -> list[SegmentId]:
    """Content blocks as segments."""
    found: list[SegmentId] = []
    for number, block in enumerate(blocks):
        found += _block(block, role, builder, _place(where, number), names)
    return found


def _block(
    block: Json, role: str, builder: TraceBuilder, where: Where, names: CallNames
) -> list[SegmentId]:
    kind = block.get("type")
    if kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
        names.note(block.get("id"), block.get("name"), block.get("input"))
        arguments = json.dumps(block.get("input"), ensure_ascii=False)
        return [call(builder, block.get("name"), arguments, where)]
    if kind == "tool_result":
        path = names.result_path(block.get("tool_use_id"))
        return _result(block.get("content"), path, builder, _place(where, "content"), names)
    if kind in ("thinking", "redacted_thinking"):
        text = as_str(block.get("thinking"))
        sealed = thinking.seal(block.get("signature") or block.get("data"))
        return [builder.segment("thinking", ("thinking",), text, where, media=sealed)]
    if kind in ("image", "document", "search_result"):
        return [_media(block, builder, where)]
    if kind in ("tool_reference", "tool_addition"):
        name = as_dict(block.get("tool")).get("name") or block.get("tool_name")
        if str(name) in names.definitions:
            return [names.definitions[str(name)]]
    if kind == "text" or "text" in block:
        category = TEXT_CATEGORY.get(role, "user")
        return [builder.segment(category, (category,), as_str(block.get("text")) or "", where)]
    if isinstance(kind, str) and kind.endswith("_tool_result"):
        text = json.dumps(block.get("content"), ensure_ascii=False)
        return [
            builder.segment(
                "tool_result", ("tool_result", kind.removesuffix("_tool_result")), text, where
            )
        ]
    return [builder.segment("user", ("user", str(kind)), dumped(block), where)]


def _result(
    value: Any, path: tuple[str, ...], builder: TraceBuilder, where: Where, names: CallNames
) -> list[SegmentId]:
    """A result's text as one segment; beside it what is no text, under the tool's name."""
    texts, found = [], list[SegmentId]()
    for number, block in enumerate(_blocks(value)):
        at, name = _place(where, number), block.get("tool_name")
        if block.get("type") in ("image", "document", "search_result"):
            found.append(_media(block, builder, at, path[1]))
        elif block.get("type") == "tool_reference" and str(name) in names.definitions:
            found.append(names.definitions[str(name)])
        else:
            texts.append(as_str(block.get("text")) or ("" if "text" in block else dumped(block)))
    return [builder.segment("tool_result", path, "".join(texts), where), *found]


def _media(block: Json, builder: TraceBuilder, where: Where, tool: str | None = None) -> SegmentId:
    """An image or a document; `tool` gave it as its result."""
    source, title = block.get("source"), as_str(block.get("title"))
    inside = as_dict(source)
    path = ("retrieved", title or "document")
    if isinstance(source, str):  # a search result: its source is a string
        text = _joined(block.get("content"))
        return builder.segment(
            "retrieved", ("retrieved", source, title or ""), text, where, name=tool
        )
    if inside.get("type") == "text":
        return builder.segment("retrieved", path, as_str(inside.get("data")), where, name=tool)
    if inside.get("type") == "content":
        return builder.segment("retrieved", path, _joined(inside.get("content")), where, name=tool)
    if inside.get("type") == "base64":
        media = pictures.media(as_str(inside.get("data")), as_str(inside.get("media_type")))
    else:
        media = pictures.from_url(as_str(inside.get("url")) or "")
    path = ("media", title or media.kind)
    return builder.segment("media", path, None, where, name=tool, media=media)


def _joined(value: Any) -> str:
    return "".join(as_str(block.get("text")) or "" for block in _blocks(value))


def _blocks(value: Any) -> list[Json]:
    """Content as blocks: a string is one text block."""
    if isinstance(value, str):
        return [{"type": "text", "text": value}]
    return [
        item if isinstance(item, dict) else {"type": "text", "text": dumped(item)}
        for item in as_list(value)
    ]


def _format(body: Json, builder: TraceBuilder, where: Where, found: list[MessageId]) -> None:
    chosen = as_dict(body.get("output_format")) or as_dict(
        as_dict(body.get("output_config")).get("format")
    )
    if "schema" in chosen:
        text = json.dumps(chosen["schema"], ensure_ascii=False)
        path = ("system", "response format")
        segment = builder.segment("system", path, text, _place(where, "output_format"))
        found.append(builder.message("format", [segment]))


def _options(body: Json, tools: list[Json], read: list[_Read]) -> Options:
    choice = as_dict(body.get("tool_choice"))
    hosted = [str(t["type"]) for t in tools if t.get("type") not in (None, "custom", "function")]
    hosted += ["mcp servers"] if body.get("mcp_servers") else []
    asked = as_str(as_dict(body.get("thinking")).get("type"))
    last = as_dict(next(reversed(as_list(body.get("messages"))), None))
    return Options(
        tool_choice=as_str(choice.get("type")),
        tool_name=as_str(choice.get("name")),
        single_call=choice.get("disable_parallel_tool_use") is True,
        thinking=asked if asked in ("enabled", "adaptive") else None,
        prefilled=last.get("role") == "assistant" and not _calls_tools(last),
        citations=any(one.cites for one in read),
        task_budget=_task_budget(body),
        hosted=tuple(hosted),
        server_state="container" if body.get("container") else None,
    )


def _task_budget(body: Json) -> int | None:
    said = as_dict(as_dict(body.get("output_config")).get("task_budget"))
    return as_count(said.get("remaining", said.get("total")))


def _calls_tools(message: Json) -> bool:
    return any("input" in block for block in _blocks(message.get("content")))


def _is_to_cite(blocks: list[Json]) -> bool:
    """Documents and search results are cited all together or not at all."""
    return any(
        as_dict(inner.get("citations")).get("enabled") is True
        for block in blocks
        for inner in (block, *_blocks(block.get("content")))
    )


def _place(where: Where, *keys: str | int) -> Where:
    return Where(file=where.file, line=where.line, pointer=pointer(where.pointer, *keys))


def _owns(body: Json, url: str) -> bool:
    """Marks that only this API has (formats, section 2, "Fingerprint")."""
    if "api.anthropic.com" in url or url.endswith("/v1/messages"):
        return True
    if body.get("type") == "message" and isinstance(body.get("content"), list):
        return True
    if ("system" in body and "messages" in body) or "anthropic_version" in body:
        return True
    if any("input_schema" in as_dict(tool) for tool in as_list(body.get("tools"))):
        return True
    blocks = [b for m in as_list(body.get("messages")) for b in _blocks(as_dict(m).get("content"))]
    if any(str(block.get("type")) in BLOCKS or "cache_control" in block for block in blocks):
        return True
    return (
        "messages" in body
        and "claude" in str(body.get("model", "")).lower()
        and (
            "max_tokens" in body
            and not any(as_dict(m).get("role") == "system" for m in as_list(body.get("messages")))
        )
    )


def _reply(exchange: Exchange, builder: TraceBuilder) -> Reply:
    response = exchange.response
    blocks = _blocks(response.get("content"))
    at = Where(file=exchange.where.file, line=exchange.where.line, pointer="/response/content")
    return Reply(
        segments=tuple(content(blocks, "assistant", builder, at, CallNames())),
        called=tuple(str(b.get("name")) for b in blocks if b.get("type") == "tool_use"),
        stop_reason=as_str(response.get("stop_reason")),
        usage=usage.anthropic(response.get("usage")),
        id=as_str(response.get("id")),
    )


def _request(exchange: Exchange, builder: TraceBuilder) -> Request:
    messages, options, marks = request_messages(exchange.request, builder, exchange.where)
    if thinking.CLAUDE_FORGETS.search(named_model(exchange) or ""):
        messages = thinking.of_this_turn(messages, builder)
    return Request(messages, options, marks)


ANTHROPIC_MESSAGES = Api(
    key="anthropic_messages",
    label="Anthropic Messages",
    api="anthropic.messages",
    provider="anthropic",
    guide=body_guide(
        "A request to /v1/messages, a request with its response, or JSON Lines of them",
        '{"model": "claude-sonnet-4-5", "system": "…", "messages": [{"role": "user", "content": "Hi"}]}',
        frozenset(("input_schema", "cache_control", "system")),
    ),
    owns=_owns,
    request=_request,
    reply=_reply,
)
