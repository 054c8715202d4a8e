"""VCR cassettes in all dialects: vcrpy, pydantic-ai, Ruby, Go, httpmock, nock, and two JSON test proxies.

Spec: formats, section 5 "VCR". Most have no times: their order is the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide, http
from whytokens.importers.http import Recorded
from whytokens.importers.recordings import RecordingImporter, under
from whytokens.importers.values import Json, as_count, as_dict, as_list, as_str, as_time
from whytokens.model import Where

LISTS = ("interactions", "http_interactions", "entries", "recordings")
BASE64 = "base64:"


def recorded(value: Any, where: Where) -> Iterator[Recorded]:
    """Every interaction of a document."""
    one = as_dict(value)
    key = next((key for key in LISTS if isinstance(one.get(key), list)), None)
    if key:
        for number, item in enumerate(one[key]):
            yield _interaction(as_dict(item), under(where, key, number))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield _interaction(as_dict(item), under(where, number))
    elif "when" in one and "then" in one:  # httpmock: one interaction a document
        yield _interaction({"request": one["when"], "response": one["then"]}, where)
    elif one:
        yield _interaction(one, where)


def _interaction(one: Json, where: Where) -> Recorded:
    request, response = as_dict(one.get("request")), as_dict(one.get("response"))
    if "path" in one and not request:  # nock: flat
        request = {**one, "body": one.get("body", one.get("requestBody"))}
        response = {"body": one.get("response"), "status": one.get("status")}
    status = response.get("status", response.get("status_code"))
    if isinstance(status, dict):
        status = status.get("code")
    taken = as_dict(one.get("timings")).get("duration") or response.get("duration")
    return Recorded(
        url=_url(request),
        request=_body(request),
        response=_body(response),
        status=as_count(int(status) if isinstance(status, str) and status.isdigit() else status),
        started=as_time(one.get("recorded_at") or one.get("recordedAt")),
        duration_ms=http.milliseconds(taken),
        packing=http.header(response.get("headers"), "content-encoding"),
        date=http.header(response.get("headers"), "date"),
        where=under(where, "request", "body"),
    )


def _url(request: Json) -> str:
    """The address; httpmock and nock keep the path apart from the host."""
    whole = next((u for key in ("uri", "url") if (u := as_str(request.get(key)))), None)
    if whole:
        return whole
    return f"{as_str(request.get('scope')) or as_str(request.get('host')) or ''}{as_str(request.get('path')) or ''}"


def _body(message: Json) -> Any:
    """A body as kept: parsed, text, text with its encoding, base64, or nothing."""
    if message.get("parsed_body") is not None:
        return message["parsed_body"]
    body = message.get("body", message.get("content"))
    if isinstance(body, dict):
        if "string" in body or "base64_string" in body:
            kept = body.get("string", body.get("base64_string"))
            return (
                http.from_base64(kept)
                if "base64_string" in body and isinstance(kept, str)
                else kept
            )
        if body.get("kind") in ("json", "text", "binary", "empty", "sse", "base64"):
            value = body.get("value", body.get("chunks"))
            coded = body["kind"] in ("binary", "base64") and isinstance(value, str)
            return http.from_base64(str(value)) if coded else value
    if isinstance(body, str) and body.startswith(BASE64):
        return http.from_base64(body.removeprefix(BASE64))
    if isinstance(body, list) and body and all(isinstance(part, str) for part in body):
        return b"".join(http.from_base64(part) for part in body)  # nock: hex chunks
    return body


def _is(value: Any) -> bool:
    one = as_dict(value)
    if isinstance(value, list):
        one = as_dict(value[0]) if value else {}
        return "scope" in one and "path" in one and "response" in one
    for key in LISTS:
        first = as_dict(next(iter(as_list(one.get(key))), None))
        if (
            "request" in first
            and isinstance(first["request"], dict)
            and "messages" not in first["request"]
        ):
            return "response" in first
    if "when" in one and "then" in one:
        return True
    request = as_dict(one.get("request"))
    told = as_str(request.get("method")) and ("url" in request or "uri" in request)
    return bool(told) and "headers" in request and "response" in one


VCR = RecordingImporter(
    key="vcr",
    label="VCR cassette",
    guide=Guide(
        section="Requests and responses",
        what=(
            "Cassettes of vcrpy, pytest-recording, Ruby's VCR, go-vcr, httpmock, nock "
            "or Polly, as YAML or JSON"
        ),
        steps=("Drop the cassette file that your tests recorded.",),
        example=(
            'interactions:\n- request: {body: "…", method: POST, uri: "…"}\n  response: '
            '{body: {string: "…"}}'
        ),
        marks=frozenset(("interactions", "http_interactions", "recorded_with", "cassette")),
    ),
    recorded=recorded,
    owns=_is,
    marks=("interactions:", "http_interactions:", "when:", '"interactions"', '"entries"'),
    also=("request:", "method:", '"request"'),
)
