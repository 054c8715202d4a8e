"""Gemini generateContent, of the Developer API and of Vertex: requests and their responses.

Spec: ai.google.dev/api/generate-content as summarised in formats, section 2. Keys come in camelCase
and in snake_case. Usage stands in the response only; the model often in the URL alone.
"""

from __future__ import annotations

import json
import re
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import pictures, thinking, usage
from whytokens.importers.bodies import Api, Reply, Request, body_guide
from whytokens.importers.exchanges import Exchange
from whytokens.importers.tools import CallNames, call, definition
from whytokens.importers.values import Json, as_dict, as_list, as_str, dumped, pointer
from whytokens.model import Media, MessageId, Options, Role, SegmentId, Where

MODEL_IN_URL = re.compile(r"models/([\w.@-]+)")
STREAMING = ":streamGenerateContent"
VERTEX = re.compile(r"aiplatform\.googleapis\.com")
SCHEMA_KEYS = {
    "responseSchema": "responseSchema",
    "response_schema": "responseSchema",
    "responseJsonSchema": "responseJsonSchema",
    "response_json_schema": "responseJsonSchema",
}
CHOICES = {"ANY": "any", "NONE": "none", "AUTO": "auto", "VALIDATED": "any"}


def _get(value: Json, name: str) -> Any:
    """A field by its camelCase name or its snake_case twin."""
    if name in value:
        return value[name]
    return value.get(re.sub(r"[A-Z]", lambda m: f"_{m[0].lower()}", name))


def request_messages(
    body: Json, builder: TraceBuilder, where: Where, *, streamed: bool = False
) -> tuple[list[MessageId], Options, tuple[int, ...]]:
    """Messages in rendered order, options, cache marks (none: caching is automatic or named). Who
    asks for a `streamed` reply has been asking for them, and so got the seals that are sent back."""
    body = as_dict(body.get("generateContentRequest")) or body
    found: list[MessageId] = []
    declared, hosted = _tools(body, where)
    if declared:
        tools = [definition(builder, value, place) for value, place in declared]
        found.append(builder.message("tools", tools))
    config = as_dict(_get(body, "generationConfig"))
    key = next((key for key in SCHEMA_KEYS if config.get(key)), None)
    if key:
        at = _place(where, "generationConfig")
        text, path = json.dumps(config[key], ensure_ascii=False), ("system", "response format")
        segment = builder.segment("system", path, text, at, name=SCHEMA_KEYS[key])
        found.append(builder.message("format", [segment]))
    names = CallNames()
    said = _get(body, "systemInstruction")
    if said:
        content = {"parts": [{"text": said}]} if isinstance(said, str) else as_dict(said)
        at = _place(where, "systemInstruction")
        segments = _parts(content, "system", builder, at, names)
        role_sent = None if isinstance(said, dict) and not content.get("role") else "user"
        found.append(builder.message("system", segments, role_sent))
    contents = body.get("contents")
    for number, value in enumerate(contents if isinstance(contents, list) else [contents]):
        content = {"parts": [{"text": value}]} if isinstance(value, str) else as_dict(value)
        at = _place(where, "contents", number)
        role: Role = "assistant" if content.get("role") == "model" else "user"
        segments = _parts(content, role, builder, at, names, streamed=streamed)
        if any(_get(as_dict(part), "functionResponse") for part in as_list(content.get("parts"))):
            role = "tool"
        if content:
            found.append(builder.message(role, segments))
    return found, _options(body, hosted, config), ()


def _tools(body: Json, where: Where) -> tuple[list[tuple[Json, Where]], list[str]]:
    """Function declarations with their places, and the names of hosted tools."""
    declared, hosted = list[tuple[Json, Where]](), list[str]()
    tools = body.get("tools")
    for number, value in enumerate(tools if isinstance(tools, list) else [tools]):
        tool = as_dict(value)
        functions = as_list(_get(tool, "functionDeclarations"))
        for position, function in enumerate(functions):
            at = _place(where, "tools", number, "functionDeclarations", position)
            declared.append((as_dict(function), at))
        hosted += [
            key for key in tool if key not in ("functionDeclarations", "function_declarations")
        ]
    return declared, hosted


def _options(body: Json, hosted: list[str], config: Json) -> Options:
    calling = as_dict(_get(as_dict(_get(body, "toolConfig")), "functionCallingConfig"))
    cached = as_str(_get(body, "cachedContent"))
    asked = as_dict(_get(config, "thinkingConfig"))
    return Options(
        tool_choice=CHOICES.get(str(calling.get("mode", "")).upper()),
        thinking="enabled" if asked else None,
        structured=any(config.get(key) for key in SCHEMA_KEYS),
        hosted=tuple(hosted),
        server_state="cachedContent" if cached else None,
    )


def _parts(
    content: Json,
    role: str,
    builder: TraceBuilder,
    where: Where,
    names: CallNames,
    *,
    streamed: bool = False,
) -> list[SegmentId]:
    found: list[SegmentId] = []
    parts = content.get("parts")
    for number, value in enumerate(parts if isinstance(parts, list) else [parts]):
        if value is None and not isinstance(parts, list):
            continue
        part = value if isinstance(value, dict) else {"text": dumped(value)}
        at = _place(where, "parts", number)
        found += _part(part, role, builder, at, names)
        signature = as_str(_get(part, "thoughtSignature"))
        known = builder.recall(signature or "")
        seal = thinking.sealed_chunks(signature, known, streamed=streamed)
        if seal:
            path = ("thinking", "signature")
            found.append(builder.segment("thinking", path, None, at, media=seal))
    return found


