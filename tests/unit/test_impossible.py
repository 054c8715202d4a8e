"""Negative counters: named with their place, never taken for zero, never priced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from whytokens.importers.values import as_tokens
from whytokens.impossible import possible
from whytokens.model import Usage
from whytokens.pipeline import run
from whytokens.report import report
from whytokens.worker import source

ANTHROPIC = {"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "Hello"}]}
OPENAI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}


def opened(tmp_path: Path, *lines: dict[str, Any]) -> Any:
    path = tmp_path / "run.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return report(run([source({"name": "run.jsonl", "path": str(path)})]))


def anthropic(**usage: int) -> dict[str, Any]:
    answer = {"type": "message", "role": "assistant", "model": ANTHROPIC["model"], "usage": usage}
    return {
        "request": ANTHROPIC,
        "response": answer | {"content": [{"type": "text", "text": "Hi"}]},
    }


def openai(**usage: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}}
    return {"request": OPENAI, "response": {"model": "gpt-4o", "choices": [choice], "usage": usage}}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            anthropic(input_tokens=12, cache_read_input_tokens=-5, output_tokens=3),
            "reports -5 tokens read from cache",
        ),
        (anthropic(input_tokens=-12, output_tokens=3), "reports -12 prompt tokens"),
        (
            openai(prompt_tokens=12, completion_tokens=-3, total_tokens=9),
            "reports -3 output tokens",
        ),
        (
            openai(
                prompt_tokens=12, completion_tokens=3, prompt_tokens_details={"cached_tokens": -5}
            ),
            "reports -5 tokens read from cache",
        ),
    ],
)
def test_a_negative_counter_is_named_with_its_line_and_not_priced(
    tmp_path: Path, line: dict[str, Any], said: str
) -> None:
    fine = anthropic(input_tokens=20, output_tokens=4)
    found = opened(tmp_path, fine, line)
    (warning,) = [one for one in found["warnings"] if one["code"] == "usage-impossible"]
    assert said in warning["title"]
    assert (warning["file"], warning["line"]) == ("run.jsonl", 2)
    assert found["totals"]["calls"] == 2
    assert found["totals"]["priced_calls"] == 1
    assert found["totals"]["read"] == 0


def test_the_rest_of_a_refused_usage_is_empty_and_those_beside_are_looked_at() -> None:
    inner = Usage(input=1, output=-1)
    found = possible(Usage(input=5, cache_read=-1, fees={"web_search": 2}, beside=(("m", inner),)))
    assert (found.input, found.cache_read, found.fees) == (None, None, {})
    assert found.beside[0][1].refused == "reports -1 output tokens"
    assert possible(Usage(input=5, fees={"web_search": -2})).refused == "reports -2 of web search"
    fine = Usage(input=5, cache_read=0, output=1, beside=(("m", Usage(input=1, output=1)),))
    assert possible(fine) == fine


@pytest.mark.parametrize(
    ("number", "said"),
    [("NaN", "NaN"), ("1e999", "Infinity"), ("-Infinity", "-Infinity"), ("12.5", "12.5"),
     ("1e20", "1e+20")],
)  # fmt: skip
@pytest.mark.parametrize(
    ("usage", "words"),
    [
        ('{"prompt_tokens": #, "completion_tokens": 3}', "prompt tokens"),
        ('{"prompt_tokens": 9, "completion_tokens": #}', "output tokens"),
        (
            '{"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": #}}',
            "tokens read from cache",
        ),
    ],
)
def test_a_number_that_counts_nothing_is_named_and_not_priced(
    tmp_path: Path, number: str, said: str, usage: str, words: str
) -> None:
    line = json.dumps(openai() | {"usage": 0}).replace('"usage": {}', f'"usage": {usage}')
    path = tmp_path / "run.jsonl"
    path.write_text(line.replace("#", number))
    found = report(run([source({"name": "run.jsonl", "path": str(path)})]))
    (warning,) = [one for one in found["warnings"] if one["code"] == "usage-impossible"]
    assert f"reports {said} {words}" in warning["title"]
    assert found["totals"]["priced_calls"] == 0


def test_digits_in_a_string_are_a_number() -> None:
    assert (as_tokens("12"), as_tokens("-5"), as_tokens("12 k"), as_tokens("")) == (
        12,
        -5,
        None,
        None,
    )


def test_sums_with_a_number_that_counts_nothing_are_none() -> None:
    bad = as_tokens(float("nan"))
    assert bad is not None and f"{sum((5, bad, 3)) - 2:,}" == f"{9 - bad:,}" == "NaN"


def test_rows_without_text_are_checked_as_well(tmp_path: Path) -> None:
    rows = ["model,input_tokens,output_tokens", "gpt-4o,9,2", "gpt-4o,-9,2", "gpt-4o,2.5,2"]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(rows) + "\n")
    found = report(run([source({"name": "rows.csv", "path": str(path)})]))
    (warning,) = [one for one in found["warnings"] if one["code"] == "usage-impossible"]
    assert "reports -9 prompt tokens" in warning["title"] and warning["line"] == 3
    assert (found["totals"]["calls"], found["totals"]["priced_calls"]) == (3, 1)
