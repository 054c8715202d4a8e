"""One captured call as one OTLP/JSON line: a `TracesData` object that holds one gen-ai span.

Spec: OpenTelemetry semantic conventions for generative AI, and OTLP/JSON (lowerCamelCase, 64-bit
integers as strings). What has no name there is `ctxcapture.*`. `ctxcapture.request` is the body as
it was sent, without media data; headers, and with them keys, are never kept. In a log the body stands beside the
spans (`{"resourceSpans": […], "ctxcapture": {"request": …}}`), where it needs no escapes: OTLP readers ignore members
they do not know. Sent to an OTLP address it is an attribute.
"""

from __future__ import annotations

import json
from typing import Any

from ctxcapture import __version__
from ctxcapture.exchange import Exchange
from ctxcapture.media import without_media
from ctxcapture.settings import Settings
from ctxcapture.shared import Shared

SCHEMA = "1"
KIND_CLIENT = 3
STATUS_ERROR = 2
# Tags that have a name in the conventions; the others go to `ctxcapture.tags` as "word:value".
NAMED_TAGS = {
    "session": ("gen_ai.conversation.id", "session.id"),
    "user": ("user.id",),
    "agent": ("gen_ai.agent.name",),
    "workflow": ("gen_ai.workflow.name",),
    "task_type": ("ctxcapture.task_type",),
    "turn": ("ctxcapture.turn",),
    "prompt": ("gen_ai.prompt.name",),
}
Attributes = list[tuple[str, Any]]


