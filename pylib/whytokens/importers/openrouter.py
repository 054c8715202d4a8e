"""OpenRouter: the activity page's CSV, generations and daily activity of its API. Totals only.

Spec: formats, section 4.9; openrouter.ai/docs, "Get a generation", "Get user activity". `native_tokens_*` is what
was billed; `tokens_*` is normalised to GPT's tokenizer. Its SDKs print the same names in camel case. Vercel's AI
Gateway answers in the same shape; its ids begin with gen_ where OpenRouter's begin with gen-.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, Row, first, rows
from whytokens.importers.sums import HIDDEN, NOTE, summed
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import Json, as_str, as_time, as_tokens
from whytokens.model import Where

HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def generations(value: Any, where: Where) -> Iterator[Row]:
    """Rows under the API's own names."""
    for row, at in rows(value, where):
        humps = "tokensPrompt" in row or "nativeTokensPrompt" in row or "modelPermaslug" in row
        yield ({HUMP.sub("_", key).lower(): one for key, one in row.items()} if humps else row), at


def _is_sum(row: Json) -> bool:
    """A day's use of one model at one provider."""
    return "model_permaslug" in row and "requests" in row and "prompt_tokens" in row


def logged(row: Json, where: Where) -> Logged | None:
    def count(*names: str) -> int | None:
        return as_tokens(first(row, *names))

    spent = usd_as_pusd(first(row, "cost_total", "total_cost", "usage"))
    own_key = (
        row.get("byok_usage_inference") if _is_sum(row) else row.get("upstream_inference_cost")
    )
    if spent is not None and (_is_sum(row) or row.get("is_byok") is True):
        spent += usd_as_pusd(own_key) or 0  # paid with one's own key, on top of the router's fee
    vercel = str(row.get("id")).startswith("gen_")
    one = Logged(
        where=where, provider="vercel" if vercel else "openrouter",
        model=as_str(first(row, "model_permaslug", "model", "model_slug")),
        id=as_str(first(row, "generation_id", "id")), started=as_time(first(row, "created_at", "date")),
        duration_ms=count("generation_time_ms", "generation_time", "latency"),
        usage=tokens(
            count("native_tokens_prompt", "tokens_prompt", "prompt_tokens"),
            count("native_tokens_completion", "tokens_completion", "completion_tokens"),
            read=count("native_tokens_cached", "tokens_cached"),
            reasoning=count("native_tokens_reasoning", "tokens_reasoning", "reasoning_tokens"),
        ),
        cost_pusd=spent,
        stop_reason=as_str(first(row, "finish_reason_normalized", "finish_reason")),
        session=as_str(first(row, "session_id")),
    )  # fmt: skip
    if _is_sum(row):
        one.usage, one.hidden = summed(one.usage), HIDDEN
        one.tag(requests=row["requests"])
    one.tag(app=first(row, "app_name", "origin"), key=first(row, "api_key_name"),
            user=first(row, "user", "external_user"), host=first(row, "provider_name"))  # fmt: skip
    return one


def _owns(row: Json) -> bool:
    if _is_sum(row):
        return True
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
                "Or GET /api/v1/generation?id=… or /api/v1/activity and save the answers.",
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
        rows=generations,
        note=lambda row: NOTE if _is_sum(row) else None,
    )
)
