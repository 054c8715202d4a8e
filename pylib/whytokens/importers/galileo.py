"""Galileo: spans of traces, as exported, fetched or logged by its SDK.

Spec: galileo-core, schemas of logging: `LlmSpan`, `LlmMetrics`; traces hold their spans, durations are nanoseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import (
    Format,
    RecordImporter,
    Row,
    first,
    opened,
    rows,
    tagged,
    under,
)
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens
from whytokens.model import Where

KINDS = ("llm", "trace", "workflow", "agent", "tool", "retriever", "session")
NS_PER_MS = 10**6


def _spans(value: Any, where: Where, above: Row | None = None) -> Iterator[Row]:
    """Records, and below each the spans it holds."""
    for row, at in rows(value, where):
        about = above[0] if above else {}
        root = row.get("id") if row.get("spans") else None
        own = {"trace_id": row.get("trace_id") or about.get("trace_id") or root,
               "parent_id": row.get("parent_id") or about.get("id")}  # fmt: skip
        kept = {**row, **{key: one for key, one in own.items() if one}}
        yield {key: one for key, one in kept.items() if key != "spans"}, at
        if as_list(row.get("spans")):
            yield from _spans(row["spans"], under(at, "spans"), (kept, at))


def _owns(row: Json) -> bool:
    metrics = as_dict(opened(row, "metrics"))
    return (
        row.get("type") in KINDS
        and bool(metrics)
        and ("duration_ns" in metrics or "num_input_tokens" in metrics)
    )


def logged(row: Json, where: Where) -> Logged | None:
    metrics = as_dict(opened(row, "metrics"))
    took, status = as_tokens(metrics.get("duration_ns")), as_tokens(row.get("status_code"))
    output = opened(row, "output")
    one = Logged(
        where=where, group=str(row.get("trace_id") or ""), span=str(row.get("id") or ""),
        parent=str(row.get("parent_id") or ""), session=as_str(row.get("session_id")), call=row.get("type") == "llm",
        model=as_str(row.get("model")), messages=opened(row, "input"), tools=opened(row, "tools"),
        output=[output] if "role" in as_dict(output) else output,
        usage=tokens(
            as_tokens(metrics.get("num_input_tokens")), as_tokens(metrics.get("num_output_tokens")),
            read=as_tokens(metrics.get("num_cached_input_tokens")),
            reasoning=as_tokens(metrics.get("num_reasoning_tokens")),
        ),
        cost_pusd=usd_as_pusd(first(metrics, "cost", "total_cost")),
        started=as_time(row.get("created_at")), duration_ms=None if took is None else round(took / NS_PER_MS),
        error=f"HTTP {status}" if status is not None and status >= 400 else None,
        stop_reason=as_str(row.get("finish_reason")),
    )  # fmt: skip
    one.tag(function=None if one.call else row.get("name"))
    one.tag(tag=", ".join(str(label) for label in as_list(opened(row, "tags"))))
    tagged(one, opened(row, "user_metadata"))
    return one


GALILEO = RecordImporter(
    Format(
        key="galileo",
        label="Galileo",
        guide=Guide(
            section="Traces",
            what="Records of a log stream as JSON or JSON Lines",
            steps=("Open the log stream in Galileo, Export, JSONL, with all columns.",),
            example='{"type": "llm", "trace_id": "…", "input": […], "metrics": {"num_input_tokens": 9}}',
            marks=frozenset(("num_input_tokens", "duration_ns", "user_metadata", "trace_id")),
        ),
        owns=_owns,
        logged=logged,
        rows=_spans,
        marks=('"num_input_tokens"',),
    )
)
