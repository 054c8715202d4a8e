"""Responses that stand in a text: what a terminal, a debug log or a dump of HTTP shows after a request.

Spec: none; a JSON object at the beginning of a line that is a response of an API known here, or lines of a
stream (WHATWG, "Server-sent events").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from whytokens.importers.exchanges import is_response
from whytokens.importers.sse import response_of
from whytokens.importers.values import Json, as_dict
from whytokens.nesting import check

_BEGINS = re.compile(r"^(?:< )?(?=\{)|^(?=(?:event|data): ?)", re.MULTILINE)
_STREAM = re.compile(
    r"(?:(?:event|data|id|retry):[^\n]*\n|:[^\n]*\n|\r?\n)+(?:(?:event|data):[^\n]*)?"
)
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Answer:
    """A response (or what an API says of an error) and where in the text it stands."""

    value: Json
    start: int
    end: int


def answers(text: str) -> Iterator[Answer]:
    at = 0
    while (match := _BEGINS.search(text, at)) is not None:
        found = (
            _object(text, match.end()) if text[match.end()] == "{" else _stream(text, match.end())
        )
        if found is not None:
            yield found
        at = found.end if found is not None else match.end() + 1


def json_at(text: str, start: int) -> tuple[Any, int] | None:
    """The JSON value that begins here, and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text, start)
        check(text[start:end])
    except (ValueError, RecursionError):
        return None
    return value, end


def _object(text: str, start: int) -> Answer | None:
    found = json_at(text, start)
    value = as_dict(found[0]) if found else {}
    failed = isinstance(value.get("error"), dict) or value.get("type") == "error"
    return Answer(value, start, found[1]) if found and (failed or is_response(value)) else None


def _stream(text: str, start: int) -> Answer | None:
    match = _STREAM.match(text, start)
    value = response_of(match[0]) if match else None
    return Answer(value, start, match.end()) if match and value else None
