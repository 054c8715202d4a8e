"""Datadog LLM Observability: spans of its export API, and as its tracer sends them.

Spec: formats, section 4.9; docs.datadoghq.com/llm_observability. Input includes the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, Row, first, rows, under
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens
from whytokens.model import Where

ROOT = "undefined"


def spans(value: Any, where: Where) -> Iterator[Row]:
    """Spans of the export's data, or of the tracer's envelopes."""
    one = as_dict(value)
    if isinstance(value, list) and any("spans" in as_dict(item) for item in value):
        for number, item in enumerate(value):
            yield from spans(item, under(where, number))
    elif isinstance(one.get("spans"), list):
        yield from rows(one["spans"], under(where, "spans"))
    else:
        yield from rows(value, where)


def _flat(row: Json) -> Json:
    """Export and intake under the same names."""
    found = {**row, **as_dict(row.get("attributes"))}
    meta = as_dict(found.get("meta"))
    return {
        **found,
        **meta,
        "span_kind": first(meta, "span.kind", "kind") or found.get("span_kind"),
    }


def logged(row: Json, where: Where) -> Logged | None:
    span = _flat(row)
    asked, answered = as_dict(span.get("input")), as_dict(span.get("output"))
    metrics = as_dict(span.get("metrics"))
    parent = str(span.get("parent_id") or "")
    began, took = span.get("start_ns"), span.get("duration")
    tags = [str(tag).partition(":") for tag in as_list(span.get("tags"))]
    known = {name: value for name, _, value in tags}
    one = Logged(
        where=where, group=str(span.get("trace_id") or ""), span=str(span.get("span_id") or ""),
        parent="" if parent == ROOT else parent,
        model=as_str(span.get("model_name")), provider=as_str(span.get("model_provider")),
        messages=first(asked, "messages", "value"), output=first(answered, "messages", "value"),
        tools=span.get("tool_definitions"), settings=as_dict(span.get("metadata")),
        started=as_time(began), duration_ms=round(took / 10**6) if isinstance(took, int | float) else None,
        session=as_str(span.get("session_id")) or known.get("session_id"),
        error=as_str(as_dict(span.get("error")).get("message")) or ("error" if span.get("status") == "error" else None),
        usage=tokens(
            as_tokens(metrics.get("input_tokens")), as_tokens(metrics.get("output_tokens")),
            read=as_tokens(metrics.get("cache_read_input_tokens")),
            write=as_tokens(metrics.get("cache_write_input_tokens")),
            reasoning=as_tokens(metrics.get("reasoning_output_tokens")),
        ),
        cost_pusd=usd_as_pusd(first(metrics, "total_cost")),
    )  # fmt: skip
    one.call = span.get("span_kind") == "llm"
    one.left_out = "embedding" if span.get("span_kind") == "embedding" else None
    one.tag(service=span.get("ml_app"), environment=known.get("env"), user=known.get("user_id"),
            function=None if one.call else span.get("name"))  # fmt: skip
    return one


def _owns(row: Json) -> bool:
    span = _flat(row)
    return "span_id" in span and (
        ("ml_app" in span and "span_kind" in span) or "span.kind" in as_dict(row.get("meta"))
    )


DATADOG = RecordImporter(
    Format(
        key="datadog",
        label="Datadog LLM Observability",
        guide=Guide(
            section="Traces",
            what="Spans of LLM Observability, of the export API or as the tracer sends them",
            steps=("POST /api/v2/llm-obs/v1/spans/events/search and save the answer.",),
            example=(
                '{"data": [{"type": "span", "attributes": {"span_kind": "llm", "ml_app": '
                '"…", "input": {"messages": […]}, "metrics": {…}}}]}'
            ),
            marks=frozenset(("ml_app", "span_kind", "metrics", "model_provider")),
        ),
        owns=_owns,
        logged=logged,
        rows=spans,
        marks=('"ml_app"',),
    )
)