class Span:
    """A finished exchange, read once: the reply put together, its usage in disjoint buckets."""

    def __init__(self, exchange: Exchange, settings: Settings) -> None:
        from ctxcapture import replies

        self.exchange = exchange
        self.settings = settings
        self.reply = replies.reply_of(exchange)
        self.raw_usage = replies.raw_usage(self.reply)
        self.usage = replies.usage_of(self.raw_usage, exchange.endpoint.provider)
        self.model = replies.model_of(self.reply) or self.asked_model

    @property
    def asked_model(self) -> str:
        """The model that was asked for: in the URL, else in the body."""
        if self.exchange.endpoint.model:
            return self.exchange.endpoint.model
        import re

        found = re.search(rb'"model"\s*:\s*"([^"\\]+)"', self.exchange.body)
        return found[1].decode("utf-8", "replace") if found else ""

    def line(self, shared: Shared | None = None) -> bytes:
        """The log's line, its line end included."""
        said = self.scalars()
        if self.settings.content == "off":
            return _json(self.traces(said)).encode() + b"\n"
        body, news = self._request(shared)
        said += self._outcome()
        if self.settings.messages:
            said += self._prompt(body if shared is None else self._clean_request())
        head = _json(self.traces(said)).encode("utf-8", "backslashreplace")
        more = b',"shared":' + news if news else b""
        return b"".join((head[:-1], b',"ctxcapture":{"request":', body, more, b"}}\n"))

    def everything(self) -> Attributes:
        """All that may be told, under the OpenTelemetry names too."""
        said = self.scalars()
        if self.settings.content == "full":
            body = self._clean_request()
            said += [("ctxcapture.request", body.decode("utf-8", "replace"))]
            said += self._outcome() + self._prompt(body)
        return said

    def traces(self, attributes: Attributes) -> dict[str, Any]:
        """The span as a `TracesData` object."""
        one = self.exchange
        resource = [("service.name", self.settings.service)]
        environment = one.tags.get("environment") or self.settings.environment
        resource.append(("deployment.environment.name", environment))
        span = {
            "traceId": one.trace_id,
            "spanId": one.span_id,
            "name": f"chat {self.model}".strip(),
            "kind": KIND_CLIENT,
            "startTimeUnixNano": str(one.started_ns),
            "endTimeUnixNano": str(one.ended_ns),
            "attributes": otlp(attributes),
            "status": {"code": STATUS_ERROR, "message": one.error} if one.error else {},
        }
        scope = {"name": "ctxcapture", "version": __version__}
        scopes = [{"scope": scope, "spans": [span]}]
        return {
            "resourceSpans": [
                {"resource": {"attributes": otlp(resource)}, "scopeSpans": scopes},
            ]
        }

    def scalars(self) -> Attributes:
        """Everything but content."""
        from ctxcapture import replies

        one, point = self.exchange, self.exchange.endpoint
        said: Attributes = [
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", point.provider),
            ("gen_ai.request.model", self.asked_model),
            ("gen_ai.response.model", replies.model_of(self.reply)),
            ("gen_ai.response.id", replies.id_of(self.reply)),
            ("gen_ai.response.finish_reasons", replies.finish_reasons(self.reply)),
            ("server.address", point.host),
            ("http.response.status_code", one.status or None),
            ("http.request.resend_count", one.resend_count or None),
            ("error.type", one.error),
            ("gen_ai.request.stream", True if one.streamed else None),
        ]
        if one.first_ns and one.streamed:
            seconds = (one.first_ns - one.started_ns) / 1e9
            said.append(("gen_ai.response.time_to_first_chunk", seconds))
        said += _usage(self.usage)
        said += _tags(one.tags)
        if one.caller:
            said += [
                ("code.file.path", one.caller.file),
                ("code.function.name", one.caller.function),
                ("code.line.number", one.caller.line),
            ]
        said += [("ctxcapture.schema", SCHEMA), ("ctxcapture.api", point.api)]
        if self.raw_usage:
            said.append(("ctxcapture.response.usage", _json(self.raw_usage)))
        return said

    def _prompt(self, body: bytes) -> Attributes:
        from ctxcapture import messages

        found = messages.prompt(_parsed(body))
        return [(name, _json(value)) for name, value in found if value]

    def _outcome(self) -> Attributes:
        from ctxcapture import messages

        parts = self._redacted_value(self.exchange.components)
        output = self._redacted_value(messages.output(self.reply))
        return [
            ("ctxcapture.components", _json(parts) if parts else None),
            ("gen_ai.output.messages", _json(output) if output else None),
        ]

    def _request(self, shared: Shared | None) -> tuple[bytes, bytes]:
        """The body as one line of JSON, and what it newly shares with later lines."""
        body = self._clean_request()
        # An answered body is JSON; any other is looked at before a log may hold it.
        sound = self.exchange.status == 200 and b"\n" not in body and b"\r" not in body
        if sound and shared is None:
            return body, b""
        parsed = _parsed(body)
        if not parsed:
            return _json({"not_json": body.decode("utf-8", "replace")}).encode(), b""
        if shared is None:
            return _json(parsed).encode("utf-8", "backslashreplace"), b""
        text, news = shared.body(parsed)
        return text.encode("utf-8", "backslashreplace"), news.encode("utf-8", "backslashreplace")

    def _clean_request(self) -> bytes:
        body = without_media(self.exchange.body, self.exchange.endpoint.api)
        if self.settings.redact is None:
            return body
        parsed = _parsed(body)
        text = body.decode("utf-8", "replace")
        found = _json(self._redacted_value(parsed)) if parsed else self.settings.redact(text)
        return found.encode("utf-8", "backslashreplace")

    def _redacted_value(self, value: Any) -> Any:
        redact = self.settings.redact
        if redact is None:
            return value
        if isinstance(value, str):
            return redact(value)
        if isinstance(value, dict):
            return {key: self._redacted_value(inner) for key, inner in value.items()}
        return [self._redacted_value(i) for i in value] if isinstance(value, list) else value


def _usage(usage: Any) -> Attributes:
    """Reported counts; input includes the cache, as the conventions say."""
    if usage is None:
        return []
    write = (usage.cache_write_5m or 0) + (usage.cache_write_1h or 0)
    return [
        ("gen_ai.usage.input_tokens", usage.prompt),
        ("gen_ai.usage.output_tokens", usage.output),
        ("gen_ai.usage.cache_read.input_tokens", usage.cache_read),
        # Readers know one name or the other of the same count.
        ("gen_ai.usage.cache_write.input_tokens", write),
        ("gen_ai.usage.cache_creation.input_tokens", write),
        ("gen_ai.usage.reasoning.output_tokens", usage.reasoning),
    ]


def _tags(tags: dict[str, str]) -> Attributes:
    said: Attributes = []
    others = []
    for word, value in tags.items():
        names = NAMED_TAGS.get(word, ())
        number = word == "turn" and value.isdigit()
        said += [(name, int(value) if number else value) for name in names]
        if not names and word != "environment":
            others.append(f"{word}:{value}")
    return [*said, ("ctxcapture.tags", others or None)]


def otlp(attributes: Attributes) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": _value(value)}
        for key, value in attributes
        if value not in (None, "", [])
    ]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(one) for one in value]}}
    return {"stringValue": str(value)}


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
