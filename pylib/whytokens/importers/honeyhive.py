"""HoneyHive: events of a session, as exported or fetched.

Spec: docs.honeyhive.ai, "Event schema": events of the type model are calls; times are milliseconds, counts
stand in `metadata`.
"""

from __future__ import annotations

from whytokens.importers import Guide
from whytokens.importers.beside import beside
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter, first, opened, tagged
from whytokens.importers.values import Json, as_dict, as_str, as_time
from whytokens.model import Where

KINDS = ("model", "tool", "chain", "session")


def _owns(row: Json) -> bool:
    return (
        row.get("event_type") in KINDS
        and "session_id" in row
        and ("event_id" in row or "inputs" in row)
    )


def logged(row: Json, where: Where) -> Logged | None:
    config, inputs = as_dict(opened(row, "config")), as_dict(opened(row, "inputs"))
    outputs, metadata = opened(row, "outputs"), as_dict(opened(row, "metadata"))
    counted = beside({**as_dict(opened(row, "metrics")), **metadata})
    session = as_str(row.get("session_id"))
    one = Logged(
        where=where, group=session or "", span=str(row.get("event_id") or ""), parent=str(row.get("parent_id") or ""),
        session=session, call=row.get("event_type") == "model",
        provider=as_str(config.get("provider")), model=as_str(first(metadata, "response_model") or config.get("model")),
        messages=first(inputs, "chat_history", "messages", "prompt", "input") or inputs or None,
        tools=first(inputs, "functions", "tools") or first(config, "functions", "tools"),
        settings=as_dict(config.get("hyperparameters")), output=_answer(outputs),
        usage=counted.usage, cost_pusd=counted.cost_pusd,
        started=as_time(row.get("start_time")), ended=as_time(row.get("end_time")), error=as_str(row.get("error")),
    )  # fmt: skip
    user = as_dict(opened(row, "user_properties"))
    one.tag(
        user=first(user, "user_id", "id", "email"), environment=row.get("source"),
        function=None if one.call else row.get("event_name"),
    )  # fmt: skip
    tagged(one, metadata, "feature", "team", "customer", "workflow", "agent")
    return one


def _answer(outputs: object) -> object:
    found = as_dict(outputs)
    if "role" in found:
        return [found]
    return first(found, "choices", "content", "result", "output", "response") or outputs


HONEYHIVE = RecordImporter(
    Format(
        key="honeyhive",
        label="HoneyHive",
        guide=Guide(
            section="Traces",
            what="Events of sessions as JSON, JSON Lines or CSV",
            steps=("POST /events/export for your project and save the answer.",),
            example='{"events": [{"event_id": "…", "event_type": "model", "inputs": {"chat_history": […]}}]}',
            marks=frozenset(
                ("event_type", "event_id", "chat_history", "session_id", "user_properties")
            ),
        ),
        owns=_owns,
        logged=logged,
        marks=('"event_type": "model"', '"event_type":"model"'),
    )
)
