"""genai-prices' rows as the snapshot holds them: integer picodollars, match rules, conditions.

Spec: genai-prices 0.2.3, `types.py` (last active condition wins, variants first to last, whole request
at the step its prompt reaches).
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

VERSION = "0.2.3"
# Names of rates: USD per million tokens.
TOKEN_RATES = {
    "input_mtok": "i",
    "output_mtok": "o",
    "cache_read_mtok": "r",
    "cache_write_mtok": "w",
    "cache_write_1h_mtok": "h",
    "input_audio_mtok": "ia",
    "output_audio_mtok": "oa",
    "cache_audio_read_mtok": "ra",
    "input_image_mtok": "ii",
    "output_image_mtok": "oi",
    "cache_image_read_mtok": "ri",
    "input_video_mtok": "iv",
    "output_video_mtok": "ov",
    "output_reasoning_mtok": "or",
}
# USD per thousand of something that is no token; "request" is charged once a call.
FEES = {
    "web_searches_kcount": "web_search",
    "storage_searches_kcount": "file_search",
    "social_searches_kcount": "social_search",
    "code_executions_kcount": "code_execution",
    "requests_kcount": "request",
}
# Hours, pages, characters and messages: models that are billed so are no calls to an LLM.
NO_TOKENS = frozenset(
    (
        "audio_hours", "input_audio_hours", "input_mchars", "input_document_kpages",
        "input_annotated_document_kpages", "input_text_messages_kcount", "output_citation_mtok",
    )
)  # fmt: skip
PUSD_PER_MTOK_DOLLAR, PUSD_PER_KCOUNT_DOLLAR = 10**6, 10**9
# What is left below a picodollar per token, in millionths: a third of one at OpenRouter.
FRACTIONS = 10**6


def providers() -> dict[str, Any]:
    """Every provider of the pinned version."""
    if version("genai-prices") != VERSION:
        raise SystemExit(f"genai-prices {VERSION} is pinned, {version('genai-prices')} is here")
    from genai_prices import data_snapshot

    return {one.id: _provider(one) for one in data_snapshot.get_snapshot().providers}


def data_sha256() -> str:
    import genai_prices

    return hashlib.sha256((Path(genai_prices.__file__).parent / "data.py").read_bytes()).hexdigest()


def _provider(provider: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"api": provider.api_pattern}
    if provider.model_match:
        found["owns"] = _match(provider.model_match)
    if provider.provider_match:
        found["named"] = _match(provider.provider_match)
    if provider.fallback_model_providers:
        found["fallback"] = list(provider.fallback_model_providers)
    found["models"] = [_model(model) for model in provider.models]
    return found


def _model(model: Any) -> dict[str, Any]:
    prices = model.prices if isinstance(model.prices, list) else None
    dated = (
        [[_when(one.constraint), rates(one.prices)] for one in prices]
        if prices
        else [[None, rates(model.prices)]]
    )
    row: dict[str, Any] = {"id": model.id, "match": _match(model.match), "rates": dated}
    variants = [
        [variant.when, _when(variant.constraint), rates(variant.prices)]
        for variant in model.price_variants or []
        if rates(variant.prices)
    ]
    if variants:
        row["variants"] = variants
    return row


def rates(prices: Any) -> dict[str, Any]:
    """Rates by short name; a rate with more digits has the rest under its name and a dot."""
    found: dict[str, Any] = {}
    for name, value in vars(prices).items():
        if value is None or name in NO_TOKENS:
            continue
        if name in FEES:
            found[FEES[name]] = _scaled(value, PUSD_PER_KCOUNT_DOLLAR)
            continue
        if name not in TOKEN_RATES:
            raise SystemExit(f"genai-prices has a new unit: {name}")
        key = TOKEN_RATES[name]
        found[key] = _scaled(value, PUSD_PER_MTOK_DOLLAR)
        if isinstance(value, Decimal):
            rest = value * PUSD_PER_MTOK_DOLLAR - found[key]
            if abs(rest) * FRACTIONS >= 1:
                found[f"{key}."] = int(rest * FRACTIONS)
    return found


def _scaled(value: Any, scale: int) -> int | list[int]:
    """An integer, or base price and then (prompt tokens above which, price) pairs."""
    if isinstance(value, Decimal):
        return _whole(value * scale)
    steps = [number for tier in value.tiers for number in (tier.start, _whole(tier.price * scale))]
    return [_whole(value.base * scale), *steps]


def _whole(value: Decimal) -> int:
    """Whole picodollars; a hair beside a whole number (0.18000000000000002) is that number."""
    near = int(value.to_integral_value())
    return near if abs(value - near) * FRACTIONS < 1 else int(value)


def _when(constraint: Any) -> Any:
    if constraint is None:
        return None
    if hasattr(constraint, "start_date"):
        return constraint.start_date.isoformat()
    times = (constraint.start_time, constraint.end_time)
    return {"minutes": [time.hour * 60 + time.minute for time in times]}


def _match(match: Any) -> Any:
    for name, mark in (
        ("equals", "="), ("starts_with", "^"), ("ends_with", "$"), ("contains", "*"), ("regex", "~"),
    ):  # fmt: skip
        if hasattr(match, name):
            text = getattr(match, name)
            return mark + (text if mark == "~" else text.lower())
    if hasattr(match, "or_"):
        return [_match(part) for part in match.or_]
    return {"all": [_match(part) for part in match.and_]}
