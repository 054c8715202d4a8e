"""What is said of a file that no importer takes."""

from __future__ import annotations

import io
import json

import pytest

from whytokens import registry
from whytokens.containers import Source
from whytokens.errors import TraceError
from whytokens.pipeline import run


def refused(value: object) -> TraceError:
    data = json.dumps(value).encode()
    with pytest.raises(TraceError) as caught:
        run([Source(name="x.json", size_bytes=len(data), open=lambda: io.BytesIO(data))])
    assert caught.value.code == "unknown-format"
    return caught.value


def test_the_nearest_format_is_named_with_what_is_missing() -> None:
    line = {"uuid": "1", "parentUuid": None, "sessionId": "s", "isSidechain": False}
    hint = refused(line).hint or ""
    assert "Claude Code session" in hint
    assert "requestId" in hint


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"model": "m", "messages": [7, None]}, "messages[0] is a number instead of an object"),
        ({"model": "m", "messages": "Hi"}, "“messages” is a text instead of a list"),
        ({"model": "m", "messages": []}, "“messages” is an empty list"),
        ({"model": "m", "messages": [{"content": "Hi"}]}, "messages[0] has no “role”"),
        ({"contents": "Hi", "generationConfig": {}}, "“contents” is a text instead of a list"),
        ({"request": {"messages": None}}, "“messages” is null instead of a list"),
        ({"model": "m", "input": 5, "instructions": "x"}, "“input” is a number instead of a list"),
    ],
)  # fmt: skip
def test_a_malformed_request_is_told_what_is_wrong_with_it(body: object, said: str) -> None:
    hint = refused(body).hint or ""
    assert hint.startswith("It is meant as a request of ")
    assert f", but {said}. “What can I open?”" in hint
    assert "Fine-tuning" not in hint


def test_one_word_in_common_is_no_likeness() -> None:
    for value in ({"weight": 3, "height": 4}, {"history": [], "a": 1}, {"response": 1, "b": [2]}):
        assert "Nearest" not in (refused(value).hint or "")


def test_counters_without_text_are_told_so() -> None:
    assert "content was not captured" in (refused({"rows": [{"tokens": 5}]}).hint or "")


def test_every_importer_says_how_to_get_its_files() -> None:
    for importer in registry.IMPORTERS:
        guide = importer.guide
        assert guide.what and guide.steps and guide.example, importer.key
        assert all(step.endswith((".", "…")) for step in guide.steps), importer.key


def refused_text(text: str) -> TraceError:
    data = text.encode()
    with pytest.raises(TraceError) as caught:
        run([Source(name="x.csv", size_bytes=len(data), open=lambda: io.BytesIO(data))])
    return caught.value


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("model,input_tokens,output_tokens,time\n", "a table without rows", "found nothing"),
        ("[]", "empty: it holds no record", ""),
        ('{"data": [], "meta": {"page": 1}}', "an answer without records", ""),
        ("start_time,amount_value,line_item\n1,0.5,gpt-4o\n", "a table with columns", "OpenAI's cost export"),
        ("usage_date_utc,token_type,cost_usd\n2026-01-01,input,1\n", "", "Anthropic's cost export"),
        ("Date,MeterCategory,MeterName,Cost\n2026-01-01,x,y,1\n", "", "cost export of Azure"),
        ('{"object": "page", "data": [{"results": [{"amount": {"value": 1}, "line_item": "x"}]}]}', "", "OpenAI's costs API"),
        ('{"records": [{"category": "RequestResponse", "operationName": "x", "resourceId": "y", "properties": "{}"}]}', "", "diagnostic log of Azure"),
    ],
)  # fmt: skip
def test_what_holds_no_calls_says_what_it_is(text: str, said: str, hint: str) -> None:
    error = refused_text(text)
    assert error.code == "unknown-format"
    assert said in error.message
    assert hint in (error.hint or "")
