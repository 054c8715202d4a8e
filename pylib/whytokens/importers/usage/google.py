"""Gemini's usage: the prompt holds what was cached; tool results and thoughts stand beside the counts.

Spec: ai.google.dev/api/generate-content#UsageMetadata, Vertex's the same with `trafficType`, and the
Interactions API's names. Keys come in camelCase and snake_case, modalities as words or enum numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from whytokens.importers.usage.buckets import Counters, More, settled
from whytokens.importers.values import as_dict, as_list, as_str, as_tokens
from whytokens.model import Usage

# Vertex's traffic by the tier it is billed as; throughput that was bought has no price per token.
TIERS = {
    "on_demand": "standard",
    "on_demand_flex": "flex",
    "on_demand_priority": "priority",
    "provisioned_throughput": "provisioned",
}
MODALITIES = {2: "image", 3: "video", 4: "audio", "IMAGE": "image", "VIDEO": "video", "AUDIO": "audio"}  # fmt: skip
SIDES = {
    "promptTokensDetails": "input",
    "toolUsePromptTokensDetails": "input",
    "cacheTokensDetails": "read",
    "candidatesTokensDetails": "output",
    "responseTokensDetails": "output",
}


def gemini(value: Any) -> Usage | None:
    """generateContent and Live: tool-use prompts and thoughts are beside prompt and candidates."""
    raw = {_camel(key): item for key, item in as_dict(value).items()}
    raw = as_dict(raw.get("usageMetadata")) or raw
    prompt = as_tokens(raw.get("promptTokenCount"))
    if prompt is None:
        return None
    tools = as_tokens(raw.get("toolUsePromptTokenCount")) or 0
    thoughts = as_tokens(raw.get("thoughtsTokenCount"))
    said = as_tokens(raw.get("candidatesTokenCount", raw.get("responseTokenCount")))
    detail: dict[str, int] = {}
    for key, side in SIDES.items():
        _add(detail, side, as_list(raw.get(key)), "tokenCount")
    tier = as_str(raw.get("serviceTier")) or as_str(raw.get("trafficType"))
    tier = tier.lower() if tier else None
    total = as_tokens(raw.get("totalTokenCount"))
    unspoken = said is None and thoughts is None
    return settled(
        Counters(
            prompt=prompt + tools,
            read=as_tokens(raw.get("cachedContentTokenCount")) or 0,
            output=max(0, total - prompt - tools) if unspoken and total else said or 0,
            reasoning=thoughts,
            reasoning_beside=True,
            more=More(detail=detail, total=total, tier=TIERS.get(tier or "", tier)),
        )
    )


def gemini_interactions(value: Any) -> Usage | None:
    """The same counts under the Interactions API's names."""
    raw = as_dict(value)
    prompt = as_tokens(raw.get("total_input_tokens"))
    if prompt is None:
        return None
    detail: dict[str, int] = {}
    for key, side in (
        ("input_tokens_by_modality", "input"),
        ("tool_use_tokens_by_modality", "input"),
        ("cached_tokens_by_modality", "read"),
        ("output_tokens_by_modality", "output"),
    ):
        _add(detail, side, as_list(raw.get(key)), "tokens")
    searches = sum(
        as_tokens(one.get("count")) or 0
        for one in map(as_dict, as_list(raw.get("grounding_tool_count")))
        if one.get("type") == "google_search"
    )
    return settled(
        Counters(
            prompt=prompt + (as_tokens(raw.get("total_tool_use_tokens")) or 0),
            read=as_tokens(raw.get("total_cached_tokens")) or 0,
            output=as_tokens(raw.get("total_output_tokens")),
            reasoning=as_tokens(raw.get("total_thought_tokens")),
            reasoning_beside=True,
            more=More(
                fees={"web_search": searches} if searches else {},
                detail=detail,
                total=as_tokens(raw.get("total_tokens")),
            ),
        )
    )


def _add(detail: dict[str, int], side: str, counts: Iterable[Any], key: str) -> None:
    for count in map(as_dict, counts):
        modality = count.get("modality")
        known = MODALITIES.get(modality.upper() if isinstance(modality, str) else modality)
        tokens = as_tokens(count.get(key, count.get("token_count")))
        if known and tokens:
            detail[f"{side}_{known}"] = detail.get(f"{side}_{known}", 0) + tokens


def _camel(key: Any) -> Any:
    return re.sub(r"_([a-z])", lambda m: m[1].upper(), key) if isinstance(key, str) else key
