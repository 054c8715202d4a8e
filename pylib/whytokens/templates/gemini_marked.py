"""Functions as the Developer API writes them for Gemini 3: declarations, calls and answers in one notation.

Spec: the chat template of Google's open FunctionGemma, whose notation it is (its `<escape>` is one
token at either end of a string). 40 of 40 requests with thoughts of a known size came out exact.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

# Stands for the delimiter of a string: one token, of no text.
_MARK = "\0"
# What opens and closes a declaration, a call or an answer.
AROUND = 2
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


def tokens(count: Callable[[str], int], text: str) -> int:
    pieces = text.split(_MARK)
    return AROUND + len(pieces) - 1 + sum(count(piece) for piece in pieces if piece)


def called(name: str, arguments: dict[str, Any]) -> str:
    return f"call:{name}{_value(arguments)}"


def answered(name: str, answer: dict[str, Any]) -> str:
    return f"response:{name}{_value(answer)}"


def declared(name: str, about: str, schema: dict[str, Any]) -> str:
    fields = {"description": about} if about else {}
    inner = [f"{key}:{_field(key, value)}" for key, value in fields.items()]
    inner.append("parameters:" + _written({"type": "object", **schema}))
    return f"declaration:{name}{{{','.join(inner)}}}"


def converted(value: Any) -> Any:
    """A JSON Schema as Google's own form has it: choices say that they are (three projects)."""
    if isinstance(value, list):
        return [converted(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: converted(item) for key, item in value.items()}
    return {**found, "format": "enum"} if isinstance(found.get("enum"), list) else found


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f"{_MARK}{value}{_MARK}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{_value(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_value(item) for item in value) + "]"
    return json.dumps(value)


def _written(value: Any) -> str:
    if isinstance(value, dict):
        keys = [key for key in value if key in WRITTEN and value[key] not in ("", [], {}, None)]
        inner = [f"{key}:{_field(key, value[key])}" for key in sorted(keys)]
        return "{" + ",".join(inner) + "}"
    return json.dumps(value)


def _field(key: str, value: Any) -> str:
    if key == "type":
        return _item((value if isinstance(value, str) else "string").upper())
    if key == "properties":
        found = value if isinstance(value, dict) else {}
        inner = [f"{name}:{_written(item)}" for name, item in found.items()]
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_item(item) for item in value) + "]"
    return _item(value)


def _item(value: Any) -> str:
    return f"{_MARK}{value}{_MARK}" if isinstance(value, str) else _written(value)
