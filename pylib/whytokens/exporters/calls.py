"""Calls as flat rows: the minimal analytics schema, as CSV or JSON Lines, for tables elsewhere.

Columns: trace_id, span_id, timestamp_utc, model, agent_name, workflow_name, task_type, input_tokens,
output_tokens, cached_input_tokens, total_tokens, cost_usd, latency_ms, tool_calls_count, turn_number,
session_id, user_id, environment. No texts. `input_tokens` includes the cache.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from whytokens.exporters import Exporter
from whytokens.exporters.table_csv import plain
from whytokens.opened import Opened
from whytokens.spend.rows import Row, rows

PUSD_PER_USD = 10**12


def flat(found: list[Row]) -> Iterator[dict[str, Any]]:
    """One flat record a call; None where the log does not say."""
    for row in found:
        tags = row.tags
        yield {
            "trace_id": tags.get("trace_id"),
            "span_id": tags.get("span_id") or f"call-{row.call + 1}",
            "timestamp_utc": row.started.astimezone(UTC).isoformat() if row.started else None,
            "model": row.model,
            "agent_name": tags.get("agent"),
            "workflow_name": tags.get("workflow"),
            "task_type": tags.get("task_type") or tags.get("task"),
            "input_tokens": row.input_tokens,
            "output_tokens": row.output_tokens,
            "cached_input_tokens": row.read_tokens,
            "total_tokens": row.input_tokens + row.output_tokens,
            "cost_usd": usd(row.pusd),
            "latency_ms": row.duration_ms,
            "tool_calls_count": row.tools,
            "turn_number": row.turn,
            "session_id": row.session,
            "user_id": tags.get("user"),
            "environment": tags.get("environment"),
        }


def usd(value_pusd: int | None) -> str | None:
    """Dollars with all twelve decimals: text, so that no float touches money."""
    if value_pusd is None:
        return None
    whole, part = divmod(value_pusd, PUSD_PER_USD)
    return f"{whole}.{part:012d}".rstrip("0").rstrip(".")


def calls_csv(opened: Opened) -> str:
    """RFC 4180, with a line of names."""
    out = io.StringIO()
    found = list(flat(rows(opened.attributions)))
    names = list(found[0]) if found else []
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    for one in found:
        writer.writerow({k: plain(v) if isinstance(v, str) else v for k, v in one.items()})
    return out.getvalue()


def calls_jsonl(opened: Opened) -> str:
    """One JSON object a line; cost_usd as a number."""
    lines = []
    for one in flat(rows(opened.attributions)):
        text = json.dumps({**one, "cost_usd": None}, ensure_ascii=False)
        lines.append(text.replace('"cost_usd": null', f'"cost_usd": {one["cost_usd"] or "null"}'))
    return "".join(f"{line}\n" for line in lines)


CALLS_CSV = Exporter(
    key="calls", label="Calls as CSV", suffix="calls.csv", mime="text/csv", write=calls_csv
)
CALLS_JSONL = Exporter(
    key="calls-jsonl", label="Calls as JSON Lines", suffix="calls.jsonl",
    mime="application/x-ndjson", write=calls_jsonl,
)  # fmt: skip
