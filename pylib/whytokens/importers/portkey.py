"""Portkey: log exports, a request and its response with their bodies.

Spec: formats, section 4.9 (from documentation). Costs are in cents.
"""

from __future__ import annotations

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, first, opened, tagged
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.values import Json, as_count, as_dict, as_str, as_time, as_tokens
from whytokens.model import Where

CENTS = 100


def logged(row: Json, where: Where) -> Logged | None:
    request, response = as_dict(opened(row, "request")), as_dict(opened(row, "response"))
    body = as_dict(opened(request, "body")) or request
    reply = as_dict(opened(response, "body")) or response
    metadata = as_dict(opened(row, "metadata"))
    status = as_count(first(row, "response_status_code") or response.get("status"))
    cost = row.get("cost")
    one = Logged(
        where=where, body=body, reply_body=reply,
        url=as_str(first(row, "request_url") or request.get("url")) or "",
        provider=as_str(row.get("ai_org")), model=as_str(reply.get("model")) or as_str(row.get("ai_model")),
        id=as_str(reply.get("id")) or as_str(row.get("id")), started=as_time(row.get("created_at")),
        duration_ms=as_count(row.get("response_time")),
        usage=usage_of(reply.get("usage") or reply.get("usageMetadata"))
        or tokens(as_tokens(row.get("req_units")), as_tokens(row.get("res_units"))),
        cost_pusd=usd_as_pusd(cost / CENTS) if isinstance(cost, int | float) else None,
        error=f"HTTP {status}" if status is not None and status >= 400 else None,
        session=as_str(first(metadata, "session_id", "conversation_id", "thread_id")),
    )  # fmt: skip
    if one.session is None:
        one.group = str(row.get("trace_id") or "")
    one.tag(user=first(metadata, "_user", "user"), environment=first(metadata, "_environment", "environment"),
            prompt=first(metadata, "_prompt") or row.get("prompt_slug"))  # fmt: skip
    tagged(one, {k: v for k, v in metadata.items() if not k.startswith("_")})
    return one


def _owns(row: Json) -> bool:
    return any(k in row for k in ("ai_model", "ai_org")) and any(
        k in row
        for k in ("req_units", "total_units", "request", "response_status_code", "is_success")
    )


PORTKEY = RecordImporter(
    Format(
        key="portkey",
        label="Portkey",
        guide=Guide(
            section="Traces",
            what="An export of logs as JSON Lines",
            steps=("Logs, Exports: take request, response, ai_model, units and metadata.",),
            example=(
                '{"id": "…", "request": {"body": {…}}, "response": {"body": {…}}, '
                '"ai_org": "openai", "ai_model": "gpt-4o"}'
            ),
            marks=frozenset(("ai_org", "ai_model", "req_units", "res_units")),
        ),
        owns=_owns,
        logged=logged,
        marks=('"ai_org"', '"req_units"'),
    )
)
