"""Langfuse: trace downloads, batch and blob exports, and the public API.

Spec: formats, section 4.3. Buckets of `usageDetails` add up; what reached Langfuse by OpenTelemetry
keeps the span's attributes in `metadata`, often richer than `input`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide, genai
from whytokens.importers.attributes import attributes_of, flattened
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
from whytokens.importers.spans import Span
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import (
    Json,
    as_dict,
    as_list,
    as_str,
    as_time,
    as_tokens,
    decoded,
)
from whytokens.model import Usage, Where

CALLS = frozenset(("GENERATION",))
# What an observation without a parent stands in, so that a trace told in another file gives it its names.
TRACE = "trace"
COST_KEYS = ("totalCost", "total_cost", "calculatedTotalCost", "calculated_total_cost")
# Of rows that have their counts beside each other; `usageDetails` has more of them.
FLAT = {"inputTokens": "input", "promptTokens": "input", "outputTokens": "output", "completionTokens": "output",
        "totalTokens": "total"}  # fmt: skip
SESSION_KEYS = ("thread_id", "session_id", "conversation_id", "langfuse_session_id")


def observations(value: Any, where: Where) -> Iterator[Row]:
    """Observations with what their trace says of them; exports of a table have it on each row. Traces are
    rows too where their observations are elsewhere."""
    one = as_dict(value)
    trace = as_dict(decoded(one.get("trace")))
    found = _nested(one) or _nested(trace)
    if found:
        about = {k: v for k, v in {**one, **trace}.items() if k not in ("observations", "trace")}
        for row, place in rows(found, under(where, "observations")):
            yield {**row, "trace ": about}, place
    elif trace and not one.get("observations") and not _owns(one):
        yield trace, under(where, "trace")
    else:
        for row, place in rows(value, where):
            if row is not value and (_nested(row) or "trace" in row):
                yield from observations(row, place)
            else:
                yield row, place


def _nested(one: Json) -> list[Any]:
    """The observations in a trace; lists of traces have their ids only."""
    found = as_list(one.get("observations"))
    return found if found and isinstance(found[0], dict) else []


def _is_trace(row: Json) -> bool:
    kept = ("release", "public", "bookmarked", "htmlPath", "html_path", "userId", "user_id", "sessionId", "session_id",
            "observationCount")  # fmt: skip
    own = sum(key in row for key in kept)
    return (
        own > 2
        and "id" in row
        and "timestamp" in row
        and "name" in row
        and not ("traceId" in row or "trace_id" in row)
    )


def _whole(row: Json, where: Where) -> Logged:
    """A trace: names for its observations; what it sums up counts where they are in no file."""
    one = Logged(
        where=where, group=str(row["id"]), span=TRACE, call=False, outer=True, messages=opened(row, "input"),
        started=as_time(row["timestamp"]), output=opened(row, "output"),
        usage=_usage(row) or _usage(opened(row, "usage")),
        cost_pusd=usd_as_pusd(first(row, "totalCost", "total_cost")),
    )  # fmt: skip
    one.call = one.usage is not None or one.cost_pusd is not None
    one.hidden = "the calls of this trace are not in these files"
    _who(one, row, row, as_dict(opened(row, "metadata")))
    return one


def logged(row: Json, where: Where) -> Logged | None:
    if _is_trace(row):
        return _whole(row, where)
    trace = as_dict(row.get("trace "))
    metadata = as_dict(opened(row, "metadata"))
    attributes = flattened(attributes_of(decoded(metadata.get("attributes"))))
    one = genai.logged(Span(
        trace="", id="", parent="", name=str(row.get("name")), scope="", events=[], failed=None,
        attributes=attributes, resource=as_dict(metadata.get("resourceAttributes")), started=None,
        ended=None, where=where,
    ))  # fmt: skip
    told = as_str(row.get("type"))  # the table of generations alone does not say it
    one.call = (
        told.upper() in CALLS if told else first(row, "model", "providedModelName") is not None
    )
    one.left_out = "embedding" if (told or "").upper() == "EMBEDDING" else None
    one.group = str(first(row, "traceId", "trace_id") or "")
    one.span = str(row.get("id") or "")
    one.parent = str(first(row, "parentObservationId", "parent_observation_id") or TRACE)
    one.started = as_time(first(row, "startTime", "start_time"))
    one.ended = as_time(first(row, "endTime", "end_time"))
    one.model = as_str(first(row, "model", "providedModelName", "provided_model_name")) or one.model
    level = str(row.get("level")).upper() == "ERROR"
    one.error = (
        (as_str(first(row, "statusMessage", "status_message")) or "error") if level else one.error
    )
    one.usage = (
        _usage(opened(row, "usageDetails", "usage_details", "usage")) or _usage(row) or one.usage
    )
    cost = as_dict(opened(row, "costDetails", "cost_details"))
    one.cost_pusd = usd_as_pusd(first(cost, "total") or first(row, *COST_KEYS))
    _content(one, row, metadata)
    _who(one, row, trace, metadata)
    return one


def _content(one: Logged, row: Json, metadata: Json) -> None:
    settings = as_dict(opened(row, "modelParameters", "model_parameters"))
    one.settings = {**one.settings, **{k: decoded(v) for k, v in settings.items()}}
    said = opened(row, "input")
    if isinstance(said, dict) and set(said) == {"args", "kwargs"}:
        said = as_dict(said["kwargs"]) or as_list(said["args"])
    if isinstance(said, dict) and "config" in said and "contents" in said:  # Google ADK
        said = {**{k: v for k, v in said.items() if k != "config"}, **as_dict(said["config"])}
    if isinstance(said, dict) and any(
        k in said for k in ("messages", "contents", "input", "prompt")
    ):
        one.body = one.body or said
        one.messages = None if one.body is said else one.messages
    elif not one.messages or not one.body:
        said, declared = _without_tools(said)
        one.messages = said if said is not None else one.messages
        one.tools = one.tools or declared or None
    output = opened(row, "output")
    if isinstance(output, dict) and any(
        k in output for k in ("choices", "candidates", "usage", "object")
    ):
        one.reply_body = one.reply_body or output
    elif output is not None:
        calls = isinstance(output, list) and all("toolName" in as_dict(item) for item in output)
        if isinstance(output, list) and output and calls:  # Vercel AI SDK
            output = [
                {"role": "assistant", "content": [{"type": "tool-call", **o} for o in output]}
            ]
        one.output = output
    one.tools = (
        one.tools or metadata.get("tools") or settings.get("tools")
        or opened(row, "toolDefinitions", "tool_definitions")
    )  # fmt: skip
    one.responses = one.responses or str(settings.get("id", "")).startswith("resp_")


def _without_tools(said: Any) -> tuple[Any, list[Any]]:
    """LangChain's handler logs tool definitions as messages of the role tool."""
    if not isinstance(said, list):
        return said, []
    declared = [
        as_dict(m)["content"]
        for m in said
        if as_dict(m).get("role") == "tool" and "function" in as_dict(as_dict(m).get("content"))
    ]
    if not declared:
        return said, []
    return [m for m in said if as_dict(m).get("content") not in declared], declared


