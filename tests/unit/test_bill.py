"""What a provider says it charged is what a call's frames sum to; ours stands beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from whytokens.importers.providers import region_of
from whytokens.model import Usage
from whytokens.opened import Opened
from whytokens.pipeline import run
from whytokens.prices import Quote, Unpriced
from whytokens.prices.own import read
from whytokens.report import report
from whytokens.worker import source

SPENT = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
OURS_PUSD = 1000 * 2_500_000 + 100 * 10_000_000  # gpt-4o at openrouter


def opened(tmp_path: Path, usage: dict[str, Any], model: str = "openai/gpt-4o") -> Opened:
    log = {
        "url": "https://openrouter.ai/api/v1/chat/completions",
        "request": {"model": model, "messages": [{"role": "user", "content": "Hi"}]},
        "response": {"id": "a", "model": model, "choices": [], "usage": usage},
    }
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps(log))
    return run([source({"name": path.name, "path": str(path)})])


def sums(found: Opened) -> tuple[int, int, int]:
    """The call's price, that of its spans with its extras, and the report's total."""
    (one,) = found.attributions
    spans = sum(span.pusd for span in one.spans()) + sum(extra.pusd for extra in one.extras)
    return one.cost_pusd, spans, report(found)["totals"]["nusd"] * 1000


def quoted(found: Opened) -> Quote:
    quote = found.attributions[0].quote
    assert isinstance(quote, Quote)
    return quote


@pytest.mark.parametrize("charged", [0.0001, 0.00123456, 0.0035, 0.02, 1.0])
def test_frames_sum_to_what_was_charged(tmp_path: Path, charged: float) -> None:
    found = opened(tmp_path, SPENT | {"cost": charged})
    pusd = round(charged * 10**12)
    assert sums(found) == (pusd, pusd, pusd)
    assert quoted(found).ours_pusd == OURS_PUSD
    (row,) = report(found)["prices"]["rows"]
    assert (row["reported_nusd"], row["ours_nusd"]) == (pusd // 1000, OURS_PUSD // 1000)
    assert any("what was charged" in text for text in report(found)["assumptions"])


def test_less_is_a_discount_on_every_rate_and_more_is_a_frame(tmp_path: Path) -> None:
    half = quoted(opened(tmp_path, SPENT | {"cost": OURS_PUSD / 2 / 10**12}))
    assert (half.input_pusd, half.output_pusd) == (1_250_000, 5_000_000)
    more = quoted(opened(tmp_path, SPENT | {"cost": 0.01}))
    assert (more.input_pusd, more.output_pusd) == (2_500_000, 10_000_000)
    assert [extra.name for extra in more.extras] == ["charged beyond the rates"]


def test_another_prompt_is_priced_at_the_same_discount(tmp_path: Path) -> None:
    half = quoted(opened(tmp_path, SPENT | {"cost": OURS_PUSD / 2 / 10**12}))
    again = half.for_usage(Usage(input=10, output=1))
    assert (again.input_pusd, again.output_pusd) == (1_250_000, 5_000_000)
    more = quoted(opened(tmp_path, SPENT | {"cost": 0.01}))
    assert more.for_usage(Usage(input=10, output=1)).fees_pusd == more.fees_pusd


def test_a_cost_of_nothing_is_no_price(tmp_path: Path) -> None:
    known = opened(tmp_path, SPENT | {"cost": 0})
    assert known.attributions[0].cost_pusd == OURS_PUSD
    unknown = opened(tmp_path, SPENT | {"cost": 0}, model="acme/nobody-knows")
    assert isinstance(unknown.attributions[0].quote, Unpriced)


def test_a_charge_without_rates_is_one_frame(tmp_path: Path) -> None:
    found = opened(tmp_path, SPENT | {"cost": 0.5}, model="acme/nobody-knows")
    assert sums(found)[:2] == (5 * 10**11, 5 * 10**11)
    assert quoted(found).extras[0].name == "charged by the provider, no rates known"


def test_the_bill_of_refused_usage_still_stands(tmp_path: Path) -> None:
    found = opened(
        tmp_path, SPENT | {"cost": 0.5, "prompt_tokens_details": {"cached_tokens": 5000}}
    )
    assert found.attributions[0].method == "counted"
    assert found.attributions[0].cost_pusd == 5 * 10**11


def test_old_rates_are_warned_of(tmp_path: Path) -> None:
    log = {
        "timestamp": "2027-02-01T10:00:00Z",
        "request": {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]},
        "response": {"model": "gpt-4o", "choices": [], "usage": SPENT},
    }
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps(log))
    found = report(run([source({"name": path.name, "path": str(path)})]))
    assert (found["prices"]["newer"], found["prices"]["newest"]) == (1, "2027-02-01")
    assert "old-rates" in [one["code"] for one in found["warnings"]]
    path.write_text(json.dumps(log | {"timestamp": "2027-01-06T10:00:00Z"}))  # 45 days after
    found = report(run([source({"name": path.name, "path": str(path)})]))
    assert found["prices"]["newer"] == 0


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/x", "us-central1"),
        ("https://aiplatform.googleapis.com/v1/projects/p/locations/europe-west4/publishers", "europe-west4"),
        ("https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers", None),
        ("https://eu.api.openai.com/v1/responses", "eu"),
        ("https://api.openai.com/v1/responses", None),
        ("https://us-east-1.api.x.ai/v1/chat/completions", "us-east-1"),
        ("", None),
    ],
)  # fmt: skip
def test_places_in_addresses(url: str, region: str | None) -> None:
    assert region_of(url) == region


def test_own_prices_reach_the_report(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    opened(tmp_path, SPENT, model="acme/nobody-knows")
    own = read('{"prices": {"acme/nobody-knows": {"input": 1, "output": 2}}}')
    found = run([source({"name": path.name, "path": str(path)})], own=own)
    assert found.attributions[0].cost_pusd == 1000 * 10**6 + 100 * 2 * 10**6
    prices = report(found)["prices"]
    assert (prices["source"], prices["tiers"], prices["unpriced"]) == (
        "your own price",
        ["standard"],
        [],
    )
    assert replace(quoted(found), again=None).how == "as you set it"


@pytest.mark.parametrize(
    ("model", "tokens"), [("claude-sonnet-4-5", 4), ("claude-opus-4-7", 6), ("claude-sonnet-5", 4)]
)
def test_a_reply_that_no_bill_tells_has_its_frame(model: str, tokens: int, tmp_path: Path) -> None:
    request = {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    content = [{"type": "text", "text": "ok"}]
    response = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
    }
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"request": request, "response": response}))
    (one,) = run([source({"name": "one.json", "path": str(path)})]).attributions
    assert one.output_tokens == sum(piece.tokens for piece in one.reply) == tokens
