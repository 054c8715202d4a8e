"""Usage reports of providers and tools: sums of many requests, priced as short prompts."""

from __future__ import annotations

import io
import json

import pytest

from whytokens.containers import Source
from whytokens.exporters.shape import shape
from whytokens.opened import Opened
from whytokens.pipeline import run
from whytokens.prices import Quote
from whytokens.report import report

CONSOLE = (
    "usage_date_utc,model_version,context_window,usage_input_tokens_no_cache,"
    "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_read,usage_output_tokens\n"
)
CURSOR = (
    "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,"
    "Output Tokens,Total Tokens,Cost\n"
)


def opened(text: str, name: str) -> Opened:
    data = text.encode()
    return run([Source(name=name, size_bytes=len(data), open=lambda: io.BytesIO(data))])


def rate(found: Opened, number: int) -> int:
    quote = found.attributions[number].quote
    assert isinstance(quote, Quote)
    return quote.input_pusd


def test_a_sum_is_priced_as_short_prompts_unless_it_says_otherwise() -> None:
    """Claude Sonnet 4.5 doubles its input price above 200 k: the sum of a day is no such prompt."""
    rows = [
        f"2026-05-04,claude-sonnet-4-5-20250929,{window},900000,0,0,10"
        for window in ("≤ 200k", "> 200k")
    ]
    found = opened(CONSOLE + "\n".join(rows), "console.csv")
    assert rate(found, 0) == 3_000_000
    assert rate(found, 1) == 6_000_000
    assert any("sums of many requests" in one.message for one in found.trace.warnings)


@pytest.mark.parametrize(
    ("cells", "fresh", "written"),
    [("34567,1200,230000,4500,270267", 1200, 34567), ("1200,1000,5000,300,6500", 1000, 200)],
)
def test_a_cursor_rows_total_tells_what_its_input_holds(
    cells: str, fresh: int, written: int
) -> None:
    row = f"2026-05-04T10:11:12.123Z,Included,claude-4.5-sonnet-thinking,No,{cells},Included"
    found = opened(CURSOR + row, "usage.csv")
    (call,) = found.trace.calls
    assert call.usage is not None
    assert (call.usage.input, call.usage.cache_write_5m) == (fresh, written)
    assert call.reported_cost_pusd is None
    assert rate(found, 0) == 3_000_000


def test_batch_rows_have_the_batch_tier() -> None:
    result = {
        "object": "organization.usage.completions.result", "model": "gpt-4.1-2025-04-14", "batch": True,
        "input_tokens": 100, "output_tokens": 10, "num_model_requests": 2,
    }  # fmt: skip
    page = {"object": "page", "data": [{"start_time": 1777852800, "results": [result]}]}
    found = opened(json.dumps(page), "page.json")
    (call,) = found.trace.calls
    assert call.tier == "batch"
    assert call.tags["requests"] == "2"
    assert rate(found, 0) == 1_000_000


def test_a_person_in_the_report_on_claude_code_is_a_user() -> None:
    tokens = {"input": 10, "output": 20, "cache_read": 30, "cache_creation": 40}
    actor = {"type": "user_actor", "email_address": "mira@lantern.example"}
    line = {"date": "2026-05-04T00:00:00Z", "actor": actor,
            "model_breakdown": [{"model": "claude-opus-4-6", "tokens": tokens}]}  # fmt: skip
    (call,) = opened(json.dumps({"data": [line]}), "report.json").trace.calls
    assert call.tags["user"] == "mira@lantern.example"
    assert call.usage is not None
    assert (call.usage.prompt, call.usage.output) == (80, 20)


def test_columns_of_tokens_that_nobody_knows_are_named() -> None:
    head = "timestamp,model,input_tokens,output_tokens,cache_hit_tokens,tokens_per_second"
    found = opened(f"{head}\n2026-05-04T10:00:00Z,gpt-4o,100,20,50,12.5\n", "odd.csv")
    said = [one.message for one in found.trace.warnings]
    assert "Columns that are not read: cache_hit_tokens." in said


def test_a_shape_of_sums_costs_what_the_sums_cost() -> None:
    row = "2026-05-04,claude-sonnet-4-5-20250929,≤ 200k,900000,0,0,10"
    found = opened(CONSOLE + row, "console.csv")
    again = opened(shape(found), "console.whytokens.json")
    assert rate(again, 0) == rate(found, 0) == 3_000_000
    assert report(again)["totals"]["nusd"] == report(found)["totals"]["nusd"]
