"""Flat rows of totals: the minimal schema of spreadsheets and home-made loggers, usage-only CSV.

Spec: formats, section 6, last paragraph. No prompt; whether input includes the cache is not defined, so it
does, as nearly everywhere, unless more was cached than was sent.
"""

from __future__ import annotations

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, first
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


def logged(row: Json, where: Where) -> Logged | None:
    low = _lowered(row)

    def count(names: tuple[str, ...]) -> int | None:
        return as_tokens(first(low, *(name.lower() for name in names)))

    prompt, read, write = count(INPUT), count(READ), count(WRITE)
    if any(low.get(name) is not None for name in EXCLUSIVE):
        prompt = (prompt or 0) + (read or 0) + (write or 0)
    latency = first(low, "latency_ms", "duration_ms")
    one = Logged(
        where=where, provider=as_str(first(low, "provider", "provider_name")),
        model=as_str(first(low, *MODEL)),
        usage=tokens(prompt, count(OUTPUT), read=read, write=write,
                     reasoning=count(("reasoning_tokens", "output_reasoning_tokens"))),
        cost_pusd=usd_as_pusd(first(low, *(name.lower() for name in COST))),
        started=as_time(first(low, *TIME)),
        duration_ms=round(latency) if isinstance(latency, int | float) else None,
        session=_text(first(low, *SESSION)), id=_text(first(low, "response_id")),
        error=as_str(first(low, "error", "error_message")),
        group=_text(first(low, "trace_id")) or "", span=_text(first(low, "span_id")) or "",
        parent=_text(first(low, "parent_span_id", "parent_id")) or "",
    )  # fmt: skip
    for tag, names in TAGS.items():
        one.tag(**{tag: first(low, *names)})
    return one


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _lowered(row: Json) -> Json:
    """Names as spreadsheets have them: "Input Tokens" is input_tokens."""
    return {
        str(key).strip().lower().replace(" ", "_").replace("-", "_"): value
        for key, value in row.items()
    }


def _owns(row: Json) -> bool:
    low = _lowered(row)
    if any(key in low for key in CONTENT_KEYS) or any(
        isinstance(low.get(k), dict) for k in ("input", "output")
    ):
        return False
    names = [name.lower() for name in (*INPUT, *OUTPUT) if name not in ("input", "output")]
    counts = [name for name in names if name in low and not isinstance(low[name], bool)]
    told = any(name in low for name in (*MODEL, *TIME, *SESSION, "trace_id"))
    return (
        bool(counts)
        and told
        and all(low[n] is None or isinstance(low[n], int | float) for n in counts)
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
    )
)
