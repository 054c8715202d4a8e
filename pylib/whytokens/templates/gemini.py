"""What Gemini's generateContent renders around the text, on the Developer API and on Vertex.

Spec: facts 2.4. Each part is tokenised on its own. "early" = 1.5 and 2.0 everywhere, and Vertex.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Literal

from whytokens.model import Media, Message, Role, Segment
from whytokens.templates import Context, Piece, images, parts, python_tools

Rendering = Literal["early", "2.5", "3"]
GENERATION = re.compile(r"gemini-(\d+)(?:\.(\d+))?")
# Around a call or a result, and each of its arguments, without their texts.
CALL = {"early": (0, 0), "2.5": (6, 3), "3": (6, 4)}
DECLARATION = 2
# Tokens of a second of sound and of film with its sound, by generation.
RECORDING_RATES = (((3, 0), (25, 89)), ((2, 5), (32, 295)), ((0, 0), (25, 258)))
OWN_SCHEMA = "responseSchema"
TYPE_NAMES = ("", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL")
# Hidden thinking by its seal: tokens per mille of its bytes, and less at the start; off by 8 % of the
# prompt at p90. On 2.5 only seals of streamed replies are billed (39 of 42 seals of one chunk were
# not, 52 of 56 of several were). Vertex bills none on 3.0 (38 requests), and those of 3.5 (10).
SEALS = (((3, 5), (245, 12)), ((3, 0), (285, 21)), ((0, 0), (235, 0)))
KEPT = (3, 5)
# Thinking whose reply is known weighs what that reply's usage said less its frame (3 and later; 12 of
# 14 requests with one seal and no other error, six projects' recordings).
THOUGHT_FRAME = 2


def _generation(context: Context) -> tuple[int, int]:
    match = GENERATION.search(context.model)
    return (int(match[1]), int(match[2] or 0)) if match else (3, 0)


def rendering(context: Context) -> Rendering:
    major, minor = _generation(context)
    if context.provider == "vertex" or (major, minor) < (2, 5):
        return "early"
    return "2.5" if major == 2 else "3"


class GeminiTemplate:
    """generateContent."""

    key = "gemini.generate"

    def knows(self, api: str, model: str) -> bool:
        return api == "gemini.generate"

    def head(self, context: Context, messages: Sequence[Message]) -> list[Piece]:
        kind = rendering(context)
        pieces = []
        for message in messages:
            found = parts.segments(context, message)
            if message.role == "tools":
                pieces += [_function(context, kind, segment) for segment in found]
            elif message.role == "format":
                pieces += [_response_schema(context, kind, segment) for segment in found]
            else:
                pieces += self.turn(context, message, None)
        return pieces

    def turn(self, context: Context, message: Message, before: Role | None) -> list[Piece]:
        kind = rendering(context)
        framed = kind != "early" and (message.role != "system" or message.name)
        pieces = [parts.frame(1)] if framed else []
        other = partial(_segment, context, kind)
        found = parts.segments(context, message)
        if context.provider == "vertex" and _generation(context) >= KEPT:
            return pieces + parts.texts(context, found, other)  # counted as one there
        return pieces + [other(segment) for segment in found]

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        return []

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        """Thoughts in a reply are a summary; the hidden ones are billed, and usage counts them."""
        return [
            Piece(segment.id, 0, "hidden", False)
            if segment.category == "thinking"
            else _segment(context, "early", segment)
            for segment in segments
        ]


def _segment(context: Context, kind: Rendering, segment: Segment) -> Piece:
    if segment.category == "thinking":
        return _thinking(context, kind, segment)
    if segment.media is not None and segment.media.kind in ("audio", "video"):
        return _recording(context, segment, segment.media)
    if segment.media is not None:
        size = partial(images.gemini, context.model)
        finer = bool(segment.name) and kind == "3"
        page = images.gemini_page(context.model, segment.media, finer=finer)
        return parts.media(segment, lambda w, h, _: size(w, h), page)
    if segment.category in ("tool_call", "tool_result"):
        value = parts.parsed(segment.text)
        around, each = CALL[kind]
        tokens = around + context.count(parts.tool_name(segment))
        tokens += sum(_value_tokens(context, kind, item) for item in _values(value))
        tokens += each * len(value) if isinstance(value, dict) else 0
        return Piece(segment.id, tokens, "text", context.exact)
    return parts.text(context, segment)


def _recording(context: Context, segment: Segment, media: Media) -> Piece:
    """Sound and film by their duration; a film's own sound is billed besides, if it has one."""
    if media.duration_ms is None:
        return Piece(segment.id, 0, "media", False)
    generation = _generation(context)
    rates = next(row for since, row in RECORDING_RATES if generation >= since)
    rate = rates[media.kind == "video"]
    return Piece(segment.id, -(-media.duration_ms * rate // 1000), "media", False)


def _thinking(context: Context, kind: Rendering, segment: Segment) -> Piece:
    """A thought that is sent back as text is billed as text; a seal by its length, roughly."""
    if segment.text is not None:
        return parts.text(context, segment)
    seal = segment.media
    generation = _generation(context)
    if seal is None or not (kind == "3" or generation >= KEPT or _was_streamed(generation, seal)):
        return Piece(segment.id, 0, "hidden", False)
    tokens = seal.tokens
    if tokens is not None and generation >= (3, 0):
        tokens = max(0, tokens - THOUGHT_FRAME)
    elif tokens is None:
        per_mille, less = next(row for since, row in SEALS if generation >= since)
        tokens = max(0, seal.size_bytes * per_mille // 1000 - less)
    return Piece(segment.id, tokens, "hidden", False)


def _was_streamed(generation: tuple[int, int], seal: Media) -> bool:
    return generation < (3, 0) and bool(seal.detail)


def _values(value: Any) -> Iterator[Any]:
    """Every scalar of a value, keys too, as they are counted one by one."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _values(item)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item)
    elif value is not None:
        yield value


def _value_tokens(context: Context, kind: Rendering, value: Any) -> int:
    """A number is one token on the early rendering, whatever its digits."""
    if isinstance(value, str):
        return context.count(value)
    return 1 if kind == "early" else context.count(json.dumps(value))


def _response_schema(context: Context, kind: Rendering, segment: Segment) -> Piece:
    """Billed until 2.0, in Google's own form (its name says so); later it is not."""
    tokens = 0
    if _generation(context) < (2, 5) and segment.name == OWN_SCHEMA:
        tokens = _early(context, _dict(parts.parsed(segment.text)), titles=True)
    return Piece(segment.id, tokens, "text", kind == "2.5")


# -- functions -----------------------------------------------------------------------------------


def _function(context: Context, kind: Rendering, segment: Segment) -> Piece:
    declared = _dict(parts.parsed(segment.text))
    keys = ["parameters", "parametersJsonSchema", "parameters_json_schema"]
    if _generation(context) < (2, 5):  # as JSON Schema it is not billed there
        keys = keys[:1]
    form = next((key for key in keys if declared.get(key)), "")
    schema = _dict(declared.get(form))
    name, about = str(declared.get("name") or ""), str(declared.get("description") or "")
    if kind == "early":
        tokens = context.count(name) + context.count(about) + _early(context, schema)
    elif kind == "2.5":
        tokens = context.count(python_tools.function(name, about, schema))
    else:
        schema = schema if form == keys[0] else _converted(schema)
        tokens = DECLARATION + _declaration(context, name, about, schema)
    return Piece(segment.id, tokens, "text", context.exact)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _early(context: Context, schema: dict[str, Any], titles: bool = False) -> int:
    """The texts of a schema, as google-genai accumulates them, and its types in capitals (not on
    1.5). `titles` count in a response schema alone."""
    tokens = 0
    for key in ("format", "description", "default", *(("title",) if titles else ())):
        if isinstance(schema.get(key), str):
            tokens += context.count(schema[key])
    empty = schema.get("properties") == {} and _generation(context) >= (3, 0)
    kind = _type_name(schema.get("type"))
    if kind and not empty and _generation(context) >= (2, 0):
        tokens += context.count(kind)
    for key in ("enum", "required"):
        items = schema.get(key)
        tokens += sum(context.count(str(item)) for item in items) if isinstance(items, list) else 0
    inner = [schema.get("items"), *_list(schema.get("anyOf") or schema.get("any_of"))]
    for key, value in _dict(schema.get("properties")).items():
        tokens += context.count(key)
        inner.append(value)
    return tokens + sum(
        _early(context, value, titles) for value in inner if isinstance(value, dict)
    )


def _type_name(value: Any) -> str:
    """A type in capitals; some clients send its number."""
    if isinstance(value, int):
        return TYPE_NAMES[value] if 0 <= value < len(TYPE_NAMES) else ""
    return value.upper() if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _converted(value: Any) -> Any:
    """A JSON Schema as Google's own form has it: choices say that they are (two projects)."""
    if isinstance(value, list):
        return [_converted(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: _converted(item) for key, item in value.items()}
    return {**found, "format": "enum"} if isinstance(found.get("enum"), list) else found


def _declaration(context: Context, name: str, about: str, schema: dict[str, Any]) -> int:
    """The text of a declaration, in which each delimiter of a string is one token of its own."""
    fields = {"description": about} if about else {}
    inner = [f"{key}:{_field(key, value)}" for key, value in fields.items()]
    inner.append("parameters:" + _written({"type": "object", **schema}))
    body = f"declaration:{name}{{{','.join(inner)}}}"
    pieces = body.split(_MARK)
    return len(pieces) - 1 + sum(context.count(piece) for piece in pieces if piece)


_MARK = "\0"


def _written(value: Any) -> str:
    if isinstance(value, dict):
        keys = [key for key in value if key in WRITTEN and value[key] not in ("", [], {}, None)]
        inner = [f"{key}:{_field(key, value[key])}" for key in sorted(keys)]
        return "{" + ",".join(inner) + "}"
    return json.dumps(value)


WRITTEN = frozenset(
    (
        "description",
        "properties",
        "required",
        "type",
        "items",
        "enum",
        "anyOf",
        "nullable",
        "title",
        "format",
    )
)


def _field(key: str, value: Any) -> str:
    if key == "type":
        return _item((value if isinstance(value, str) else "string").upper())
    if key == "properties":
        inner = [f"{name}:{_written(item)}" for name, item in _dict(value).items()]
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_item(item) for item in value) + "]"
    return _item(value)


def _item(value: Any) -> str:
    return f"{_MARK}{value}{_MARK}" if isinstance(value, str) else _written(value)


GENERATE = GeminiTemplate()
