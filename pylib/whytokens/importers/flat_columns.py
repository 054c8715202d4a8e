"""What the columns of a flat table are called, and which a table has.

Spec: formats, section 6, last paragraph; the names that usage exports, gateways and home-made loggers choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

INPUT = ("input_tokens", "prompt_tokens", "tokens_in", "inputTokens", "promptTokens", "input", "n_context_tokens_total",
         "usage_input_tokens", "usage_input_tokens_uncached", "uncached_input_tokens", "tokens_prompt")  # fmt: skip
OUTPUT = ("output_tokens", "completion_tokens", "tokens_out", "outputTokens", "completionTokens", "output",
          "n_generated_tokens_total", "usage_output_tokens", "tokens_completion")  # fmt: skip
READ = ("cached_input_tokens", "cached_tokens", "cache_read_tokens", "cache_read_input_tokens", "input_cached_tokens",
        "usage_input_tokens_cache_read", "cacheReadTokens", "n_cached_context_tokens_total", "tokens_cached",
        "input_tokens_cached")  # fmt: skip
WRITE = ("cache_creation_input_tokens", "cache_write_tokens", "cache_creation_tokens", "cacheWriteTokens",
         "usage_input_tokens_cache_write_5m")  # fmt: skip
MODEL = (
    "model",
    "model_name",
    "model_id",
    "model_version",
    "snapshot_id",
    "response_model",
    "request_model",
)
TIME = (
    "timestamp_utc",
    "timestamp",
    "created_at",
    "time",
    "date",
    "usage_date_utc",
    "start_time",
    "ts",
    "datetime",
    "started_at",
    "started",
    "created",
    "time_generated",
    "request_time",
    "event_time",
)
REASONING = ("reasoning_tokens", "output_reasoning_tokens")
COST = ("cost_usd", "cost", "total_cost", "total_cost_usd", "costUSD", "spend", "price_usd")
SESSION = ("session_id", "conversation_id", "thread_id")
TAGS = {
    "agent": ("agent_name", "agent"), "workflow": ("workflow_name", "workflow"), "user": ("user_id", "user"),
    "task": ("task_type", "task"), "environment": ("environment", "env"), "turn": ("turn_number", "turn"),
    "feature": ("feature",), "app": ("app_name", "app"), "key": ("api_key_name", "api_key", "key_name"),
    "workspace": ("workspace", "project", "project_name"), "file": ("file",), "function": ("function",),
    "label": ("label",),
}  # fmt: skip
SYSTEM = ("system", "system_prompt", "instructions")
ASKED = ("prompt", "messages", "input", "request", "input_text", "prompt_text", "user_prompt", "user_message",
         "question", "query", "request_messages")  # fmt: skip
ANSWERED = ("response", "output", "completion", "output_text", "response_text", "completion_text", "answer", "reply",
            "response_messages")  # fmt: skip
# Rows with one of these are bodies or spans, read by others.
BODY_KEYS = (
    "choices",
    "candidates",
    "attributes",
    "contents",
    "content",
    "object",
    "role",
    "message",
    "parts",
    "tools",
    "functions",
)
EXCLUSIVE = ("usage_input_tokens_uncached", "uncached_input_tokens")
FIELDS = {
    "prompt": INPUT, "output": OUTPUT, "read": READ, "write": WRITE,
    "reasoning": REASONING, "exclusive": EXCLUSIVE, "model": MODEL, "time": TIME,
    "cost": COST, "session": SESSION, "provider": ("provider", "provider_name"),
    "latency": ("latency_ms", "duration_ms", "response_time_ms", "elapsed_ms"), "id": ("response_id",),
    "error": ("error", "error_message"),
    "group": ("trace_id",), "span": ("span_id",), "parent": ("parent_span_id", "parent_id"),
}  # fmt: skip
# Columns that say nothing to group by.
NO_TAGS = ("total_tokens", "tool_calls_count", "turn_number", "id", "request_id")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table has what: for each field and tag its columns, best name first. Found once a table, not
    once a row. `others` are columns nobody knows: words in them are tags. `said` are texts, of the system, of
    the prompt, of the reply; `usage` is an object of counts."""

    fields: tuple[tuple[str, tuple[str, ...]], ...]
    tags: tuple[tuple[str, tuple[str, ...]], ...]
    others: tuple[tuple[str, str], ...]
    counts: tuple[str, ...]
    said: tuple[tuple[str, ...], ...]
    usage: str | None
    owns: bool


def folded(name: str) -> str:
    """Names as spreadsheets have them: "Input Tokens", "inputTokens" and input_tokens are one."""
    return "".join(filter(str.isalnum, name)).lower()


@lru_cache(maxsize=256)
def columns_of(keys: tuple[str, ...]) -> Columns:
    low = {folded(str(key)): key for key in keys}

    def at(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(low[folded(name)] for name in names if folded(name) in low))

    known = {folded(name) for names in (*FIELDS.values(), *TAGS.values()) for name in names}
    known |= {folded(name) for name in (*NO_TAGS, *SYSTEM, *ASKED, *ANSWERED)}
    counts = at(tuple(name for name in (*INPUT, *OUTPUT) if name not in ("input", "output")))
    told = at((*MODEL, *TIME, *SESSION, "trace_id"))
    usage = low.get("usage")
    return Columns(
        fields=tuple((field, said) for field, names in FIELDS.items() if (said := at(names))),
        tags=tuple((tag, found) for tag, names in TAGS.items() if (found := at(names))),
        others=tuple(
            (str(key).strip().lower().replace(" ", "_").replace("-", "_"), key)
            for name, key in low.items()
            if name not in known
        ),
        counts=counts,
        said=tuple(map(at, (SYSTEM, ASKED, ANSWERED))),
        usage=usage,
        owns=bool((counts or usage) and told) and not any(key in low for key in BODY_KEYS),
    )
