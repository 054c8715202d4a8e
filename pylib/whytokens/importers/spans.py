"""Spans and log records out of every container that OpenTelemetry data is kept in.

Spec: formats, section 4.1 "Container": OTLP/JSON (camelCase, snake_case, protobuf's JSON), Phoenix REST,
Jaeger, Tempo, Zipkin, console exporters, plain span objects, data frames and SQL rows of spans.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from whytokens.importers.attributes import attributes_of, flattened, value_of
from whytokens.importers.span_rows import plain, table_rows
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, decoded, pointer
from whytokens.model import Where


@dataclass(slots=True, kw_only=True)
class Event:
    """An event of a span, or a log record, which belongs to a span by its ids."""

    name: str
    attributes: Json
    body: Any = None
    trace: str = ""
    span: str = ""
    time: datetime | None = None
    resource: Json = field(default_factory=dict)
    where: Where | None = None


@dataclass(slots=True, kw_only=True)
class Span:
    """`attributes` are flat: dotted names, values decoded from their unions."""

    trace: str
    id: str
    parent: str
    name: str
    scope: str
    attributes: Json
    events: list[Event]
    resource: Json
    started: datetime | None
    ended: datetime | None
    failed: str | None
    where: Where


def spans_of(value: Any, where: Where, depth: int = 0) -> Iterator[Span | Event]:
    """Every span and log record in a document."""
    if depth > 4:
        return
    if isinstance(value, list):
        for number, item in enumerate(value):
            at = Where(file=where.file, line=where.line, pointer=pointer(where.pointer, number))
            yield from spans_of(item, at, depth + 1)
        return
    one = as_dict(value)
    groups = next(
        (one[k] for k in ("resourceSpans", "resource_spans", "batches") if k in one), None
    )
    logs = one.get("resourceLogs", one.get("resource_logs"))
    if isinstance(groups, list):
        yield from _otlp(groups, ("scopeSpans", "scope_spans", "instrumentationLibrarySpans"),
                         ("spans",), where)  # fmt: skip
    if isinstance(logs, list):
        yield from _otlp(logs, ("scopeLogs", "scope_logs"), ("logRecords", "log_records"), where)
    if isinstance(groups, list) or isinstance(logs, list):
        return
    if isinstance(one.get("processes"), dict) and isinstance(one.get("spans"), list):
        yield from _jaeger(one, where)
    elif (row := plain(one)) is not None:
        yield _span(row, {}, "", where)
    elif (table := table_rows(one)) is not None:
        for number, item in enumerate(table):
            at = Where(file=where.file, line=where.line, pointer=pointer(where.pointer, number))
            yield from spans_of(item, at, depth + 1)
    elif is_record(one):
        resource = attributes_of(as_dict(one.get("resource")).get("attributes"))
        yield _record(one, resource, where)
    elif is_span(one):
        yield _span(one, {}, as_str(as_dict(one.get("scope")).get("name")) or "", where)
    else:
        for key in ("data", "spans", "trace", "traces", "result", "records", "rows"):
            if isinstance(one.get(key), dict | list):
                at = Where(file=where.file, line=where.line, pointer=pointer(where.pointer, key))
                yield from spans_of(one[key], at, depth + 1)


def is_span(one: Json) -> bool:
    """A span that stands alone, by its ids and what it carries."""
    if any(key.startswith(("context.", "attributes.")) for key in one):
        return True
    ids = any(
        k in one for k in ("trace_id", "traceId", "traceID", "context", "spanContext", "span_id")
    )
    return (
        ids
        and any(k in one for k in ("attributes", "tags"))
        and (any(k in one for k in ("name", "span_name", "operationName")))
        and not any(k in one for k in ("run_type", "span_attributes", "meta"))
    )


def is_record(one: Json) -> bool:
    """A log record that stands alone, as SDKs print it."""
    named = any(as_str(one.get(key)) for key in ("event_name", "eventName"))
    named = named or "event.name" in as_dict(one.get("attributes"))
    return (
        named
        and "body" in one
        and any(key in one for key in ("severity_number", "severityNumber", "observed_timestamp"))
    )


def _otlp(
    groups: list[Any], scopes: tuple[str, ...], leaves: tuple[str, ...], where: Where
) -> Iterator[Span | Event]:
    for group in groups:
        one = as_dict(group)
        resource = attributes_of(as_dict(one.get("resource")).get("attributes"))
        inner: list[Any] = next((one[key] for key in scopes if isinstance(one.get(key), list)), [])
        for scope in inner:
            said = as_dict(scope)
            name = as_str(
                as_dict(said.get("scope") or said.get("instrumentationLibrary")).get("name")
            )
            for leaf in next((said[key] for key in leaves if isinstance(said.get(key), list)), []):
                if leaves[0] == "spans":
                    yield _span(as_dict(leaf), resource, name or "", where)
                else:
                    yield _record(as_dict(leaf), resource, where)


def _span(one: Json, resource: Json, scope: str, where: Where) -> Span:
    context = as_dict(one.get("context") or one.get("spanContext"))
    flat = {k.removeprefix("context."): v for k, v in one.items() if k.startswith("context.")}
    context = context or flat
    attributes = attributes_of(decoded(one.get("attributes", one.get("tags"))))
    attributes |= {
        key.removeprefix("attributes."): _number(found)
        for key, found in one.items()
        if key.startswith("attributes.") and found is not None
    }
    attributes = flattened(attributes)
    if one.get("span_kind") in ("LLM", "CHAIN", "AGENT", "TOOL", "EMBEDDING", "RETRIEVER"):
        attributes.setdefault("openinference.span.kind", one["span_kind"])
    own = as_dict(one.get("resource"))
    status = as_dict(one.get("status"))
    code = status.get("code", one.get("status_code", status.get("status_code")))
    bad = code in (2, "ERROR", "STATUS_CODE_ERROR", "StatusCode.ERROR")
    message = as_str(status.get("message")) or as_str(one.get("status_message")) or "error"
    events = as_list(decoded(one.get("events"))) or as_list(decoded(one.get("span_events")))
    local = as_dict(one.get("localEndpoint"))
    if as_str(local.get("serviceName")):  # Zipkin
        resource = {"service.name": local["serviceName"], **resource}
    started = _time(_first(one, "startTimeUnixNano", "start_time_unix_nano", "start_time", "startTime",
                           "start_timestamp", "startTimeMillis", "timestamp", "@timestamp"))  # fmt: skip
    ended = _time(
        _first(one, "endTimeUnixNano", "end_time_unix_nano", "end_time", "endTime", "end_timestamp")
    )
    took = one.get("duration")
    if ended is None and started is not None and local and isinstance(took, int):
        ended = started + timedelta(microseconds=took)
    return Span(
        trace=hex_id(
            _first(context, "trace_id", "traceId") or _first(one, "trace_id", "traceId", "traceID")
        ),
        id=hex_id(
            _first(context, "span_id", "spanId") or _first(one, "span_id", "spanId", "spanID", "id")
        ),
        parent=hex_id(
            _first(one, "parentSpanId", "parent_span_id", "parent_id", "parentId", "parentSpanID")
            or as_dict(one.get("parentSpanContext")).get("spanId")
            or as_dict(one.get("parent_span_context")).get("span_id")
        ),
        name=as_str(_first(one, "name", "span_name", "operationName")) or "",
        scope=scope
        or as_str(as_dict(one.get("instrumentationScope")).get("name"))
        or as_str(one.get("otel_scope_name"))
        or "",
        attributes=attributes,
        events=[_event(as_dict(event)) for event in events],
        resource=flattened(attributes_of(own.get("attributes")))
        | resource
        | {
            key: one[col]
            for key, col in (
                ("service.name", "service_name"),
                ("deployment.environment.name", "deployment_environment"),
            )
            if as_str(one.get(col))
        },
        started=started,
        ended=ended,
        failed=message if bad else None,
        where=where,
    )


def _event(one: Json) -> Event:
    attributes = flattened(attributes_of(one.get("attributes", one.get("fields"))))
    name = as_str(_first(one, "name", "event_name", "eventName")) or as_str(
        attributes.get("event.name")
    )
    name = name or as_str(attributes.get("event")) or ""
    return Event(name=name, attributes=attributes, body=decoded(value_of(one.get("body"))))


def _record(one: Json, resource: Json, where: Where) -> Event:
    found = _event(one)
    found.trace = hex_id(_first(one, "traceId", "trace_id"))
    found.span = hex_id(_first(one, "spanId", "span_id"))
    found.time = _time(
        _first(
            one,
            "timeUnixNano",
            "time_unix_nano",
            "observedTimeUnixNano",
            "timestamp",
            "observed_timestamp",
        )
    )
    found.resource, found.where = resource, where
    return found


def _jaeger(one: Json, where: Where) -> Iterator[Span]:
    """Jaeger's UI: tags with types, microseconds, parents as references."""
    processes = as_dict(one.get("processes"))
    for number, item in enumerate(as_list(one.get("spans"))):
        span = as_dict(item)
        process = as_dict(processes.get(str(span.get("processID"))))
        refs = [as_dict(ref) for ref in as_list(span.get("references"))]
        parent = next((r.get("spanID") for r in refs if r.get("refType") == "CHILD_OF"), None)
        resource = attributes_of(process.get("tags"))
        if as_str(process.get("serviceName")):
            resource["service.name"] = process["serviceName"]
        began, took = span.get("startTime"), span.get("duration")
        whole = isinstance(began, int) and isinstance(took, int)
        at = Where(
            file=where.file, line=where.line, pointer=pointer(where.pointer, "spans", number)
        )
        yield _span(
            {**span, "parent_id": parent, "events": span.get("logs"),
             "endTime": began + took if whole else None},  # type: ignore[operator]
            resource, as_str(attributes_of(span.get("tags")).get("otel.scope.name")) or "", at,
        )  # fmt: skip


def hex_id(value: Any) -> str:
    """An id in hex: 0x taken off, base64 of 8 or 16 bytes turned to hex, all zeros to nothing."""
    text = str(value).strip().removeprefix("0x") if isinstance(value, str | int) and value else ""
    if text.endswith("=") and len(text) in (12, 24):
        with contextlib.suppress(binascii.Error, ValueError):
            text = base64.b64decode(text, validate=True).hex()
    return "" if not text.strip("0") else text


def _first(one: Json, *keys: str) -> Any:
    return next((one[key] for key in keys if one.get(key) not in (None, "")), None)


def _number(value: Any) -> Any:
    """Data frames turn counts into floats: 317.0 is 317."""
    return (
        int(value) if isinstance(value, float) and value == value and value == int(value) else value
    )


def _time(value: Any) -> datetime | None:
    if isinstance(value, str) and value.isdigit() and len(value) < 22:
        value = int(value)
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, int) for v in value):
        value = value[0] * 10**9 + value[1]  # JavaScript's high resolution time
    return as_time(value)
