"""Whatever a usage object says: disjoint buckets, none below zero, or a refusal with empty ones."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from whytokens.importers.usage import usage_of
from whytokens.model import Usage

COUNT = st.one_of(st.none(), st.integers(-5, 5000), st.floats(), st.text(max_size=3), st.booleans())
NAMES = st.sampled_from(
    (
        "prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens",
        "cached_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "cost",
        "prompt_cache_hit_tokens", "num_cached_tokens", "promptTokenCount", "thoughtsTokenCount",
        "candidatesTokenCount", "cachedContentTokenCount", "totalTokenCount", "inputTokens",
        "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens", "totalTokens",
        "total_input_tokens", "total_cached_tokens", "total_thought_tokens", "eval_count",
    )
)  # fmt: skip
DETAILS = st.sampled_from(
    ("prompt_tokens_details", "input_tokens_details", "completion_tokens_details",
     "output_tokens_details", "cache_creation", "billed_units", "iterations", "cacheDetails")
)  # fmt: skip
INNER = st.dictionaries(
    st.sampled_from(
        ("cached_tokens", "cache_write_tokens", "reasoning_tokens", "audio_tokens", "input_tokens",
         "ephemeral_1h_input_tokens", "ephemeral_5m_input_tokens", "thinking_tokens")
    ),
    COUNT,
)  # fmt: skip
OBJECT = st.builds(
    lambda flat, deep: flat | deep,
    st.dictionaries(NAMES, COUNT),
    st.dictionaries(DETAILS, st.one_of(INNER, st.lists(INNER, max_size=2), COUNT)),
)
PROVIDERS = st.sampled_from((None, "openai", "xai", "gemini", "anthropic", "bedrock", "together"))


def buckets(usage: Usage) -> list[int | None]:
    return [usage.input, usage.cache_read, usage.cache_write_5m, usage.cache_write_1h, usage.output]


@given(OBJECT, PROVIDERS)
def test_any_object_gives_buckets_or_a_refusal(value: dict[str, Any], provider: str | None) -> None:
    found = usage_of(value, provider)
    if found is None:
        return
    if found.refused is not None:
        assert buckets(found) == [None] * 5
        return
    assert all(tokens is None or tokens >= 0 for tokens in buckets(found))
    assert (found.reasoning or 0) <= (found.output or 0) or found.output is None
    assert found.cost_pusd is None or found.cost_pusd >= 0


@given(
    st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6),
    st.integers(0, 10**6), st.integers(0, 10**6),
)  # fmt: skip
def test_every_dialect_says_the_same_of_one_bill(
    fresh: int, read: int, write: int, output: int, thought: int
) -> None:
    """One bill in each provider's words comes back as the same buckets."""
    thought, prompt = min(thought, output), fresh + read + write
    total = prompt + output
    chat = {
        "prompt_tokens": prompt, "completion_tokens": output, "total_tokens": total,
        "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": write},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }  # fmt: skip
    responses = {
        "input_tokens": prompt, "output_tokens": output, "total_tokens": total,
        "input_tokens_details": {"cached_tokens": read, "cache_write_tokens": write},
        "output_tokens_details": {"reasoning_tokens": thought},
    }  # fmt: skip
    claude = {
        "input_tokens": fresh, "cache_read_input_tokens": read,
        "cache_creation_input_tokens": write, "output_tokens": output,
        "output_tokens_details": {"thinking_tokens": thought},
    }  # fmt: skip
    converse = {
        "inputTokens": fresh, "cacheReadInputTokens": read, "cacheWriteInputTokens": write,
        "outputTokens": output, "totalTokens": total,
    }  # fmt: skip
    expected = [fresh, read, write, 0, output]
    for value in (chat, responses, claude, converse):
        found = usage_of(value)
        assert found is not None
        assert buckets(found) == expected
        assert found.unsaid == 0
    grok = dict(chat, completion_tokens=output - thought)
    found = usage_of(grok, "xai")
    assert found is not None
    assert found.output == output
