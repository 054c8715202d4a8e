"""Flat rows of totals: the minimal schema of spreadsheets and home-made loggers, usage-only CSV.

Spec: formats, section 6, last paragraph. No prompt; whether input includes the cache is not defined, so it
does, as nearly everywhere, unless more was cached than was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import MAX_TAG_CHARS, Logged, tokens
from whytokens.importers.records import Format, RecordImporter
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import Json, as_str, as_time, as_tokens
from whytokens.model import Where

INPUT = ("input_tokens", "prompt_tokens", "tokens_in", "inputTokens", "promptTokens", "input", "n_context_tokens_total",
         "usage_input_tokens", "usage_input_tokens_uncached", "uncached_input_tokens", "tokens_prompt")  # fmt: skip
OUTPUT = ("output_tokens", "completion_tokens", "tokens_out", "outputTokens", "completionTokens", "output",
          "n_generated_tokens_total", "usage_output_tokens", "tokens_completion")  # fmt: skip
READ = ("cached_input_tokens", "cached_tokens", "cache_read_tokens", "cache_read_input_tokens", "input_cached_tokens",
        "usage_input_tokens_cache_read", "cacheReadTokens")  # fmt: skip
WRITE = ("cache_creation_input_tokens", "cache_write_tokens", "cache_creation_tokens", "cacheWriteTokens",
         "usage_input_tokens_cache_write_5m")  # fmt: skip
MODEL = ("model", "model_name", "model_id", "model_version", "snapshot_id")
TIME = (
    "timestamp_utc",
    "timestamp",
    "created_at",
    "time",
    "date",
    "usage_date_utc",
    "start_time",
    "ts",
)
COST = ("cost_usd", "cost", "total_cost", "total_cost_usd", "costUSD", "spend", "price_usd")
SESSION = ("session_id", "conversation_id", "thread_id")
TAGS = {
    "agent": ("agent_name", "agent"), "workflow": ("workflow_name", "workflow"), "user": ("user_id", "user"),
    "task": ("task_type", "task"), "environment": ("environment", "env"), "turn": ("turn_number", "turn"),
    "feature": ("feature",), "app": ("app_name", "app"), "key": ("api_key_name", "api_key", "key_name"),
    "workspace": ("workspace", "project", "project_name"), "file": ("file",), "function": ("function",),
    "label": ("label",),
}  # fmt: skip
CONTENT_KEYS = ("messages", "request", "response", "choices", "attributes", "usage")
EXCLUSIVE = ("usage_input_tokens_uncached", "uncached_input_tokens")
FIELDS = {
    "prompt": INPUT, "output": OUTPUT, "read": READ, "write": WRITE,
    "reasoning": ("reasoning_tokens", "output_reasoning_tokens"), "exclusive": EXCLUSIVE, "model": MODEL, "time": TIME,
    "cost": COST, "session": SESSION, "provider": ("provider", "provider_name"),
    "latency": ("latency_ms", "duration_ms"), "id": ("response_id",), "error": ("error", "error_message"),
    "group": ("trace_id",), "span": ("span_id",), "parent": ("parent_span_id", "parent_id"),
}  # fmt: skip
# Columns that say nothing to group by.
NO_TAGS = ("total_tokens", "tool_calls_count", "turn_number", "id", "request_id")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a table has what: for each field and tag its columns, best name first. Found once a table, not
    once a row. `others` are columns nobody knows: words in them are tags."""

    fields: Mapping[str, tuple[str, ...]]
    tags: tuple[tuple[str, tuple[str, ...]], ...]
    others: tuple[tuple[str, str], ...]
    counts: tuple[str, ...]
    whole: tuple[str, ...]
    owns: bool


