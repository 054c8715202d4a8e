"""PostHog LLM analytics: events `$ai_generation`, as JSON, JSON Lines or a table with a column of properties.

Spec: posthog.com/docs/llm-analytics/generations. Input includes the cache but for Anthropic, whose counts
stand beside it unless a property says otherwise.
"""

from __future__ import annotations

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, first, opened
from whytokens.importers.usage import excluding_cache, usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_str, as_time, as_tokens, decoded
from whytokens.model import Usage, Where

EVENTS = ("$ai_generation", "$ai_embedding")
SPANS = ("$ai_span", "$ai_trace")
OTHERS = ("feature", "environment", "workflow", "team", "agent")


def _properties(row: Json) -> Json:
    """A column of properties, or a column each."""
    return as_dict(opened(row, "properties")) or {
        key.removeprefix("properties."): value for key, value in row.items()
    }


def _owns(row: Json) -> bool:
    return row.get("event") in (*EVENTS, *SPANS) or "$ai_model" in _properties(row)


def _usage(p: Json) -> Usage | None:
    sent, got = as_tokens(p.get("$ai_input_tokens")), as_tokens(p.get("$ai_output_tokens"))
    read = as_tokens(p.get("$ai_cache_read_input_tokens"))
    write = as_tokens(p.get("$ai_cache_creation_input_tokens"))
    reasoning = as_tokens(p.get("$ai_reasoning_tokens"))
    beside = p.get("$ai_cache_reporting_exclusive", p.get("$ai_provider") == "anthropic")
    if beside and p.get("$ai_framework") != "vercel":
        return excluding_cache(sent, read=read, write_5m=write, output=got, reasoning=reasoning)
    return tokens(sent, got, read=read, write=write, reasoning=reasoning)


def logged(row: Json, where: Where) -> Logged | None:
    p = _properties(row)
    seconds, parameters = p.get("$ai_latency"), as_dict(decoded(p.get("$ai_model_parameters")))
    failed = p.get("$ai_is_error") in (True, "true")
    one = Logged(
        where=where, provider=as_str(p.get("$ai_provider")), model=as_str(p.get("$ai_model")),
        messages=decoded(p.get("$ai_input")), tools=decoded(p.get("$ai_tools")), settings=parameters,
        output=decoded(first(p, "$ai_output_choices", "$ai_output")), usage=_usage(p),
        cost_pusd=usd_as_pusd(p.get("$ai_total_cost_usd")),
        started=as_time(first(row, "timestamp", "created_at")),
        duration_ms=round(seconds * 1000) if isinstance(seconds, int | float) else None,
        error=as_str(p.get("$ai_error")) or ("error" if failed else None),
        group=str(p.get("$ai_trace_id") or ""), span=str(p.get("$ai_span_id") or p.get("$ai_generation_id") or ""),
        parent=str(p.get("$ai_parent_id") or ""), session=as_str(p.get("$ai_session_id")),
        call=row.get("event") not in SPANS,
    )  # fmt: skip
    one.tag(user=first(row, "distinct_id"), name=p.get("$ai_span_name"))
    one.tag(**{name: p.get(name) for name in OTHERS})
    return one


POSTHOG = RecordImporter(
    Format(
        key="posthog",
        label="PostHog LLM analytics",
        guide=Guide(
            section="Traces",
            what="Events $ai_generation as JSON, JSON Lines or CSV",
            steps=(
                "SQL: SELECT event, timestamp, distinct_id, properties FROM events WHERE event = '$ai_generation'; "
                "export as CSV or JSON.",
            ),
            example='{"event": "$ai_generation", "properties": {"$ai_model": "gpt-4o", "$ai_input": […]}}',
            marks=frozenset(
                ("event", "distinct_id", "$ai_model", "$ai_input_tokens", "$ai_trace_id")
            ),
        ),
        owns=_owns,
        logged=logged,
        marks=('"$ai_generation"', "$ai_model"),
    )
)
