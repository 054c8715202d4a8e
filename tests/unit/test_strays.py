"""Items of a request's lists that are none: read where their meaning is plain, else named, never lost."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from whytokens.containers import Source
from whytokens.importers.dialects import turns
from whytokens.model import Trace
from whytokens.pipeline import run

HELLO = {"role": "user", "content": "hello"}


def opened(body: dict[str, Any]) -> Trace:
    data = json.dumps(body).encode()
    return run([Source(name="x.json", size_bytes=len(data), open=lambda: io.BytesIO(data))]).trace


def texts(trace: Trace) -> list[str | None]:
    return [segment.text for segment in trace.segments]


@pytest.mark.parametrize(
    "body",
    [
        {"model": "gpt-4o", "messages": [HELLO, ["user", "hi"], 7, None]},
        {"model": "claude-sonnet-4-5", "system": "s", "messages": [HELLO, ["human", "hi"], 7, None]},
        {"model": "gpt-5", "input": [HELLO, ["user", "hi"], 7, None]},
        {"contents": [{"role": "user", "parts": [{"text": "hello"}]}, ["user", "hi"], 7, None]},
    ],
)  # fmt: skip
def test_pairs_are_messages_and_all_else_is_named(body: dict[str, Any]) -> None:
    trace = opened(body)
    assert {"hello", "hi"} <= set(texts(trace))
    said = [warning.message for warning in trace.warnings]
    key = next(key for key in ("messages", "input", "contents") if key in body)
    assert said == [
        f"{key}[2] is a number instead of an object, skipped.",
        f"{key}[3] is null instead of an object, skipped.",
    ]
    assert trace.warnings[0].where.pointer == f"/{key}/2"


@pytest.mark.parametrize(
    "body",
    [
        {"model": "gpt-4o", "messages": [{"role": "user", "content": ["hello", ["a"], 7]}]},
        {"system": "s", "messages": [{"role": "user", "content": ["hello", ["a"], 7]}]},
        {"contents": [{"role": "user", "parts": ["hello", ["a"], 7]}]},
    ],
)
def test_parts_that_are_none_stand_as_the_json_they_are(body: dict[str, Any]) -> None:
    assert {"hello", '["a"]', "7"} <= set(texts(opened(body)))


def test_conversations_of_pairs_are_read_in_any_dialect() -> None:
    found = turns([["system", "be short"], ["human", "hi"], ["ai", "hello"]])
    assert [(turn.role, turn.parts[0].text) for turn in found] == [
        ("system", "be short"), ("user", "hi"), ("assistant", "hello"),
    ]  # fmt: skip
    assert [turn.role for turn in turns([[["user", "hi"], {"role": "assistant", "content": "x"}]])] == [
        "user", "assistant",
    ]  # fmt: skip


@pytest.mark.parametrize("odd", ["7", "null", '"words"', '["a", 1]'])
@pytest.mark.parametrize("indent", [None, 1])
def test_records_that_are_no_objects_are_named(odd: str, indent: int | None) -> None:
    good = json.dumps({"model": "gpt-4o", "messages": [HELLO]}, indent=indent) + "\n"
    data = f"{good}{odd}\n{good}{odd}\n".encode()
    trace = run([Source(name="x", size_bytes=len(data), open=lambda: io.BytesIO(data))]).trace
    named = [one for one in trace.warnings if "hold no object" in one.message]
    assert [one.message for one in named] == ["2 lines hold no object, skipped."]
    assert named[0].where.line == good.count("\n") + 1
    assert len(trace.calls) == 2