@lru_cache(maxsize=256)
def _columns(keys: tuple[str, ...]) -> _Columns:
    """Names as spreadsheets have them: "Input Tokens" is input_tokens."""
    low = {str(key).strip().lower().replace(" ", "_").replace("-", "_"): key for key in keys}

    def at(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(low[name.lower()] for name in names if name.lower() in low)

    known = {name.lower() for names in (*FIELDS.values(), *TAGS.values()) for name in names} | set(
        NO_TAGS
    )
    counts = at(tuple(name for name in (*INPUT, *OUTPUT) if name not in ("input", "output")))
    told = at((*MODEL, *TIME, *SESSION, "trace_id"))
    return _Columns(
        fields={field: at(names) for field, names in FIELDS.items()},
        tags=tuple((tag, found) for tag, names in TAGS.items() if (found := at(names))),
        others=tuple((name, key) for name, key in low.items() if name not in known),
        counts=counts,
        whole=at(("input", "output")),
        owns=bool(counts and told) and not any(key in low for key in CONTENT_KEYS),
    )


def logged(row: Json, where: Where) -> Logged | None:
    columns = _columns(tuple(row))
    found: dict[str, Any] = dict.fromkeys(FIELDS)
    for field, names in columns.fields.items():
        for name in names:
            if row[name] not in (None, "", {}, []):
                found[field] = row[name]
                break
    prompt, read, write = (as_tokens(found[name]) for name in ("prompt", "read", "write"))
    if found["exclusive"] is not None:
        prompt = (prompt or 0) + (read or 0) + (write or 0)
    latency = found["latency"]
    return Logged(
        where=where, provider=as_str(found["provider"]), model=as_str(found["model"]),
        usage=tokens(prompt, as_tokens(found["output"]), read=read, write=write,
                     reasoning=as_tokens(found["reasoning"])),
        cost_pusd=usd_as_pusd(found["cost"]), started=as_time(found["time"]),
        duration_ms=round(latency) if isinstance(latency, int | float) else None,
        session=_text(found["session"]), id=_text(found["id"]), error=as_str(found["error"]),
        group=_text(found["group"]) or "", span=_text(found["span"]) or "",
        parent=_text(found["parent"]) or "", tags=_tags(row, columns),
    )  # fmt: skip


def _tags(row: Json, columns: _Columns) -> dict[str, str]:
    """Columns with a name of ours, and words in any other."""
    made: dict[str, str] = {}
    for tag, names in columns.tags:
        for name in names:
            value = row[name]
            if value not in (None, "") and isinstance(value, str | int | float):
                made[tag] = str(value)[:MAX_TAG_CHARS]
                break
    for tag, name in columns.others:
        value = row[name]
        if value and isinstance(value, str):
            made.setdefault(tag, value[:MAX_TAG_CHARS])
    return made


def _note(row: Json) -> str | None:
    """Counts of tokens under names that nobody knows: better said than left out in silence."""
    columns = _columns(tuple(row))
    read = {name for names in columns.fields.values() for name in names}
    unread = [
        key for name, key in columns.others
        if "tokens" in name and "per" not in name and key not in read and isinstance(row[key], int | float)
    ]  # fmt: skip
    return f"Columns that are not read: {', '.join(map(str, unread))}." if unread else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _owns(row: Json) -> bool:
    columns = _columns(tuple(row))
    return (
        columns.owns
        and not any(isinstance(row[name], dict) for name in columns.whole)
        and all(row[n] is None or isinstance(row[n], int | float) for n in columns.counts)
        and any(not isinstance(row[n], bool) for n in columns.counts)
    )


FLAT_ROWS = RecordImporter(
    Format(
        key="flat_rows",
        label="Rows of token counts",
        guide=Guide(
            section="Other",
            what="A table of token counts, one call a row: CSV, JSON, JSON Lines or Parquet",
            steps=(
                (
                    "Columns: timestamp_utc, model, input_tokens, cached_input_tokens, "
                    "output_tokens, session_id."
                ),
                (
                    "Further columns that are read: agent_name, workflow_name, task_type, "
                    "user_id, environment, cost_usd, latency_ms."
                ),
            ),
            example="timestamp_utc,model,input_tokens,output_tokens,cached_input_tokens,session_id",
            marks=frozenset(
                ("input_tokens", "output_tokens", "prompt_tokens", "completion_tokens", "cost_usd")
            ),
            missing="the text: totals only",
        ),
        owns=_owns,
        logged=logged,
        note=_note,
    )
)
