"""Traces of the OpenAI Agents SDK, as its exporter sends them or a processor writes them.

Spec: the SDK's `Trace.export` and `Span.export`. Generations have their messages; a response span has its
response's id and, in newer versions, what that spent, but no text.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter
from whytokens.importers.usage import usage_of
from whytokens.importers.values import Json, as_dict, as_str, as_time
from whytokens.model import Where

CALLS = ("generation", "response")
HIDDEN = "what was sent: such spans hold a response's id alone"


def _owns(row: Json) -> bool:
    return (row.get("object") == "trace.span" and "span_data" in row) or (
        row.get("object") == "trace" and "workflow_name" in row
    )


def logged(row: Json, where: Where) -> Logged | None:
    data = as_dict(row.get("span_data"))
    kind = data.get("type")
    started, ended = as_time(row.get("started_at")), as_time(row.get("ended_at"))
    error: Any = as_dict(row.get("error")).get("message")
    one = Logged(
        where=where, provider=None, model=as_str(data.get("model")), responses=kind == "response",
        messages=data.get("input"), output=data.get("output"), usage=usage_of(data.get("usage")),
        settings=as_dict(data.get("model_config")), error=as_str(error), started=started, ended=ended,
        id=as_str(data.get("response_id")), session=as_str(row.get("group_id")),
        group=as_str(row.get("trace_id")) or as_str(row.get("id")) or "",
        span=as_str(row.get("id")) or "", parent=as_str(row.get("parent_id")) or "",
        call=kind in CALLS, hidden=None if data.get("input") else HIDDEN,
    )  # fmt: skip
    if row.get("object") == "trace":
        one.tag(workflow=row.get("workflow_name"))
    if kind == "agent":
        one.tag(agent=data.get("name"))
    return one


OPENAI_AGENTS = RecordImporter(
    Format(
        key="openai_agents",
        label="OpenAI Agents SDK trace",
        guide=Guide(
            section="Traces",
            what="Traces and spans of the OpenAI Agents SDK as a trace processor exports them",
            steps=(
                "Add a trace processor that writes span.export() as a JSON line for each span.",
                "Or save the body that the SDK posts to /v1/traces/ingest.",
            ),
            example='{"object": "trace.span", "trace_id": "trace_…", "span_data": {"type": "generation"}}',
            marks=frozenset(("span_data", "trace_id", "workflow_name", "group_id")),
            missing="the text of response spans",
        ),
        owns=_owns,
        logged=logged,
    )
)
