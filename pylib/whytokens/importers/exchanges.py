"""A request and, where the log has it, its response: taken out of the wrappers people log them in.

Spec: formats, section 2 "Container". The wrapper is left behind, never its headers (they hold keys).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from whytokens.importers.beside import NOTHING, Beside, beside
from whytokens.importers.sse import response_of
from whytokens.importers.values import (
    Json,
    as_count,
    as_dict,
    as_list,
    as_str,
    as_time,
    decoded,
    pointer,
)
from whytokens.model import Where

REQUEST_KEYS = ("request", "request_body", "req", "input", "kwargs", "params", "body", "json")
RESPONSE_KEYS = ("response", "response_body", "resp", "output", "result", "completion")
BODY_KEYS = ("body", "json", "data", "content", "payload")
TIME_KEYS = (
    "timestamp",
    "started",
    "started_at",
    "start_time",
    "created_at",
    "created",
    "ts",
    "time",
)
DURATION_KEYS = ("duration_ms", "latency_ms", "elapsed_ms")
BEGAN_KEYS = ("start_time", "started_at", "started", "startTime", "start")
ENDED_KEYS = ("end_time", "ended_at", "ended", "endTime", "end", "finished_at")
TAG_KEYS = (
    "session",
    "session_id",
    "user",
    "feature",
    "agent",
    "workflow",
    "environment",
    "custom_id",
)
COMPLETION_KEYS = ("model", "max_tokens", "max_tokens_to_sample", "max_gen_len", "stream", "raw")
MAX_WRAPPERS = 4
PAGE_KEYS = (
    "data",
    "logs",
    "calls",
    "requests",
    "exchanges",
    "items",
    "records",
    "results",
    "entries",
    "interactions",
)
# An object around a list has few keys of its own.
MAX_PAGE_KEYS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """`request` and `response` are bodies; `where` points at the request."""

    request: Json
    response: Json
    status: int | None
    error: str | None
    started: datetime | None
    duration_ms: int | None
    tags: dict[str, str]
    url: str
    where: Where
    beside: Beside = NOTHING


def looks_like_body(value: Json) -> bool:
    """Is this a request body of one of the known APIs, or a response to one?"""
    return (
        isinstance(value.get("messages"), list)
        or isinstance(value.get("contents"), list)
        or ("input" in value and ("model" in value or "instructions" in value))
        or ("message" in value and ("chat_history" in value or "preamble" in value))
        or (isinstance(value.get("prompt"), str) and any(key in value for key in COMPLETION_KEYS))
        or isinstance(value.get("inputText"), str)
        or is_response(value)
    )


def is_response(value: Json) -> bool:
    """A response body that stands alone."""
    return (
        isinstance(value.get("choices"), list)
        or isinstance(value.get("candidates"), list)
        or isinstance(value.get("usageMetadata"), dict)
        or value.get("object") == "response"
        or ("done" in value and ("message" in value or "response" in value))
        or isinstance(as_dict(value.get("output")).get("message"), dict)
        or isinstance(as_dict(value.get("usage")).get("billed_units"), dict)
        or isinstance(as_dict(value.get("meta")).get("billed_units"), dict)
        or ("completion" in value and "stop_reason" in value)
        or ("tokens_evaluated" in value and "content" in value)
        or (value.get("type") == "message" and isinstance(value.get("content"), list))
    )


# Models that answer with numbers, by name; what else they are asked for, by the end of the address.
NUMBERS = re.compile(
    r"(?:^|[/.:])(?:text-embedding|embedding-|embed-|voyage-|text-multilingual-embedding)|rerank|-moderation"
)
PATHS = (
    "/count_tokens",
    ":countTokens",
    "/embeddings",
    "/embed",
    ":embedContent",
    "/rerank",
    "/moderations",
)


def asks_for_numbers(request: Json, response: Json, url: str) -> bool:
    """Is this a request for embeddings, ranks or a count, which no model answers in words?"""
    first = as_dict(next(iter(as_list(response.get("data"))), None))
    if "embedding" in first or re.split(r"[?#]", url, maxsplit=1)[0].endswith(PATHS):
        return True
    model = as_str(request.get("model")) or as_str(response.get("model")) or ""
    return "input" in request and NUMBERS.search(model) is not None


def exchanges(value: Any, where: Where) -> Iterator[Exchange]:
    """Every exchange in a document: one, or the elements of a list."""
    if isinstance(value, list):
        if value and all("role" in as_dict(item) and "content" in as_dict(item) for item in value):
            yield _exchange({"messages": value}, where)
            return
        for number, item in enumerate(value):
            place = Where(file=where.file, line=where.line, pointer=pointer(where.pointer, number))
            if isinstance(item, dict):
                yield _exchange(item, place)
        return
    if not isinstance(value, dict):
        return
    key = _page(value)
    if key:
        at = pointer(where.pointer, key)
        yield from exchanges(value[key], Where(file=where.file, line=where.line, pointer=at))
    else:
        yield _exchange(value, where)


def _page(value: Json) -> str | None:
    """The list in an object around exchanges: of an API that lists what it stored, or a log's own wrapper."""
    if value.get("object") == "list" and isinstance(value.get("data"), list):
        return "data"
    known = any(isinstance(value.get(key), dict) for key in (*REQUEST_KEYS, *RESPONSE_KEYS))
    if known or len(value) > MAX_PAGE_KEYS or looks_like_body(value):
        return None
    for key in PAGE_KEYS:
        items = value.get(key)
        if isinstance(items, list) and items and isinstance(items[0], dict):
            first = _exchange(items[0], Where(file=""))
            return key if first.request or first.response else None
    return None


