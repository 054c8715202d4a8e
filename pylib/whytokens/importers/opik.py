"""Opik (Comet): spans of the SDK, the REST API or the command line.

Spec: comet.com/docs/opik, "Export data". A span of type "llm" is a call; `usage` is OpenAI's shape, with the
provider's own counts under `original_usage.`. Its cost is an estimate of Opik's and is left to our prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter, Row, first, rows
from whytokens.importers.usage import usage_of
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, inside
from whytokens.model import Usage, Where

ORIGINAL = "original_usage."
KINDS = ("llm", "general", "tool", "guardrail")
PROVIDERS = {"google_ai": "google", "google_vertexai": "vertex", "anthropic_vertexai": "vertex",
             "bedrock": "aws"}  # fmt: skip


def _spans(value: Any, where: Where) -> Iterator[Row]:
    """Spans of a page, of a trace's export, or by themselves."""
    page = as_dict(value)
    for key in ("content", "spans"):
        if isinstance(page.get(key), list):
            for number, row in enumerate(map(as_dict, as_list(page[key]))):
                yield row, inside(where, key, number)
            return
    yield from rows(value, where)


def _owns(row: Json) -> bool:
    return (
        str(row.get("type")) in KINDS
        and {"trace_id", "start_time"} <= row.keys()
        and "attributes" not in row
        and any(key in row for key in ("parent_span_id", "project_id", "total_estimated_cost"))
    )


def _usage(row: Json, provider: str | None) -> Usage | None:
    """The provider's own counts, whose names are flattened, else Opik's."""
    flat = as_dict(row.get("usage"))
    own: Json = {}
    for key, value in flat.items():
        if key.startswith(ORIGINAL):
            inner, *path = reversed(key.removeprefix(ORIGINAL).split("."))
            place = own
            for name in reversed(path):
                place = place.setdefault(name, {})
            place[inner] = value
    return usage_of(own, provider) or usage_of(flat, provider)


def logged(row: Json, where: Where) -> Logged | None:
    sent, came = as_dict(row.get("input")), as_dict(row.get("output"))
    named = as_str(row.get("provider"))
    provider = PROVIDERS.get(named or "", named)
    error = as_dict(row.get("error_info"))
    one = Logged(
        where=where, provider=provider, model=as_str(row.get("model")),
        system=first(sent, "system", "system_instruction"),
        messages=first(sent, "messages", "input", "contents", "prompt"),
        tools=sent.get("tools") or as_dict(row.get("metadata")).get("tools"),
        settings=as_dict(row.get("metadata")), output=_answer(came),
        usage=_usage(row, provider), id=as_str(came.get("id")), started=as_time(row.get("start_time")),
        ended=as_time(row.get("end_time")), error=as_str(first(error, "message", "exception_type")),
        group=str(row.get("trace_id") or ""), span=str(row.get("id") or ""),
        parent=str(row.get("parent_span_id") or ""), call=row.get("type") == "llm",
    )  # fmt: skip
    one.tag(
        name=row.get("name"), project=row.get("project_name"), environment=row.get("environment")
    )
    one.tag(tag=", ".join(str(tag) for tag in as_list(row.get("tags"))))
    return one


def _answer(came: Json) -> Any:
    choices = [as_dict(choice).get("message") for choice in as_list(came.get("choices"))]
    if choices:
        return choices[:1]
    return first(came, "message", "messages", "content", "output", "text") or came or None


OPIK = RecordImporter(
    Format(
        key="opik",
        label="Opik",
        guide=Guide(
            section="Traces",
            what="Spans as JSON or JSON Lines, of the SDK, the REST API or opik export",
            steps=(
                "In Python: [span.dict() for span in client.search_spans(…)], written as JSON.",
                "Or opik export <workspace> for files of traces with their spans.",
            ),
            example='{"id": "…", "trace_id": "…", "type": "llm", "start_time": "…", "usage": {…}}',
            marks=frozenset(
                ("trace_id", "parent_span_id", "total_estimated_cost", "project_id", "error_info")
            ),
        ),
        owns=_owns,
        logged=logged,
        rows=_spans,
        marks=('"total_estimated_cost"', '"original_usage.'),
    )
)
