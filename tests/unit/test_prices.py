"""Prices by hand: date, tier, prompt size, cache, fees, and ids that must not be guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from whytokens.model import Call, CallId, NodeId, Usage, Where
from whytokens.prices import Quote, Unpriced
from whytokens.prices.engine import quote


def call(model: str | None, **fields: Any) -> Call:
    return Call(
        id=CallId(0),
        session="s",
        api="x",
        model=model,
        prompt=NodeId(0),
        where=Where(file="f"),
        **fields,
    )


def priced(model: str, **fields: Any) -> Quote:
    found = quote(call(model, **fields))
    assert isinstance(found, Quote), found
    return found


def test_claude_with_its_cache_rates_and_fees() -> None:
    found = priced(
        "claude-sonnet-4-5-20250929",
        provider="anthropic",
        usage=Usage(input=5, fees={"web_search": 2}),
    )
    assert (found.input_pusd, found.output_pusd) == (3_000_000, 15_000_000)
    assert (found.cache_read_pusd, found.cache_write_5m_pusd, found.cache_write_1h_pusd) == (
        300_000, 3_750_000, 6_000_000,
    )  # fmt: skip
    assert found.fees_pusd == 2 * 10**10  # $10 per 1,000 searches
    assert found.as_of == "2026-11-22"
    assert found.source.startswith("genai-prices")


def test_a_long_prompt_reprices_the_whole_request() -> None:
    small = priced("claude-haiku-5-5", usage=Usage(input=100_000))
    large = priced("claude-haiku-5-5", usage=Usage(input=30_001, cache_read=70_000))
    assert large.input_pusd == 5 * small.input_pusd
    assert large.output_pusd == 5 * small.output_pusd


def test_tiers_as_the_response_reports_them() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    standard, flex = (priced("gpt-5", started=at, tier=tier) for tier in ("default", "flex"))
    assert flex.input_pusd * 2 == standard.input_pusd == 1_250_000
    assert flex.tier == "flex"
    assert isinstance(quote(call("gpt-5", tier="platinum")), Unpriced)


@pytest.mark.parametrize(
    ("model", "row"),
    [
        ("openai/gpt-4o-2024-08-06", "openai/gpt-4o"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "aws/"),
        ("models/gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("claude-opus-4-5-20251101", "anthropic/claude-opus-4-5"),
    ],
)
def test_ids_as_logs_write_them(model: str, row: str) -> None:
    assert priced(model).row.startswith(row)


@pytest.mark.parametrize("model", [None, "", "<synthetic>", "my-finetune-3", "deployment-a"])
def test_what_is_unknown_is_unpriced_and_never_free(model: str | None) -> None:
    found = quote(call(model))
    assert isinstance(found, Unpriced)
    assert found.reason


def test_an_unknown_name_lists_its_neighbours() -> None:
    found = quote(call("gpt-4oo-mini-x"))
    assert isinstance(found, Unpriced)
    assert any("gpt-4o" in name for name in found.nearest)
