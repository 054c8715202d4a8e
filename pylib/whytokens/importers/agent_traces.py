"""Traces of Bedrock agents: each invocation of a model inside one request to an agent is a call.

Spec: Amazon Bedrock API reference, InvokeAgent, TracePart: modelInvocationInput holds the prompt as text,
modelInvocationOutput the raw response and its usage, joined by traceId.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers.ledger import Ledger
from whytokens.importers.logged import Logged
from whytokens.importers.usage import bedrock_converse
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, decoded
from whytokens.model import Where

INPUT, OUTPUT = "modelInvocationInput", "modelInvocationOutput"


def add(events: Any, where: Where, builder: TraceBuilder) -> bool:
    """Add the calls of an agent's answer."""
    halves: dict[str, dict[str, Json]] = {}
    session = None
    for event in as_list(events):
        outer = as_dict(as_dict(event).get("trace") or event)
        session = session or as_str(outer.get("sessionId"))
        for kind, half in _halves(outer, 0):
            halves.setdefault(str(half.get("traceId")), {})[kind] = half
    ledger = Ledger(builder)
    for known in halves.values():
        ledger.add(_logged(known.get(INPUT, {}), known.get(OUTPUT, {}), session, where))
    ledger.finish()
    return bool(halves)


def _halves(value: Json, depth: int) -> Iterator[tuple[str, Json]]:
    for key, inner in value.items():
        if key in (INPUT, OUTPUT) and isinstance(inner, dict):
            yield key, inner
        elif isinstance(inner, dict) and depth < 6:
            yield from _halves(inner, depth + 1)


def _logged(asked: Json, answered: Json, session: str | None, where: Where) -> Logged:
    metadata = as_dict(answered.get("metadata"))
    said = decoded(asked.get("text"))
    return Logged(
        where=where, provider="aws", model=as_str(asked.get("foundationModel")),
        system=as_dict(said).get("system"),
        messages=as_dict(said).get("messages") or (said if isinstance(said, str) else None),
        output=as_dict(answered.get("rawResponse")).get("content"),
        usage=bedrock_converse(metadata.get("usage")), session=session,
        started=as_time(metadata.get("startTime")), ended=as_time(metadata.get("endTime")),
        tags={"step": str(asked["type"]).lower()} if as_str(asked.get("type")) else {},
    )  # fmt: skip
