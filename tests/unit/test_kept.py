"""Spans that wait for their log records: each text and message stands in memory once."""

from __future__ import annotations

import json
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers.kept import Kept
from whytokens.importers.otel import Telemetry
from whytokens.importers.spans import Event, Span
from whytokens.model import Where

LONG = "a rule that every call repeats, long enough to be worth keeping once " * 400


def _span(number: int, **attributes: Any) -> Span:
    said = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", **attributes}
    return Span(
        trace="t", id=f"{number}", parent="", name="chat", scope="", attributes=said, events=[],
        resource={}, started=None, ended=None, failed=None, where=Where(file="spans.jsonl", line=1),
    )  # fmt: skip


def _messages(count: int) -> list[dict[str, Any]]:
    texts = [f"{number} {LONG}" for number in range(count)]
    return [{"role": "user", "parts": [{"type": "text", "content": text}]} for text in texts]


def test_the_messages_of_an_earlier_span_are_the_same_objects() -> None:
    one = {"gen_ai.input.messages": json.dumps(_messages(2))}
    two = {"gen_ai.input.messages": json.dumps(_messages(3))}
    kept = Kept()
    kept.keep(one)
    kept.keep(two)
    first, second = one["gen_ai.input.messages"], two["gen_ai.input.messages"]
    assert [second[0] is first[0], second[1] is first[1]] == [True, True]  # type: ignore[comparison-overlap]
    assert second == _messages(3)


def test_a_text_is_kept_once_wherever_it_stands() -> None:
    one = {"gen_ai.prompt.0.content": LONG}
    two = {"gen_ai.prompt.0.content": "".join(LONG), "deep": [{"body": LONG + ""}]}
    kept = Kept()
    kept.keep(one)
    kept.keep(two)
    assert two["gen_ai.prompt.0.content"] is one["gen_ai.prompt.0.content"]
    assert two["deep"][0]["body"] is one["gen_ai.prompt.0.content"]  # type: ignore[index]


def test_what_only_looks_like_json_stays_a_text() -> None:
    for text in ("[not json at all] " * 10, "{" * 200, "[" * 100_000):
        attributes = {"gen_ai.input.messages": text}
        Kept().keep(attributes)
        assert attributes["gen_ai.input.messages"] == text


def test_a_record_that_comes_late_still_joins_its_span() -> None:
    builder = TraceBuilder("telemetry")
    telemetry = builder.gathered("spans", Telemetry)
    telemetry.add(_span(1))
    said = {"content": "What is in the file?"}
    record = Event(name="gen_ai.user.message", attributes={}, body=said, trace="t", span="1")
    telemetry.hear(record, "")
    pauses = sum(1 for _ in builder.finishing())
    trace = builder.build()
    assert [segment.text for segment in trace.segments] == ["What is in the file?"]
    assert pauses == 1
