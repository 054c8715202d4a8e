"""Gemini's functions: declared, called and answered, in the rendering of each API and generation.

Spec: facts 2.4, `python_tools` (2.5) and `gemini_marked` (3). "early" adds up the texts of all fields,
"keyed" (Vertex from 3.5 on) their keys too, as 14 requests with functions there say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from whytokens.model import Segment
from whytokens.templates import Context, Piece, gemini_marked, parts, python_tools
from whytokens.templates.gemini_models import generation, rendering

TYPE_NAMES = ("", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL")
LISTS = ("enum", "required")
# What counts in the schema of a reply alone: its names' order (two projects; a tool's does not count),
# and each limit other than zero (one project).
REPLY_LISTS = ("property_ordering", "propertyOrdering")
REPLY_LIMITS = ("minimum", "maximum")
FORMS = ("parameters", "parametersJsonSchema", "parameters_json_schema")
ANSWER_FORMS = ("response", "responseJsonSchema", "response_json_schema")
# Fields around what a part holds, counted as their own words where keys are.
CALL_KEYS, ANSWER_KEYS = ("functionCall", "name", "args"), ("functionResponse", "name", "response")
DECLARATIONS_KEY = "functionDeclarations"


def preamble(context: Context) -> Piece:
    """What stands around all declarations together."""
    keyed = rendering(context) == "keyed"
    return parts.frame(context.count(DECLARATIONS_KEY) if keyed else 0, parts.PREAMBLE)


def declared(context: Context, segment: Segment) -> Piece:
    value = _dict(parts.parsed(segment.text))
    kind = rendering(context)
    # as JSON Schema it is not billed until 2.0
    forms = FORMS[:1] if generation(context) < (2, 5) else FORMS
    form = next((key for key in forms if value.get(key)), "")
    schema = _dict(value.get(form))
    name, about = str(value.get("name") or ""), str(value.get("description") or "")
    own = schema if form == FORMS[0] else gemini_marked.converted(schema)
    if kind == "early":
        tokens = context.count(name) + context.count(about) + accumulated(context, schema)
    elif kind == "keyed":
        tokens = _keyed(context, name, about, own, value)
    elif kind == "2.5":
        tokens = context.count(python_tools.function(name, about, schema))
    else:
        tokens = gemini_marked.tokens(context.count, gemini_marked.declared(name, about, own))
    return Piece(segment.id, tokens, "text", context.exact)


def called(context: Context, segment: Segment) -> Piece:
    """A call in the history, or an answer to one."""
    if segment.text is None:
        return parts.text(context, segment)
    kind = rendering(context)
    if kind in ("2.5", "3"):
        tokens = _written(context, segment, kind)
        return Piece(segment.id, tokens, "text", context.exact)
    return _added_up(context, segment, keys=kind == "keyed")


def replied(context: Context, segment: Segment) -> Piece:
    """A call in a reply, as its usage counts it (486 of 490 replies that hold calls)."""
    if segment.text is None:
        return parts.text(context, segment)
    kind = rendering(context)
    if kind == "2.5":
        tokens = _written(context, segment, kind) - python_tools.AROUND
    elif kind in ("3", "keyed"):  # Vertex counts keys in prompts alone
        tokens = _written(context, segment, "3") + gemini_marked.AROUND
    else:
        return _added_up(context, segment, keys=generation(context) >= (3, 0))
    return Piece(segment.id, tokens, "text", context.exact)


def _written(context: Context, segment: Segment, kind: Literal["2.5", "3"]) -> int:
    name, value = parts.tool_name(segment), _fields(segment)
    asks = segment.category == "tool_call"
    if kind == "3":
        text = (gemini_marked.called if asks else gemini_marked.answered)(name, value)
        return gemini_marked.tokens(context.count, text)
    text = (python_tools.called if asks else python_tools.answered)(name, value)
    return python_tools.AROUND + context.count(text)


def _fields(segment: Segment) -> dict[str, Any]:
    """What a part holds. The API takes objects alone: clients put a plain text into one."""
    value = parts.parsed(segment.text)
    if isinstance(value, dict):
        return value
    return {"input" if segment.category == "tool_call" else "output": segment.text}


def _added_up(context: Context, segment: Segment, *, keys: bool) -> Piece:
    tokens = context.count(parts.tool_name(segment))
    tokens += _sum(context, _scalars(_fields(segment)))
    if keys:
        asks = segment.category == "tool_call"
        tokens += _sum(context, CALL_KEYS if asks else ANSWER_KEYS)
    return Piece(segment.id, tokens, "text", context.exact)


def accumulated(context: Context, schema: dict[str, Any], *, reply: bool = False) -> int:
    """The texts of a schema, as google-genai accumulates them, and its types in capitals (not on
    1.5). A `reply`'s schema counts its titles, order and limits too."""
    tokens = 0
    for key in ("format", "description", "default", *(("title",) if reply else ())):
        if isinstance(schema.get(key), str):
            tokens += context.count(schema[key])
    empty = schema.get("properties") == {} and generation(context) >= (3, 0)
    kind = _type_name(schema.get("type"))
    if kind and not empty and generation(context) >= (2, 0):
        tokens += context.count(kind)
    tokens += sum(bool(schema.get(key)) for key in REPLY_LIMITS) if reply else 0
    for key in (*LISTS, *(REPLY_LISTS if reply else ())):
        items = schema.get(key)
        tokens += sum(context.count(str(item)) for item in items) if isinstance(items, list) else 0
    inner = [schema.get("items"), *_list(schema.get("anyOf") or schema.get("any_of"))]
    for key, value in _dict(schema.get("properties")).items():
        tokens += context.count(key)
        inner.append(value)
    return tokens + sum(
        accumulated(context, value, reply=reply) for value in inner if isinstance(value, dict)
    )


def _keyed(
    context: Context, name: str, about: str, schema: dict[str, Any], value: dict[str, Any]
) -> int:
    """Every key and every scalar of a declaration, its schemas in Google's own form."""
    form = next((key for key in ANSWER_FORMS if value.get(key)), "")
    answer = gemini_marked.converted(value.get(form)) if form else None
    fields = {
        "name": name,
        "description": about,
        FORMS[0]: schema if schema.get("properties") else None,
        ANSWER_FORMS[0]: answer,
    }
    return _sum(context, _scalars({key: item for key, item in fields.items() if item}))


def _sum(context: Context, values: Iterable[Any]) -> int:
    """A number is one token, whatever its digits."""
    return sum(context.count(value) if isinstance(value, str) else 1 for value in values)


def _scalars(value: Any) -> Iterator[Any]:
    """Every scalar of a value, keys too, as they are counted one by one."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item)
    elif value is not None:
        yield value


def _type_name(value: Any) -> str:
    """A type in capitals; some clients send its number."""
    if isinstance(value, int):
        return TYPE_NAMES[value] if 0 <= value < len(TYPE_NAMES) else ""
    return value.upper() if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
