"""Cloudflare AI Gateway: logs of its API, with or without the bodies.

Spec: developers.cloudflare.com/ai-gateway, "List Gateway Logs". What the gateway answered from its own
cache was not billed.
"""

from __future__ import annotations

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, first, opened, rows, tagged
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.values import Json, as_count, as_dict, as_str, as_time, as_tokens, inside
from whytokens.model import Where

PROVIDERS = {"google-ai-studio": "google", "google-vertex-ai": "vertex", "azure-openai": "azure",
             "aws-bedrock": "aws", "grok": "x-ai"}  # fmt: skip


def _owns(row: Json) -> bool:
    return "tokens_in" in row and "tokens_out" in row and ("cached" in row or "gateway_id" in row)


def logged(row: Json, where: Where) -> Logged | None:
    reply = as_dict(opened(row, "response", "response_body", "response_head"))
    request = as_dict(opened(row, "request", "request_body", "request_head"))
    maker, status = as_str(row.get("provider")) or "", as_count(row.get("status_code"))
    cached = row.get("cached") is True
    one = Logged(
        where=where, body=request, reply_body=reply, provider=PROVIDERS.get(maker, maker) or None,
        model=as_str(row.get("model")), id=as_str(row.get("id")),
        usage=usage_of(first(reply, "usage", "usageMetadata"))
        or tokens(as_tokens(row.get("tokens_in")), as_tokens(row.get("tokens_out"))),
        started=as_time(row.get("created_at")), duration_ms=as_count(row.get("duration")),
        cost_pusd=0 if cached else usd_as_pusd(row.get("cost")),
        error=f"HTTP {status}" if status is not None and status >= 400 else None,
    )  # fmt: skip
    one.tag(cached="answered by the gateway" if cached else None, gateway=row.get("gateway_id"))
    tagged(one, row.get("metadata"))
    return one


CLOUDFLARE_GATEWAY = RecordImporter(
    Format(
        key="cloudflare_gateway",
        label="Cloudflare AI Gateway",
        guide=Guide(
            section="Traces",
            what="Logs of a gateway as JSON, from its API",
            steps=(
                "GET /accounts/{id}/ai-gateway/gateways/{id}/logs, and each log with its request and response.",
            ),
            example='{"result": [{"provider": "openai", "model": "gpt-4o", "tokens_in": 9, "cached": false}]}',
            marks=frozenset(("tokens_in", "tokens_out", "cached", "gateway_id", "success")),
            missing="texts, where only the list of logs was saved",
        ),
        owns=_owns,
        logged=logged,
        rows=lambda value, where: (
            rows(as_dict(value)["result"], inside(where, "result"))
            if isinstance(as_dict(value).get("result"), list)
            else rows(value, where)
        ),
        marks=('"tokens_in"',),
    )
)