def _part(
    part: Json,
    role: str,
    builder: TraceBuilder,
    where: Where,
    names: CallNames,
    tool: str | None = None,
) -> list[SegmentId]:
    """One part as segments; `tool` gave it beside its result."""
    text = part.get("text")
    if isinstance(text, str):
        if part.get("thought"):
            return [builder.segment("thinking", ("thinking",), text, where)]
        return [builder.segment(role, (role,), text, where)]  # type: ignore[arg-type]
    asked = as_dict(_get(part, "functionCall"))
    if asked:
        names.note(asked.get("id") or asked.get("name"), asked.get("name"), asked.get("args"))
        arguments = json.dumps(as_dict(asked.get("args")), ensure_ascii=False)
        return [call(builder, asked.get("name"), arguments, where)]
    answer = as_dict(_get(part, "functionResponse"))
    if answer:
        known = answer.get("id") or answer.get("name")
        path = names.result_path(known, answer.get("name"))
        text = json.dumps(as_dict(answer.get("response")), ensure_ascii=False)
        name = as_str(answer.get("name"))
        found = [builder.segment("tool_result", path, text, where, name=name)]
        for number, inner in enumerate(as_list(answer.get("parts"))):
            at = _place(where, "parts", number)
            found += _part(as_dict(inner), role, builder, at, names, name)
        return found
    data = as_dict(_get(part, "inlineData"))
    if data:
        mime = as_str(_get(data, "mimeType"))
        if mime and mime.startswith("text/"):
            inside = pictures.text(as_str(data.get("data")))
            return [builder.segment("retrieved", ("retrieved", "document"), inside, where)]
        media = pictures.media(as_str(data.get("data")), mime)
        path = ("media", media.kind)
        return [builder.segment("media", path, None, where, name=tool, media=media)]
    file = as_dict(_get(part, "fileData"))
    if file:
        mime = as_str(_get(file, "mimeType")) or ""
        kind = mime.split("/")[0]
        media = Media(
            kind=kind if kind in ("image", "audio", "video") else "document",  # type: ignore[arg-type]
            mime=mime,
        )
        return [builder.segment("media", ("media", media.kind), None, where, media=media)]
    rest = {k: v for k, v in part.items() if k not in ("thought", "thoughtSignature")}
    rest.pop("thought_signature", None)
    if not rest:
        return []
    return [builder.segment(role, (role, next(iter(rest))), dumped(rest), where)]  # type: ignore[arg-type]


def _place(where: Where, *keys: str | int) -> Where:
    return Where(file=where.file, line=where.line, pointer=pointer(where.pointer, *keys))


def _owns(body: Json, url: str) -> bool:
    if ":generateContent" in url or ":streamGenerateContent" in url:
        return True
    inner = as_dict(body.get("generateContentRequest")) or body
    if isinstance(body.get("candidates"), list) or "usageMetadata" in body:
        return True
    contents = as_list(inner.get("contents"))
    return any("parts" in as_dict(content) for content in contents)


def _reply(exchange: Exchange, builder: TraceBuilder) -> Reply:
    response = exchange.response
    candidate = as_dict(next(iter(as_list(response.get("candidates"))), None))
    at = Where(file=exchange.where.file, line=exchange.where.line, pointer="/response/candidates/0")
    content = as_dict(candidate.get("content"))
    segments = _parts(content, "assistant", builder, at, CallNames()) if content else []
    spent = usage.gemini(_get(response, "usageMetadata"))
    signatures = [
        as_str(_get(as_dict(p), "thoughtSignature")) for p in as_list(content.get("parts"))
    ]
    signed = [signature for signature in signatures if signature]
    if len(signed) == 1 and spent and spent.reasoning:
        builder.remember(signed[0], spent.reasoning)
    calls = [as_dict(_get(as_dict(p), "functionCall")) for p in as_list(content.get("parts"))]
    return Reply(
        segments=tuple(segments),
        called=tuple(str(one.get("name")) for one in calls if one),
        stop_reason=as_str(_get(candidate, "finishReason")),
        usage=spent,
        id=as_str(_get(response, "responseId")),
    )


def _request(exchange: Exchange, builder: TraceBuilder) -> Request:
    messages, options, marks = request_messages(
        exchange.request, builder, exchange.where, streamed=_streamed(exchange)
    )
    if thinking.GEMINI_FORGETS.search(_model(exchange) or ""):
        messages = thinking.of_this_turn(messages, builder, keep_text=True)
    return Request(messages, options, marks)


def _streamed(one: Exchange) -> bool:
    return STREAMING in one.url or bool(one.request.get("stream"))


def _model(one: Exchange) -> str | None:
    """As answered, as asked, or as in the URL."""
    for value in (_get(one.response, "modelVersion"), one.request.get("model")):
        if as_str(value):
            return str(value).removeprefix("models/")
    match = MODEL_IN_URL.search(one.url)
    return match[1] if match else None


def _provider(url: str) -> str | None:
    return "vertex" if VERTEX.search(url) else None


GEMINI_GENERATE = Api(
    key="gemini_generate",
    label="Gemini generateContent",
    api="gemini.generate",
    provider="google",
    guide=body_guide(
        "A generateContent request of the Developer API or Vertex, with or without its response",
        '{"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}',
        frozenset(("contents", "systemInstruction", "usageMetadata")),
    ),
    owns=_owns,
    request=_request,
    reply=_reply,
    model=_model,
    provider_of=_provider,
)
