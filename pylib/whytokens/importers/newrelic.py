"""New Relic AI Monitoring: LlmChatCompletionSummary events and the messages that belong to them.

Spec: docs.newrelic.com, "LLM events": a summary counts, a message has its `completion_id`, its place in the
conversation and its text. They may stand in one answer of NRQL or in two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, Row, rows, under
from whytokens.importers.values import Json, as_count, as_dict, as_str, as_time, as_tokens
from whytokens.model import Where

COUNTS = "response.usage."


def _events(value: Any, where: Where) -> Iterator[Row]:
    """Events of every form of an answer; a message as a part of its summary."""
    one = as_dict(value)
    for key in ("data", "actor", "nrql", "results"):
        inner = one.get(key)
        if isinstance(inner, dict) or (
            isinstance(inner, list) and "events" in as_dict(next(iter(inner), None))
        ):
            for number, part in enumerate(inner if isinstance(inner, list) else [inner]):
                inside = under(where, key, number) if isinstance(inner, list) else under(where, key)
                events = as_dict(part).get("events")
                yield from (
                    rows(events, under(inside, "events"))
                    if isinstance(events, list)
                    else _events(part, inside)
                )
            return
    for row, at in rows(value, where):
        if _is_message(row):
            place = f"{row.get('is_response')} {row.get('sequence')}"
            yield (
                {
                    "id": row["completion_id"],
                    "trace_id": row.get("trace_id"),
                    "messages ": {place: row},
                },
                at,
            )
        else:
            yield row, at


def _is_message(row: Json) -> bool:
    return "completion_id" in row and "content" in row and "sequence" in row


def _owns(row: Json) -> bool:
    return "messages " in row or (
        "request.model" in row and ("response.model" in row or "vendor" in row)
    )


def _order(message: Json) -> int:
    return as_tokens(message.get("sequence")) or 0


def logged(row: Json, where: Where) -> Logged | None:
    messages = sorted(map(as_dict, as_dict(row.get("messages ")).values()), key=_order)
    asked = [m for m in messages if m.get("is_response") not in (True, "true")]
    answered = [m for m in messages if m.get("is_response") in (True, "true")]
    failed = row.get("error") in (True, "true")
    one = Logged(
        where=where, group=str(row.get("trace_id") or ""), id=as_str(row.get("id")),
        provider=as_str(row.get("vendor")), model=as_str(row.get("response.model")) or as_str(row.get("request.model")),
        messages=[{"role": m.get("role") or "user", "content": m["content"]} for m in asked] or None,
        output=[{"role": m.get("role") or "assistant", "content": m["content"]} for m in answered] or None,
        usage=tokens(as_tokens(row.get(f"{COUNTS}prompt_tokens")), as_tokens(row.get(f"{COUNTS}completion_tokens"))),
        started=as_time(row.get("timestamp")), duration_ms=as_count(round(row["duration"]))
        if isinstance(row.get("duration"), int | float) else None,
        error=as_str(row.get("error.message")) or ("error" if failed else None),
        stop_reason=as_str(row.get("response.choices.finish_reason")),
        session=as_str(row.get("llm.conversation_id")),
    )  # fmt: skip
    one.left_out = "embedding" if "input" in row and "request.model" in row else None
    one.call = not one.left_out
    one.tag(service=row.get("appName"))
    one.tag(
        **{key.removeprefix("llm."): value for key, value in row.items() if key.startswith("llm.")}
    )
    return one


NEWRELIC = RecordImporter(
    Format(
        key="newrelic",
        label="New Relic AI Monitoring",
        guide=Guide(
            section="Traces",
            what="Answers of NRQL over LlmChatCompletionSummary and LlmChatCompletionMessage, as JSON or CSV",
            steps=(
                "SELECT * FROM LlmChatCompletionSummary, LlmChatCompletionMessage SINCE 1 day ago LIMIT MAX; "
                "then Download JSON or CSV.",
            ),
            example='{"results": [{"events": [{"request.model": "gpt-4o", "vendor": "openai"}]}]}',
            marks=frozenset(
                (
                    "request.model",
                    "response.model",
                    "response.usage.prompt_tokens",
                    "vendor",
                    "completion_id",
                )
            ),
            missing="what was read from caches",
        ),
        owns=_owns,
        logged=logged,
        rows=_events,
        same=lambda row: str(row["id"]) if row.get("id") else None,
        marks=('"response.usage.prompt_tokens"',),
    )
)
