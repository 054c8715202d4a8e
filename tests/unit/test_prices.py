"""Prices by hand: date, tier, prompt size, cache, fees, and ids that must not be guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from building.prices import gates, overlay, parity
from whytokens.errors import TraceError
from whytokens.model import Call, CallId, NodeId, Usage, Where
from whytokens.prices import Quote, Unpriced
from whytokens.prices.engine import Book, quote, standard
from whytokens.prices.own import read
from whytokens.prices.resolve import resolve
from whytokens.prices.terms import cost_pusd, price, quote_for


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


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "usd"),
    [
        ("2026-11-23T02:00", 1.32),  # Monday, peak
        ("2026-11-23T05:00", 0.66),  # between the two peaks
        ("2026-11-23T09:59", 1.32),
        ("2026-11-22T02:00", 0.66),  # Sunday
        ("2026-10-01T02:00", 0.66),  # a Thursday, and a public holiday in China
        ("2026-08-03T02:00", 0.435),  # a Monday before peak hours were introduced
    ],
)
def test_peak_hours_are_of_weekdays_but_holidays(when: str, usd: float) -> None:
    found = priced("deepseek-v4-pro", provider="deepseek", started=at(when))
    assert found.input_pusd == round(usd * 10**6)


def test_rates_of_the_past_and_of_the_future() -> None:
    before, after = (
        priced("gemini-4-argon", started=at(day)) for day in ("2026-11-30", "2026-12-01")
    )
    assert after.input_pusd == 2 * before.input_pusd
    early, late = (
        priced("claude-sonnet-5-5", started=at(day)) for day in ("2026-10-06", "2026-10-07")
    )
    assert (early.cache_read_pusd, late.cache_read_pusd) == (200_000, 100_000)


def test_a_tier_before_its_rates_were_recorded_is_likely_and_says_so() -> None:
    found = priced("gpt-5", started=at("2026-03-01"), tier="flex")
    assert found.input_pusd == 625_000
    assert found.sure == "likely"
    assert "known from 2026-10-12 on" in found.notes[-1]


@pytest.mark.parametrize(
    ("model", "provider", "region", "share"),
    [
        ("claude-opus-5-5", "anthropic", "us", 1.1),
        ("gpt-5.5", "openai", "eu", 1.1),
        ("gpt-4o", "openai", "eu", 1.0),
        ("gemini-3.6-flash", "google", "europe-west4", 1.1),
        ("gemini-2.5-flash", "google", "europe-west4", 1.0),
    ],
)
def test_places_that_cost_more(model: str, provider: str, region: str, share: float) -> None:
    there = priced(model, provider=provider, region=region)
    anywhere = priced(model, provider=provider)
    assert there.input_pusd == round(anywhere.input_pusd * share)
    assert bool(there.notes) == (share != 1)


def test_writes_that_live_twelve_hours() -> None:
    found = priced("gpt-6.1-terra", usage=Usage(input=1))
    assert found.cache_write_5m_pusd == found.input_pusd * 5 // 4
    assert found.cache_write_1h_pusd == found.input_pusd * 5 // 2


def test_audio_costs_more_than_text_and_reasoning_may_cost_less() -> None:
    spoken = Usage(
        input=1000, cache_read=200, output=10, detail={"input_audio": 300, "read_audio": 100}
    )
    found = priced("gemini-2.5-flash", provider="google", usage=spoken)
    text = priced("gemini-2.5-flash", provider="google", usage=replace(spoken, detail={}))
    assert text.fees_pusd == 0
    assert found.fees_pusd == 200 * (1_000_000 - 300_000) + 100 * (100_000 - 30_000)
    assert found.extras[0].name == "audio above the price of text"
    thought = Usage(input=0, output=100, reasoning=60)
    deep = priced("sonar-deep-research", provider="perplexity", usage=thought)
    assert cost_pusd(deep, thought) == 60 * 3_000_000 + 40 * 8_000_000


def test_a_fee_without_a_known_price_is_said_not_zeroed() -> None:
    found = priced("mistral-small-latest", usage=Usage(input=1, fees={"web_search": 1}))
    assert found.fees_pusd == 0
    assert "web searches have a fee that is not known here" in found.notes


def test_another_usage_on_the_same_terms() -> None:
    """What detectors ask: this call without some of its tokens, tiers by prompt size included."""
    terms = standard().terms(call("claude-haiku-5-5", provider="anthropic"))
    assert not isinstance(terms, Unpriced)
    whole = Usage(input=104_000, output=100)
    without = replace(whole, input=98_000)
    assert price(terms, whole) == 5 * (
        104_000 * 10**6 * quote_for(terms, without).input_pusd // 10**6
    ) + (100 * quote_for(terms, whole).output_pusd)
    assert price(terms, without) < price(terms, whole) // 4
    batch = standard().terms(call("claude-haiku-5-5", provider="anthropic", tier="batch"))
    assert not isinstance(batch, Unpriced)
    assert price(batch, without) * 2 == price(terms, without)


OWN = """{"prices": {"gpt-4o-prod-eastus": {"as": "gpt-4o"},
          "My-Model": {"input": 1.2, "cache_read": 0.12, "output": 6}},
          "multipliers": {"openai": 0.85}}"""


def test_prices_of_the_user_come_first() -> None:
    book = Book(standard().snapshot, read(OWN))
    deployed = book.quote(call("gpt-4o-prod-eastus", provider="azure"))
    assert isinstance(deployed, Quote)
    assert deployed.how == "as gpt-4o, as you set it"
    assert deployed.input_pusd == 2_125_000
    assert "0.85 x list price" in deployed.notes[0]
    mine = book.quote(call("my-model"))
    assert isinstance(mine, Quote)
    assert (mine.input_pusd, mine.cache_read_pusd, mine.output_pusd) == (
        1_200_000,
        120_000,
        6_000_000,
    )
    assert mine.source == "your own price"
    other = book.quote(call("claude-opus-5-5", provider="anthropic"))
    assert other == quote(call("claude-opus-5-5", provider="anthropic"))


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", '{"prices": []}', '{"prices": {"a": 5}}', '{"prices": {"a": {"input": 1}}}',
        '{"prices": {"a": {"input": -1, "output": 2}}}',
        '{"prices": {"a": {"input": "much", "output": 2}}}',
        '{"prices": {"a": {"input": 1, "output": 2, "colour": 3}}}',
        '{"multipliers": {"openai": 0}}', '{"multipliers": {"openai": true}}',
    ],
)  # fmt: skip
def test_a_price_that_is_none_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(TraceError) as caught:
        read(text)
    assert caught.value.code == "bad-rates"
    assert caught.value.message


def test_every_id_of_the_table_resolves_as_it_did() -> None:
    snapshot = standard().snapshot
    bare = given = 0
    for name, provider, wanted_bare, wanted in gates.id_table():
        for hint, row in ((None, wanted_bare), (provider, wanted)):
            found = resolve(snapshot, name, hint)
            assert (found.row.name if found else "") == row, (name, hint)
        bare += bool(wanted_bare)
        given += bool(wanted)
    assert (bare, given) == (184, 188)


def test_resolution_says_how_and_how_sure() -> None:
    book = standard()

    def how(model: str, provider: str | None = None) -> tuple[str, str]:
        found = book.resolved(model, provider)
        assert not isinstance(found, Unpriced)
        return found.how, found.sure

    assert how("gpt-4o", "openai") == ("exact", "sure")
    assert how("vertex_ai/claude-haiku-4-5@20251001") == ("without vertex_ai/", "sure")
    assert how("gpt-5.3-codex-high", "openai") == ("without its effort", "likely")
    assert how("claude-opus-5-5", "my-gateway") == ("exact", "sure")
    assert how("claude-opus-5-5", "groq") == ("by name alone", "low")
    assert how("claude-opus-5-5", "azure-openai")[1] == "sure"  # Azure serves its makers' models
    assert how("gemini-2.5-pro", "openai") == ("by name alone", "likely")
    assert how("mistral-large-latest", "mistral")[1] == "low"
    assert how("glm-4.6") == ("exact", "sure")  # its maker's other shop alone sells it
    assert how("qwen/qwen3-coder:free", "openrouter") == ("free", "sure")


def test_the_oracle_agrees_on_random_calls() -> None:
    found = parity.differences(Book(standard().snapshot), 1500, seed=7)
    assert found.unexplained == []
    assert found.compared > 1000
    assert set(found.overlaid) <= set(overlay.names())
