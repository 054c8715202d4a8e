"""Kong AI Gateway: audit records of its AI plugins, as Kong's logging plugins write them.

Spec: developer.konghq.com/ai-gateway, "AI Gateway audit log reference". A record holds one object a plugin that
asked a model (`ai.proxy`; before 3.8 by the plugin's name), with usage, model and, where asked for, the bodies.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter, Row, first, opened, rows
from whytokens.importers.sse import response_of
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.values import Json, as_count, as_dict, as_str, as_time, decoded, inside
from whytokens.model import Where


def _asked(row: Json) -> dict[str, Json]:
    """The plugins of a record that asked a model."""
    return {
        name: as_dict(one) for name, one in as_dict(row.get("ai")).items()
        if as_dict(as_dict(one).get("meta")) and ("usage" in one or "payload" in one)
    }  # fmt: skip


def _calls(value: Any, where: Where) -> Iterator[Row]:
    for row, at in rows(value, where):
        found = _asked(row)
        for name, one in found.items():
            yield {"ai": {name: one}, "record": row}, inside(at, "ai", name)
        if not found:
            yield row, at


def _owns(row: Json) -> bool:
    return "record" in row and bool(_asked(row))


def logged(row: Json, where: Where) -> Logged | None:
    record = as_dict(row["record"])
    [(plugin, one)] = _asked(row).items()
    meta, payload, counts = ({**as_dict(one.get(key))} for key in ("meta", "payload", "usage"))
    request, reply = decoded(payload.get("request")), decoded(payload.get("response"))
    status = as_count(as_dict(record.get("response")).get("status"))
    cost = usd_as_pusd(counts.pop("cost", None))
    found = Logged(
        where=where, body=as_dict(request), reply_body=as_dict(response_of(reply) if isinstance(reply, str) else reply),
        provider=as_str(meta.get("provider_name")),
        model=as_str(first(meta, "response_model", "request_model")), usage=usage_of(counts),
        cost_pusd=cost or None,  # 0 where no rates were configured
        started=as_time(record.get("started_at")),
        duration_ms=as_count(first(meta, "llm_latency")) or as_count(as_dict(record.get("latencies")).get("request")),
        error=f"HTTP {status}" if status is not None and status >= 400 else None,
    )  # fmt: skip
    found.id = as_str(found.reply_body.get("id"))
    found.tag(
        user=as_dict(opened(record, "consumer")).get("username"), service=as_dict(record.get("service")).get("name"),
        route=as_dict(record.get("route")).get("name"), plugin=plugin if plugin != "proxy" else None,
    )  # fmt: skip
    return found


KONG = RecordImporter(
    Format(
        key="kong",
        label="Kong AI Gateway",
        guide=Guide(
            section="Traces",
            what="Audit records of Kong's AI plugins, one a line, from file-log, http-log or any other logging plugin",
            steps=(
                "Set logging.log_statistics and logging.log_payloads in AI Proxy, and add the File Log plugin.",
            ),
            example='{"ai": {"proxy": {"meta": {"request_model": "gpt-4o"}, "usage": {…}, "payload": {…}}}}',
            marks=frozenset(
                ("ai", "proxy", "latencies", "provider_name", "request_model", "started_at")
            ),
            missing="texts, where log_payloads is off",
        ),
        owns=_owns,
        logged=logged,
        rows=_calls,
        marks=('"ai":{"proxy"', '"ai-proxy":{"'),
    )
)
