"""Helicone: exports of the requests page, its export tool and its query API.

Spec: formats, section 4.6. Bodies are optional: without them a row has totals only. The tool's CSV doubles
the quotes of object cells twice.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, first, opened, tagged
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.values import Json, as_count, as_dict, as_str, as_time, as_tokens, decoded
from whytokens.model import Usage, Where

ERRORS = 400
SESSION = "Helicone-Session-Id"


def logged(row: Json, where: Where) -> Logged | None:
    request, response = _body(row, "request_body"), _body(row, "response_body")
    schema = as_dict(opened(row, "llmSchema"))
    properties = as_dict(opened(row, "request_properties", "properties"))
    status = as_count(first(row, "response_status", "status"))
    path = as_str(first(row, "target_url", "request_path")) or ""
    one = Logged(
        where=where, body=request, reply_body=response, url=path,
        provider=as_str(row.get("provider")),
        model=as_str(first(row, "response_model", "model", "request_model", "model_override")),
        id=as_str(response.get("id")) or as_str(first(row, "response_id", "request_id")),
        started=as_time(first(row, "request_created_at", "created_at")),
        duration_ms=as_count(_int(first(row, "delay_ms", "latency"))),
        cost_pusd=usd_as_pusd(first(row, "costUSD", "cost_usd", "cost")),
        error=f"HTTP {status}" if status is not None and status >= ERRORS else None,
        session=as_str(properties.get(SESSION)),
    )  # fmt: skip
    if not request and schema:
        asked, answered = as_dict(schema.get("request")), as_dict(schema.get("response"))
        one.messages, one.tools = asked.get("messages"), asked.get("tools")
        one.output = first(answered, "messages", "message")
    if "helicone_message" in request:
        one.body = {}
    one.usage = _usage(row, response)
    one.tag(
        user=first(row, "request_user_id", "user_id"), workflow=properties.get("Helicone-Session-Name"),
        agent=properties.get("Helicone-Session-Path"), prompt=first(row, "prompt_id"),
    )  # fmt: skip
    one.tag(**{"prompt version": row.get("prompt_version")})
    tagged(one, {k: v for k, v in properties.items() if not k.startswith("Helicone-Session")})
    return one


def _body(row: Json, name: str) -> Json:
    """A body as object; quotes that were doubled twice are undone."""
    value: Any = decoded(row.get(name))
    if isinstance(value, str) and '""' in value:
        value = decoded(value.replace('""', '"').strip('"'))
    return as_dict(value)


def _usage(row: Json, response: Json) -> Usage | None:
    """The provider's own counts where the body has them; the row's include the cache else."""
    raw = as_dict(response.get("usage")) or as_dict(response.get("usageMetadata"))
    found = usage_of(raw) if raw else None
    if found is not None and found.prompt is not None:
        return found
    prompt = _int(row.get("prompt_tokens"))
    if not prompt and not _int(row.get("completion_tokens")):
        return None
    return tokens(
        prompt, _int(row.get("completion_tokens")), read=_int(row.get("prompt_cache_read_tokens")),
        write=_int(row.get("prompt_cache_write_tokens")),
    )  # fmt: skip


def _int(value: Any) -> int | None:
    if isinstance(value, str) and value.replace(".", "", 1).isdigit() and len(value) < 16:
        value = float(value)
    return as_tokens(round(value) if isinstance(value, float) and abs(value) < 1e12 else value)


def _owns(row: Json) -> bool:
    if "request_id" in row and any(
        k in row for k in ("request_body", "request_created_at", "signed_body_url")
    ):
        return "call_type" not in row
    return "response_id" in row and "request_properties" in row


HELICONE = RecordImporter(
    Format(
        key="helicone",
        label="Helicone",
        guide=Guide(
            section="Traces",
            what="An export of requests as JSON, JSON Lines or CSV, or the query API's answer",
            steps=(
                "Requests, Export as JSONL with request and response bodies.",
                "Or POST /v1/request/query-clickhouse and save the answer.",
            ),
            example=(
                '{"request_id": "…", "request_body": {"messages": […]}, "response_body": '
                '{…}, "request_properties": {}}'
            ),
            marks=frozenset(
                (
                    "request_id",
                    "request_body",
                    "response_body",
                    "request_properties",
                    "signed_body_url",
                )
            ),
            missing="the text, where bodies were not exported",
        ),
        owns=_owns,
        logged=logged,
        marks=('"request_created_at"', '"signed_body_url"'),
    )
)
