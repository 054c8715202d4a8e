"""llm-spend: ``spend.db`` and its CSV and JSON exports: totals by file, function and label.

Spec: formats, section 5 "llm-spend". No text is kept.
"""

from __future__ import annotations

from whytokens.builder import ROOT, TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.providers import api_of, provider_of
from whytokens.importers.stores import Store, StoreImporter
from whytokens.importers.usage import including_cache, usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_str, as_time, as_tokens, decoded
from whytokens.model import Where

COLUMNS = (
    "timestamp",
    "provider",
    "model",
    "label",
    "file",
    "function",
    "input_tokens",
    "output_tokens",
)


def _owns(row: Json) -> bool:
    return set(COLUMNS) <= row.keys()


def _read(row: Json, where: Where, builder: TraceBuilder) -> None:
    tags = {key: str(row[key]) for key in ("label", "file", "function") if as_str(row.get(key))}
    more = as_dict(decoded(row.get("metadata_json")))
    tags |= {str(key): str(value) for key, value in more.items() if as_str(value)}
    provider, model = provider_of(as_str(row.get("provider"))), as_str(row.get("model"))
    duration = row.get("duration_ms")
    builder.call(
        api=api_of(provider, model),
        model=model,
        provider=provider,
        prompt=ROOT,
        where=where,
        session=tags.get("label") or tags.get("function") or "calls",
        started=as_time(row.get("timestamp")),
        duration_ms=round(duration)
        if isinstance(duration, int | float) and duration >= 0
        else None,
        hidden="llm-spend keeps no text",
        usage=including_cache(
            as_tokens(row.get("input_tokens")), output=as_tokens(row.get("output_tokens"))
        ),
        tags=tags,
        reported_cost_pusd=usd_as_pusd(row.get("cost_usd")),
    )


LLM_SPEND = StoreImporter(
    Store(
        key="llm_spend",
        label="llm-spend",
        guide=Guide(
            section="Databases",
            what="~/.llm-spend/spend.db, or an export of it as CSV or JSON",
            steps=("Drop ~/.llm-spend/spend.db, with spend.db-wal if it lies beside it.",),
            example="id,timestamp,provider,model,label,file,function,input_tokens,output_tokens,cost_usd",
            marks=frozenset(COLUMNS),
            missing="all text: it has totals by file, function and label",
        ),
        table="calls",
        columns=COLUMNS,
        owns=_owns,
        read=_read,
    )
)
