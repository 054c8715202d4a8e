"""Usage objects by hand: each provider's counters become disjoint buckets, or are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from whytokens.importers import usage
from whytokens.importers.usage import usage_of
from whytokens.impossible import possible
from whytokens.model import Usage
from whytokens.pipeline import run
from whytokens.report import report
from whytokens.worker import source


def buckets(found: Usage | None) -> tuple[int | None, ...]:
    """Input, read, 5 m writes, 1 h writes, output."""
    assert found is not None
    assert found.refused is None, found.refused
    return (
        found.input,
        found.cache_read,
        found.cache_write_5m,
        found.cache_write_1h,
        found.output,
    )


CHAT = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}
CASES: dict[str, tuple[dict[str, Any], str | None, tuple[int | None, ...]]] = {
    "openai chat: cached and written are inside the prompt": (
        CHAT | {"prompt_tokens_details": {"cached_tokens": 600, "cache_write_tokens": 300}},
        "openai", (100, 600, 300, 0, 50),
    ),
    "openai responses: the same": (
        {"input_tokens": 1000, "input_tokens_details": {"cached_tokens": 600, "cache_write_tokens": 300},
         "output_tokens": 50, "output_tokens_details": {"reasoning_tokens": 20}, "total_tokens": 1050},
        None, (100, 600, 300, 0, 50),
    ),
    "anthropic: beside it, writes by lifetime": (
        {"input_tokens": 7, "cache_read_input_tokens": 600, "cache_creation_input_tokens": 300,
         "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 100},
         "output_tokens": 50}, None, (7, 600, 200, 100, 50),
    ),
    "anthropic: a breakdown alone": (
        {"input_tokens": 7, "cache_creation": {"ephemeral_1h_input_tokens": 100}, "output_tokens": 5},
        None, (7, 0, 0, 100, 5),
    ),
    "anthropic: compactions are billed beside the message": (
        {"input_tokens": 200, "output_tokens": 8, "cache_read_input_tokens": 0, "iterations": [
            {"type": "compaction", "input_tokens": 100, "cache_read_input_tokens": 5000, "output_tokens": 80},
            {"type": "message", "input_tokens": 200, "output_tokens": 8}]},
        None, (300, 5000, 0, 0, 88),
    ),
    "converse: beside it, totals hold all": (
        {"inputTokens": 3, "outputTokens": 16, "cacheReadInputTokens": 40, "cacheWriteInputTokens": 900,
         "cacheDetails": [{"inputTokens": 600, "ttl": "1h"}, {"inputTokens": 300, "ttl": "5m"}],
         "totalTokens": 959}, None, (3, 40, 300, 600, 16),
    ),
    "converse: the older names": (
        {"inputTokens": 3, "outputTokens": 16, "cacheReadInputTokenCount": 40}, None, (3, 40, 0, 0, 16),
    ),
    "invoke: the metrics that end a stream": (
        {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 9, "outputTokenCount": 2,
                                              "cacheReadInputTokenCount": 80}}, None, (9, 80, 0, 0, 2),
    ),
    "gemini: tool prompts and thoughts stand beside": (
        {"promptTokenCount": 100, "cachedContentTokenCount": 60, "candidatesTokenCount": 10,
         "thoughtsTokenCount": 30, "toolUsePromptTokenCount": 20, "totalTokenCount": 160},
        None, (60, 60, 0, 0, 40),
    ),
    "gemini in snake_case, stopped before it spoke": (
        {"prompt_token_count": 100, "total_token_count": 100}, None, (100, 0, 0, 0, 0),
    ),
    "gemini interactions": (
        {"total_input_tokens": 50, "total_cached_tokens": 8, "total_output_tokens": 3,
         "total_thought_tokens": 56, "total_tokens": 109}, None, (42, 8, 0, 0, 59),
    ),
    "gemini through OpenAI's dialect: thoughts show in the total only": (
        {"prompt_tokens": 66, "completion_tokens": 6, "total_tokens": 100}, "gemini", (66, 0, 0, 0, 34),
    ),
    "deepseek: hit and miss": (
        CHAT | {"prompt_cache_hit_tokens": 640, "prompt_cache_miss_tokens": 360},
        "deepseek", (360, 640, 0, 0, 50),
    ),
    "together: flat, beside empty details": (
        CHAT | {"prompt_tokens_details": {"cached_tokens": 0}, "cached_tokens": 600},
        "together", (400, 600, 0, 0, 50),
    ),
    "mistral: its own counter, and audio beside the prompt": (
        {"prompt_tokens": 11, "completion_tokens": 15, "num_cached_tokens": 9, "total_tokens": 401,
         "prompt_tokens_details": {"audio_tokens": 375}}, "mistral", (377, 9, 0, 0, 15),
    ),
    "xai chat: reasoning outside, as the total says": (
        {"prompt_tokens": 330, "completion_tokens": 11, "total_tokens": 660,
         "completion_tokens_details": {"reasoning_tokens": 319}}, None, (330, 0, 0, 0, 330),
    ),
    "xai chat without a total": (
        {"prompt_tokens": 330, "completion_tokens": 500,
         "completion_tokens_details": {"reasoning_tokens": 319}}, "xai", (330, 0, 0, 0, 819),
    ),
    "xai responses: inside": (
        {"input_tokens": 330, "output_tokens": 400, "cost_in_usd_ticks": 5,
         "output_tokens_details": {"reasoning_tokens": 319}}, "xai", (330, 0, 0, 0, 400),
    ),
    "vercel's gateway: outside, whatever its total says": (
        {"prompt_tokens": 57, "completion_tokens": 10, "total_tokens": 67, "market_cost": 0.0001,
         "completion_tokens_details": {"reasoning_tokens": 37}}, None, (57, 0, 0, 0, 47),
    ),
    "reasoning recounted above the completion that the total confirms": (
        {"prompt_tokens": 148, "completion_tokens": 40, "total_tokens": 188,
         "completion_tokens_details": {"reasoning_tokens": 44}}, None, (148, 0, 0, 0, 40),
    ),
    "a gateway that counts the cache beside the prompt": (
        {"prompt_tokens": 146, "completion_tokens": 100, "total_tokens": 8182,
         "prompt_tokens_details": {"cached_tokens": 7936}}, None, (146, 7936, 0, 0, 100),
    ),
    "litellm: Claude's lifetimes inside the prompt": (
        CHAT | {"cache_read_input_tokens": 600, "cache_creation_input_tokens": 300,
                "prompt_tokens_details": {"cached_tokens": 600, "cache_creation_tokens": 300,
                "cache_creation_token_details": {"ephemeral_1h_input_tokens": 300}}},
        None, (100, 600, 0, 300, 50),
    ),
    "claude's counters beside a smaller prompt (Databricks, older LiteLLM)": (
        {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13, "cache_read_input_tokens": 600},
        None, (9, 600, 0, 0, 4),
    ),
    "cohere: billed units, not tokens": (
        {"billed_units": {"input_tokens": 27, "output_tokens": 68}, "cached_tokens": 480,
         "tokens": {"input_tokens": 556, "output_tokens": 71}}, None, (27, 0, 0, 0, 68),
    ),
    "ollama: a cached prompt is not reported": (
        {"eval_count": 20, "prompt_eval_count": 0}, None, (None, None, None, None, 20),
    ),
    "embeddings have no completion": ({"prompt_tokens": 8, "total_tokens": 8}, None, (8, 0, 0, 0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_buckets(name: str) -> None:
    value, provider, expected = CASES[name]
    found = usage_of(value, provider)
    assert buckets(found) == expected


@pytest.mark.parametrize(
    "value",
    [
        CHAT | {"prompt_tokens_details": {"cached_tokens": 1001}},
        CHAT | {"prompt_tokens_details": {"cached_tokens": 700, "cache_write_tokens": 700}},
        {"input_tokens": 10, "output_tokens": 1, "input_tokens_details": {"cached_tokens": 11}},
        {"promptTokenCount": 10, "cachedContentTokenCount": 11, "candidatesTokenCount": 1},
    ],
)
def test_more_cached_than_sent_is_refused_in_a_sentence(value: dict[str, Any]) -> None:
    found = usage_of(value)
    assert found is not None
    assert found.refused is not None
    assert found.refused.startswith("reports ")
    assert "in a prompt of" in found.refused
    assert found.prompt is None
    assert found.output is None


def test_what_the_object_says_of_its_bill_comes_along() -> None:
    router = usage_of(CHAT | {"cost": 0.00207, "is_byok": False})
    assert router is not None
    assert router.cost_pusd == 2_070_000_000
    own_key = CHAT | {"cost": 0.0001, "is_byok": True,
                      "cost_details": {"upstream_inference_cost": 0.002}}  # fmt: skip
    assert getattr(usage_of(own_key), "cost_pusd", None) == 2_100_000_000
    assert getattr(usage_of(CHAT | {"cost_in_usd_ticks": 14_115_500}), "cost_pusd", None) == (
        1_411_550_000
    )
    sonar = usage_of(CHAT | {"cost": {"total_cost": 0.00506, "request_cost": 0.005}})
    assert sonar is not None
    assert sonar.cost_pusd == 5_060_000_000


def test_tier_and_region_as_reported() -> None:
    claude = {"input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": 0}
    fast = usage_of(claude | {"service_tier": "standard", "speed": "fast", "inference_geo": "us"})
    assert fast is not None
    assert (fast.tier, fast.region) == ("fast", "us")
    anywhere = usage_of(claude | {"service_tier": "batch", "inference_geo": "not_available"})
    assert anywhere is not None
    assert (anywhere.tier, anywhere.region) == ("batch", None)
    vertex = usage_of({"promptTokenCount": 1, "trafficType": "ON_DEMAND_FLEX"})
    assert vertex is not None
    assert vertex.tier == "flex"


def test_modalities_and_fees() -> None:
    found = usage_of(
        {
            "promptTokenCount": 300,
            "candidatesTokenCount": 5,
            "promptTokensDetails": [
                {"modality": "AUDIO", "tokenCount": 120},
                {"modality": "TEXT", "tokenCount": 180},
            ],
            "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 20}],
            "cachedContentTokenCount": 20,
        }
    )
    assert found is not None
    assert found.detail == {"input_audio": 120, "read_audio": 20}
    searched = usage_of(
        {"input_tokens": 1, "cache_read_input_tokens": 0, "server_tool_use": {"web_search_requests": 2}}
    )  # fmt: skip
    assert searched is not None
    assert searched.fees == {"web_search": 2}
    output = [{"type": "web_search_call"}, {"type": "file_search_call"}, {"type": "message"}]
    hosted = usage.with_fees(usage_of(CHAT), output)
    assert hosted is not None
    assert hosted.fees == {"web_search": 1, "file_search": 1}


def test_twelve_hour_writes_are_the_longer_lifetime() -> None:
    value = CHAT | {"prompt_tokens_details": {"cache_write_tokens": 900}}
    request = {"prompt_cache_options": {"ttl": "12h"}}
    found = usage.openai_chat(value, long_writes=usage.long_writes(request))
    assert buckets(found) == (100, 0, 0, 900, 50)


def test_an_advisor_is_billed_at_its_own_model() -> None:
    value = {"input_tokens": 5, "output_tokens": 1, "iterations": [
        {"type": "message", "input_tokens": 5, "output_tokens": 1},
        {"type": "advisor_message", "model": "claude-opus-4-8", "input_tokens": 2518, "output_tokens": 22},
    ]}  # fmt: skip
    found = usage.anthropic(value)
    assert found is not None
    assert buckets(found) == (5, 0, 0, 0, 1)
    ((model, spent),) = found.beside
    assert model == "claude-opus-4-8"
    assert buckets(spent) == (2518, 0, 0, 0, 22)


def test_a_total_that_disagrees_is_seen() -> None:
    found = usage_of({"prompt_tokens": 8, "completion_tokens": 64, "total_tokens": 7816})
    assert found is not None
    assert found.unsaid == 7744


@pytest.mark.parametrize(
    "value", [None, 7, "x", [], {}, {"prompt_tokens": "many"}, {"a": 1}, {"input_tokens": None}]
)
def test_what_is_no_usage_is_none(value: Any) -> None:
    assert usage_of(value) is None


def test_impossible_usage_leaves_its_call_unpriced_and_the_rest_stands(tmp_path: Path) -> None:
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
    lines = [
        {"request": request, "response": {"id": name, "model": "gpt-4o", "choices": [], "usage": spent}}
        for name, spent in (
            ("a", CHAT), ("b", CHAT | {"prompt_tokens_details": {"cached_tokens": 2000}}),
        )
    ]  # fmt: skip
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    found = report(run([source({"name": path.name, "path": str(path)})]))
    assert found["totals"]["priced_calls"] == 1
    assert found["totals"]["nusd"] == 1000 * 2500 + 50 * 10_000
    notice = next(one for one in found["warnings"] if one["code"] == "usage-impossible")
    assert "2,000 tokens read from cache in a prompt of 1,000" in notice["title"]
    assert found["prices"]["unpriced"][0]["calls"] == 1


def test_a_negative_prompt_is_refused_in_a_whole_sentence() -> None:
    broken = usage_of({"prompt_tokens": -5, "completion_tokens": 1})
    assert broken is not None
    assert possible(broken).refused == "reports -5 prompt tokens"
