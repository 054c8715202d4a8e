"""Spans as databases of telemetry keep them, under the names of OTLP; tables of answers as their rows.

Spec: the ClickHouse exporter's schema of the OpenTelemetry Collector (also of AWS and Grafana exports of it);
Azure Monitor's dependencies and AppDependencies; Cloud Trace API v1; Zipkin v2; answers of Kusto (`tables`), of
Logfire (`columns` with values) and of Elasticsearch (`hits`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, decoded

# Milliseconds in a unit of `duration`, by the table that has it.
NS, MS = 1e-6, 1.0
NAMES: tuple[tuple[str, str, float, dict[str, tuple[str, ...]]], ...] = (
    ("SpanAttributes", "Duration", NS, {
        "trace_id": ("TraceId",), "span_id": ("SpanId",), "parent_span_id": ("ParentSpanId",), "name": ("SpanName",),
        "start_time": ("Timestamp",), "otel_scope_name": ("ScopeName",), "service_name": ("ServiceName",),
        "status_message": ("StatusMessage",),
    }),
    ("customDimensions", "duration", MS, {
        "trace_id": ("operation_Id",), "span_id": ("id",), "parent_span_id": ("operation_ParentId",), "name": ("name",),
        "start_time": ("timestamp", "timestamp [UTC]"), "service_name": ("cloud_RoleName",),
    }),
    ("Properties", "DurationMs", MS, {
        "trace_id": ("OperationId",), "span_id": ("Id",), "parent_span_id": ("ParentId",), "name": ("Name",),
        "start_time": ("TimeGenerated", "TimeGenerated [UTC]"), "service_name": ("AppRoleName",),
    }),
    ("labels", "", MS, {
        "trace_id": ("traceId",), "span_id": ("spanId",), "parent_span_id": ("parentSpanId",), "name": ("name",),
        "start_time": ("startTime",), "end_time": ("endTime",),
    }),
)  # fmt: skip


def plain(one: Json) -> Json | None:
    """A row of such a table as a span; None for anything else."""
    for attributes, duration, unit, names in NAMES:
        found = as_dict(decoded(one.get(attributes)))
        if not found or not any(key in one for key in names["span_id"]):
            continue
        span: Json = {
            name: value for name, keys in names.items()
            if (value := next((one[key] for key in keys if one.get(key) not in (None, "")), None)) is not None
        }  # fmt: skip
        span["attributes"] = {key: _opened(value) for key, value in found.items()}
        span["resource"] = {"attributes": as_dict(decoded(one.get("ResourceAttributes")))}
        began, took = as_time(span.get("start_time")), one.get(duration)
        if began is not None and isinstance(took, int | float) and 0 <= took * unit < 1e12:
            span["end_time"] = (began + timedelta(milliseconds=took * unit)).isoformat()
        failed = one.get("success") in (False, "False") or one.get("Success") in (False, "False")
        if failed or one.get("StatusCode") in ("Error", "STATUS_CODE_ERROR"):
            span["status"] = {
                "code": "ERROR",
                "message": as_str(one.get("resultCode")) or span.get("status_message"),
            }
        return span
    return None


def _opened(value: Any) -> Any:
    """A map of texts holds numbers and lists as texts, Python's and JSON's."""
    if isinstance(value, str) and value[:2] in ("['", "('") and value[-1:] in "])":
        return [part.strip().strip("'") for part in value[1:-1].split(",") if part.strip()]
    return value


def table_rows(one: Json) -> Iterator[Any] | None:
    """The rows of an answer that is a table; None for anything else."""
    hits = as_dict(one.get("hits")).get("hits")
    if isinstance(hits, list):
        return (as_dict(hit).get("_source") for hit in hits)
    columns = as_list(one.get("columns"))
    if columns and all(isinstance(as_dict(c).get("values"), list) for c in columns):
        names = [str(c.get("name")) for c in columns]
        return (
            dict(zip(names, row, strict=False))
            for row in zip(*(c["values"] for c in columns), strict=False)
        )
    tables = [as_dict(table) for table in as_list(one.get("tables"))]
    if tables and all(
        isinstance(table.get("rows"), list) and table.get("columns") for table in tables
    ):
        return (
            dict(zip((str(as_dict(c).get("name")) for c in as_list(table["columns"])), as_list(row), strict=False))
            for table in tables for row in table["rows"]
        )  # fmt: skip
    return None
