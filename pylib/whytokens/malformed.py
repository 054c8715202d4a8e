"""What is wrong with a body that is meant as a request to a model but cannot be read as one.

Spec: the request schemas of the three chat APIs: a list of messages, each an object with its role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# The list that a request is built of, by API; what only that API's bodies have beside it; what its
# items are. The first whose list and marks are there is meant.
_SHAPES: tuple[tuple[str, str, frozenset[str], str], ...] = (
    ("messages", "Anthropic Messages", frozenset(("system", "stop_sequences", "top_k")), "role"),
    ("messages", "OpenAI Chat Completions", frozenset(), "role"),
    ("contents", "Gemini generateContent", frozenset(), "parts"),
    ("input", "OpenAI Responses", frozenset(("instructions", "previous_response_id")), "type"),
)
# Where bodies stand in logs.
_INSIDE = ("request", "body", "params")


def malformed(values: Sequence[Any]) -> str | None:
    """A sentence about the first of the values that is such a body; None where there is none."""
    for value in values:
        if not isinstance(value, Mapping):
            continue
        for body in (
            value,
            *(value[key] for key in _INSIDE if isinstance(value.get(key), Mapping)),
        ):
            said = _said(body)
            if said:
                return said
    return None


def _said(body: Mapping[str, Any]) -> str | None:
    for key, api, marks, needed in _SHAPES:
        if key in body and (not marks or marks & body.keys()):
            wrong = _wrong(key, body[key], needed)
            return f"It is meant as a request of {api}, but {wrong}." if wrong else None
    return None


def _wrong(key: str, value: Any, needed: str) -> str | None:
    if not isinstance(value, list):
        return f"“{key}” is {kind_of(value)} instead of a list"
    if not value:
        return f"“{key}” is an empty list"
    for at, item in enumerate(value):
        if not isinstance(item, Mapping):
            return f"{key}[{at}] is {kind_of(item)} instead of an object"
        if needed not in item:
            return f"{key}[{at}] has no “{needed}”"
    return None


def kind_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"