def _who(one: Logged, row: Json, trace: Json, metadata: Json) -> None:
    one.session = (
        as_str(first(row, "sessionId", "session_id") or first(trace, "sessionId", "session_id"))
        or one.session
    )
    one.session = one.session or next(
        (str(metadata[k]) for k in SESSION_KEYS if metadata.get(k)), None
    )
    one.tag(
        user=first(row, "userId", "user_id") or first(trace, "userId", "user_id"),
        environment=first(row, "environment") or trace.get("environment"),
        workflow=first(row, "traceName", "trace_name") or trace.get("name"),
        prompt=first(row, "promptName", "prompt_name"),
        release=trace.get("release"), agent=metadata.get("langgraph_node"),
    )  # fmt: skip
    one.tags["prompt version"] = str(first(row, "promptVersion", "prompt_version") or "")
    labels = as_list(opened(row, "traceTags", "trace_tags", "tags") or trace.get("tags"))
    one.tag(tag=", ".join(str(label) for label in labels))
    one.tags = {key: value for key, value in one.tags.items() if value}
    tagged(one, trace.get("metadata"), "feature", "team", "customer", "tenant")


def _usage(value: Any) -> Usage | None:
    """Buckets that add up; where a total stands, the prompt is what is left of it."""
    said = as_dict(value)
    if "id" in said:  # a row
        said = {name: said[key] for key, name in FLAT.items() if said.get(key)}
    raw = {str(k): n for k, v in said.items() if (n := as_tokens(_int(v))) is not None}
    if not raw:
        return None
    output = sum(n for k, n in raw.items() if k.startswith("output")) if any(
        k.startswith("output") for k in raw) else raw.get("completionTokens")  # fmt: skip
    read = sum(n for k, n in raw.items() if "cache" in k and ("read" in k or "cached" in k))
    write = sum(n for k, n in raw.items() if "cache" in k and ("creation" in k or "write" in k))
    inside = sum(n for k, n in raw.items() if k.startswith("input") or k == "promptTokens")
    beside = sum(n for k, n in raw.items() if k.startswith("cache_") and k.endswith("input_tokens"))
    total = raw.get("total", raw.get("totalTokens"))
    prompt = (
        total - (output or 0) if total is not None and total >= (output or 0) else inside + beside
    )
    reasoning = next((n for k, n in raw.items() if "reasoning" in k), None)
    if prompt == 0 and not inside:
        return Usage(output=output) if output else None
    return tokens(prompt, output, read=read, write=write, reasoning=reasoning)


def _int(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _owns(row: Json) -> bool:
    if "call_type" in row or "run_type" in row:
        return False
    if str(row.get("type")) in CALLS and "startTime" in row and "input" in row:
        return True  # an observation with little else, within its trace
    if _is_trace(row):
        return True
    ids = "traceId" in row or "trace_id" in row or "trace " in row
    return ids and any(
        key in row for key in ("parentObservationId", "parent_observation_id", "usageDetails", "usage_details",
                               "completionStartTime", "completion_start_time", "promptTokens", "traceName",
                               "promptName"))  # fmt: skip


LANGFUSE = RecordImporter(
    Format(
        marks=('"parentObservationId"', '"usageDetails"', '"usage_details"', '"GENERATION"'),
        key="langfuse",
        label="Langfuse",
        guide=Guide(
            section="Traces",
            what="A trace's JSON, or an export of observations as JSON or JSON Lines",
            steps=(
                "Open a trace in Langfuse, ⋯, Download JSON.",
                "Or open Observations, Export, JSON or JSONL, with all columns.",
            ),
            example=(
                '{"trace": {"id": "…"}, "observations": [{"type": "GENERATION", "input": […], '
                '"usageDetails": {}}]}'
            ),
            marks=frozenset(
                ("observations", "traceId", "parentObservationId", "usageDetails", "GENERATION")
            ),
            missing="input and output of traces with more than 350 observations",
        ),
        owns=_owns,
        logged=logged,
        rows=observations,
    )
)
