"""OpenRouter: the activity page's CSV and generations of its API. Totals only.

Spec: formats, section 4.9. `native_tokens_*` is what was billed; `tokens_*` is normalised to GPT's tokenizer.
"""

from __future__ import annotations

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, first
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import Json, as_str, as_time, as_tokens
from whytokens.model import Where


def logged(row: Json, where: Where) -> Logged | None:
    def count(*names: str) -> int | None:
        return as_tokens(first(row, *names))

    one = Logged(
        where=where, provider="openrouter",
        model=as_str(first(row, "model_permaslug", "model", "model_slug")),
        id=as_str(first(row, "generation_id", "id")), started=as_time(first(row, "created_at")),
        duration_ms=count("generation_time_ms", "generation_time", "latency"),
        usage=tokens(
            count("native_tokens_prompt", "tokens_prompt", "prompt_tokens"),
            count("native_tokens_completion", "tokens_completion", "completion_tokens"),
            read=count("native_tokens_cached", "tokens_cached"),
            reasoning=count("native_tokens_reasoning", "tokens_reasoning"),
        ),
        cost_pusd=usd_as_pusd(first(row, "cost_total", "total_cost", "usage")),
        stop_reason=as_str(first(row, "finish_reason_normalized", "finish_reason")),
        session=as_str(first(row, "session_id")),
    )  # fmt: skip
    one.tag(app=first(row, "app_name", "origin"), key=first(row, "api_key_name"),
            user=first(row, "user", "external_user"), host=first(row, "provider_name"))  # fmt: skip
    return one


def _owns(row: Json) -> bool:
    counts = "tokens_prompt" in row or "native_tokens_prompt" in row
    return counts and any(
        k in row for k in ("generation_id", "model_permaslug", "provider_name", "origin")
    )


OPENROUTER = RecordImporter(
    Format(
        key="openrouter",
        label="OpenRouter",
        guide=Guide(
            section="Traces",
            what="The activity page's CSV, or generations of the API",
            steps=(
                "Activity, Export as CSV.",
                "Or GET /api/v1/generation?id=… and save the answers.",
            ),
            example=(
                "generation_id,created_at,cost_total,tokens_prompt,tokens_completion,tokens_cached,model_permaslug,…"
            ),
            marks=frozenset(
                ("generation_id", "model_permaslug", "native_tokens_prompt", "tokens_prompt")
            ),
            missing="the text: totals only",
        ),
        owns=_owns,
        logged=logged,
    )
)
