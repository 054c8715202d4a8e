"""OpenAI Responses: requests, and requests with their responses.

Spec: platform.openai.com/docs/api-reference/responses as summarised in formats, section 2.
Neighbouring calls become one assistant message, neighbouring outputs one tool message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import thinking, usage
from whytokens.importers.bodies import Api, Reply, Request, body_guide, named_model
from whytokens.importers.earlier import Earlier
from whytokens.importers.exchanges import Exchange
from whytokens.importers.openai_chat import content, format_message, result
from whytokens.importers.tools import CallNames, Noted, call, definitions
from whytokens.importers.values import Json, as_dict, as_list, as_str, dumped, pointer
from whytokens.model import Category, MessageId, Options, Role, SegmentId, Where

OWN_TOOLS = (None, "function", "custom")
# GPT-4.1 reports its prompt divided by the parallel calls of its reply, rounded down (eight of eight
# such requests, two projects, two calls each).
DIVIDES = re.compile(r"(^|/)gpt-4\.1($|-\d{4})", re.IGNORECASE)
# In between, the API gave models instructions of its own.
LAUNCH, LAUNCHED = datetime(2025, 3, 10, tzinfo=UTC), datetime(2025, 3, 28, tzinfo=UTC)
STATE_KEYS = ("previous_response_id", "conversation", "prompt")


def request_messages(
    body: Json, builder: TraceBuilder, where: Where
) -> tuple[list[MessageId], Options, tuple[int, ...]]:
    """Messages in rendered order, options, cache marks (none: caching is automatic)."""
    found: list[MessageId] = []
    tools = [as_dict(tool) for tool in as_list(body.get("tools"))]
    if tools:
        segments = definitions(builder, tools, _place(where, "tools"))
        found.append(builder.message("tools", segments))
    chosen = as_dict(as_dict(body.get("text")).get("format"))
    if chosen.get("type") == "json_schema":
        found.append(format_message(chosen, builder, _place(where, "text", "format")))
    if as_str(body.get("instructions")):
        at = _place(where, "instructions")
        segment = builder.segment("system", ("system",), body["instructions"], at)
        found.append(builder.message("system", [segment]))
    return found + input_messages(body.get("input"), builder, where), _options(body, tools), ()


def input_messages(value: Any, builder: TraceBuilder, where: Where) -> list[MessageId]:
    """The `input` of a request: a string, or items."""
    if isinstance(value, str):
        segment = builder.segment("user", ("user",), value, _place(where, "input"))
        return [builder.message("user", [segment])]
    found: list[MessageId] = []
    run, role = list[SegmentId](), None
    for one in _read_all(as_list(value), builder, where):
        if run and (one.kind != role or not one.grouped):
            found.append(builder.message(role or "user", run))
            run = []
        role = one.kind
        run = run + one.segments
        if not one.grouped:
            found.append(builder.message(one.kind, run))
            run = []
    if run:
        found.append(builder.message(role or "user", run))
    return found


@dataclass(frozen=True, slots=True)
class _Read:
    """An item: the role of its message, its segments, whether neighbours join it, calls it names."""

    kind: Role
    segments: list[SegmentId]
    grouped: bool
    noted: list[Noted]


def _read_all(items: list[Any], builder: TraceBuilder, where: Where) -> list[_Read]:
    earlier: Earlier[_Read] = builder.gathered("earlier openai.responses", Earlier)
    names = CallNames()

    def read(number: int, item: Any) -> _Read:
        one = {"role": "user", "content": item} if isinstance(item, str) else as_dict(item)
        names.fresh()
        kind, segments = _item(one, builder, _place(where, "input", number), names)
        return _Read(kind, segments, _is_call(one) or kind == "tool", names.fresh())

    return earlier.read(items, None, read, lambda one: names.again(one.noted))


def _is_call(item: Json) -> bool:
    kind = str(item.get("type", ""))
    return kind == "reasoning" or kind.endswith("_call")


def _item(
    item: Json, builder: TraceBuilder, where: Where, names: CallNames
) -> tuple[Role, list[SegmentId]]:
    kind = item.get("type")
    if kind in (None, "message"):
        category: Category = "user"
        if item.get("role") in ("system", "developer"):
            category = "system"
        elif item.get("role") == "assistant":
            category = "assistant"
        at = _place(where, "content")
        return category, content(item.get("content"), category, builder, at)  # type: ignore[return-value]
    if kind == "additional_tools":
        at = _place(where, "tools")
        tools = [as_dict(tool) for tool in as_list(item.get("tools"))]
        return "tools", definitions(builder, tools, at)
    if kind == "reasoning":
        texts = [as_str(as_dict(part).get("text")) for part in as_list(item.get("summary"))]
        text = "\n".join(text for text in texts if text) or None
        return "assistant", [
            builder.segment(
                "thinking",
                ("thinking",),
                text,
                where,
                media=thinking.seal(item.get("encrypted_content")),
            )
        ]
    if kind == "compaction":
        sealed = thinking.seal(item.get("encrypted_content"))
        said = ("assistant", "compacted conversation")
        return "assistant", [builder.segment("assistant", said, None, where, media=sealed)]
    if isinstance(kind, str) and kind.endswith("_output"):
        path = names.result_path(item.get("call_id"), kind.removesuffix("_output"))
        value = item.get("output", item.get("tools"))
        value = value if isinstance(value, str | list) else dumped(value)
        return "tool", result(value, path, builder, _place(where, "output"))
    if isinstance(kind, str) and kind.endswith("_call"):
        name = as_str(item.get("name")) or kind.removesuffix("_call")
        arguments = item.get("arguments", item.get("input", item.get("action")))
        names.note(item.get("call_id") or item.get("id"), name, arguments)
        return "assistant", [call(builder, name, dumped(arguments or ""), where)]
    return "user", [builder.segment("user", ("user", str(kind)), None, where)]


def _options(body: Json, tools: list[Json]) -> Options:
    choice = body.get("tool_choice")
    state = next((key for key in STATE_KEYS if body.get(key)), None)
    items = as_list(body.get("input"))
    if state is None and any(as_dict(item).get("type") == "item_reference" for item in items):
        state = "item_reference"
    named = as_str(as_dict(choice).get("name"))
    hosted = [str(t["type"]) for t in tools if t.get("type") not in OWN_TOOLS]
    if as_dict(body.get("reasoning")).get("mode") == "pro":  # drafts several times, all billed
        hosted.append("pro reasoning")
    return Options(
        tool_choice=choice if isinstance(choice, str) else "tool" if named else None,
        tool_name=named,
        structured=as_dict(as_dict(body.get("text")).get("format")).get("type") == "json_schema",
        stored=any(
            as_dict(item).get("type") == "function_call" and as_dict(item).get("id")
            for item in items
        ),
        hosted=tuple(hosted),
        server_state=state,
    )


def _place(where: Where, *keys: str | int) -> Where:
    return Where(file=where.file, line=where.line, pointer=pointer(where.pointer, *keys))


def read_item(
    item: Json, builder: TraceBuilder, where: Where, names: CallNames
) -> tuple[Role, list[SegmentId]]:
    """One item by itself: the role that it has in the prompt, and its content."""
    return _item(item, builder, where, names)


def _owns(body: Json, url: str) -> bool:
    if body.get("object") == "response" or url.rstrip("/").endswith("/responses"):
        return True
    if "messages" in body or "contents" in body or "choices" in body:
        return False
    return isinstance(body.get("input"), str | list) and ("model" in body or "instructions" in body)


def _reply(exchange: Exchange, builder: TraceBuilder) -> Reply:
    response = exchange.response
    output = as_list(response.get("output"))
    at = Where(file=exchange.where.file, line=exchange.where.line, pointer="/response/output")
    names = CallNames()
    segments: list[SegmentId] = []
    for number, item in enumerate(output):
        segments += _item(as_dict(item), builder, _place(at, number), names)[1]
    spent = usage.openai_responses(
        response.get("usage"), long_writes=usage.long_writes(exchange.request)
    )
    return Reply(
        segments=tuple(segments),
        called=tuple(
            str(as_dict(i).get("name")) for i in output if as_dict(i).get("type") == "function_call"
        ),
        stop_reason=as_str(as_dict(response.get("incomplete_details")).get("reason"))
        or as_str(response.get("status")),
        usage=usage.with_fees(spent, output),
        tier=as_str(response.get("service_tier")),
        id=as_str(response.get("id")),
    )


def _request(exchange: Exchange, builder: TraceBuilder) -> Request:
    messages, options, marks = request_messages(exchange.request, builder, exchange.where)
    if thinking.OPENAI_FORGETS.search(named_model(exchange) or ""):
        kept = zip(messages, thinking.of_this_turn(messages, builder), strict=True)
        messages = [now for one, now in kept if now == one or builder.segments_of(now)]
    if exchange.started is not None and LAUNCH <= exchange.started < LAUNCHED:
        options = replace(options, launch=True, stored=False)
    if DIVIDES.search(named_model(exchange) or ""):
        called = [item for item in as_list(exchange.response.get("output")) if _is_function(item)]
        options = replace(options, shared_by=max(1, len(called)))
    return Request(messages, options, marks)


def _is_function(item: Any) -> bool:
    return as_dict(item).get("type") == "function_call"


OPENAI_RESPONSES = Api(
    key="openai_responses",
    label="OpenAI Responses",
    api="openai.responses",
    provider="openai",
    guide=body_guide(
        "A request to /v1/responses, a request with its response, or JSON Lines of them",
        '{"model": "gpt-5", "instructions": "…", "input": "Hi"}',
        frozenset(("instructions", "previous_response_id", "input")),
    ),
    owns=_owns,
    request=_request,
    reply=_reply,
)