def _exchange(outer: Json, where: Where) -> Exchange:
    request, path, url = _request(outer)
    response_outer = {} if request is outer and is_response(outer) else _response_outer(outer)
    response = _body(response_outer)
    if request is outer and is_response(outer):
        request, response = (
            outer if "tokens_evaluated" in outer else {},
            outer,
        )  # llama.cpp repeats what was asked
    elif not response and is_response(request):
        request, response = {}, request
    status = as_count(response_outer.get("status_code") or response_outer.get("status"))
    if status is None:
        status = as_count(outer.get("status_code"))
    return Exchange(
        request=request,
        response=response,
        status=status,
        error=error_of(response, status, outer),
        started=_first_time(outer, response),
        duration_ms=_duration_ms(outer),
        beside=beside(outer),
        tags=_tags(outer),
        url=url,
        where=Where(file=where.file, line=where.line, pointer=pointer(where.pointer, *path)),
    )


def _request(outer: Json) -> tuple[Json, list[str], str]:
    """The request body inside its wrappers, the keys to it, and the URL seen on the way."""
    found, path, url = outer, list[str](), ""
    for _ in range(MAX_WRAPPERS):
        url = as_str(found.get("url")) or as_str(found.get("endpoint")) or url
        if looks_like_body(found):
            break
        for key in REQUEST_KEYS if found is outer else (*BODY_KEYS, *REQUEST_KEYS):
            inner = decoded(found.get(key))
            if isinstance(inner, list) and inner and "role" in as_dict(inner[0]):
                inner = {"messages": inner, "model": found.get("model")}
            if isinstance(inner, dict) and inner:
                found = inner
                path.append(key)
                break
        else:
            break
    return found, path, url


def _response_outer(outer: Json) -> Json:
    for key in RESPONSE_KEYS:
        found = decoded(outer.get(key))
        if isinstance(found, str | list):
            found = response_of(found)
        if isinstance(found, dict) and found:
            return found
    return {"usage": outer["usage"]} if isinstance(outer.get("usage"), dict) else {}


def _body(outer: Json) -> Json:
    found = outer
    for _ in range(MAX_WRAPPERS):
        if is_response(found) or "usage" in found or "error" in found:
            break
        for key in BODY_KEYS:
            inner = decoded(found.get(key))
            if isinstance(inner, str | list):
                inner = response_of(inner)
            if isinstance(inner, dict) and inner:
                found = inner
                break
        else:
            break
    return found


def error_of(response: Json, status: int | None, outer: Json | None = None) -> str | None:
    """What a response, its wrapper or its status say went wrong."""
    for value in (response.get("error"), (outer or {}).get("error")):
        if isinstance(value, dict):
            value = as_dict(value.get("error")) or value  # Anthropic's batches wrap it once more
            return as_str(value.get("message")) or as_str(value.get("type")) or "error"
        if as_str(value):
            return str(value)
    return f"HTTP {status}" if status is not None and status >= 400 else None


def _first_time(outer: Json, response: Json) -> datetime | None:
    for key in TIME_KEYS:
        found = as_time(outer.get(key))
        if found:
            return found
    return as_time(response.get("created")) or as_time(response.get("created_at"))


def _duration_ms(outer: Json) -> int | None:
    for key in DURATION_KEYS:
        found = outer.get(key)
        if isinstance(found, int | float) and not isinstance(found, bool) and 0 < found < 10**9:
            return round(found)
    began, ended = (
        next((t for k in keys if (t := as_time(outer.get(k)))), None)
        for keys in (BEGAN_KEYS, ENDED_KEYS)
    )
    if began is None or ended is None or ended < began:
        return None
    return round((ended - began) / timedelta(milliseconds=1))


def _tags(outer: Json) -> dict[str, str]:
    values = {**as_dict(outer.get("metadata")), **as_dict(outer.get("tags")), **outer}
    return {key: values[key] for key in TAG_KEYS if as_str(values.get(key))}
