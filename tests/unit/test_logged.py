"""Nested spans, repeated responses, dialects and rules that every logged request follows."""

from __future__ import annotations

import io
import json
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.importers.attributes import nested, value_of
from whytokens.importers.dialects import turns
from whytokens.importers.ledger import Ledger
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.parts import part_of
from whytokens.importers.providers import api_of, provider_of
from whytokens.importers.spans import hex_id
from whytokens.importers.values import as_time
from whytokens.model import Trace, Usage, Where
from whytokens.opened import Opened
from whytokens.pipeline import run

PLACE = Where(file="x")
ASK = [{"role": "user", "content": "Hi"}]


def settled(*logged: Logged) -> Trace:
    builder = TraceBuilder("t")
    ledger = Ledger(builder)
    for one in logged:
        ledger.enter(one)
    ledger.finish()
    return builder.build()


def span(name: str, parent: str = "", **fields: Any) -> Logged:
    known = {"model": "gpt-4o", "group": "t", "span": name, "parent": parent, "where": PLACE}
    return Logged(**{**known, **fields})


def opened(value: Any) -> Opened:
    data = json.dumps(value).encode()
    return run([Source(name="x", size_bytes=len(data), open=lambda: io.BytesIO(data))])


def test_the_deepest_span_with_content_counts() -> None:
    inner = span("b", "a", messages=ASK, usage=Usage(input=5, output=1))
    found = settled(span("a", messages=ASK, usage=Usage(input=9, output=2)), inner)
    assert [call.usage and call.usage.input for call in found.calls] == [5]


def test_an_inner_span_without_content_lends_what_it_knows() -> None:
    outer = span("a", messages=ASK, usage=Usage(input=9, output=2))
    inner = span(
        "b", "a", usage=Usage(input=9, cache_read=0, output=2, reasoning=1), tier="flex", id="r1"
    )
    [call] = settled(outer, inner).calls
    assert call.prompt
    assert (call.tier, call.usage and call.usage.reasoning) == ("flex", 1)


def test_a_sum_around_two_calls_without_content_is_no_call() -> None:
    outer = span("a", messages=ASK, usage=Usage(input=18, output=2))
    found = settled(outer, *(span(n, "a", usage=Usage(input=9, output=1)) for n in "bc"))
    assert [call.usage and call.usage.input for call in found.calls] == [9, 9]


def test_two_instrumentations_of_one_response_are_one_call() -> None:
    one = span("b", "z", id="r1", usage=Usage(input=9, output=1))
    two = span("c", "z", id="r1", messages=ASK, usage=Usage(input=9, output=1))
    [call] = settled(one, two).calls
    assert call.prompt


def test_sums_of_agents_count_only_where_their_calls_are_missing() -> None:
    agent = span("a", outer=True, usage=Usage(input=18, output=2))
    call = span("b", "lost", messages=ASK, usage=Usage(input=9, output=1))
    assert [c.usage and c.usage.input for c in settled(agent, call).calls] == [9]
    agent = span("a", outer=True, usage=Usage(input=18, output=2))
    assert [c.usage and c.usage.input for c in settled(agent).calls] == [18]


def test_sessions_and_tags_come_down_and_parents_may_be_a_ring() -> None:
    root = span("a", "b", call=False, session="s", tags={"user": "u"})
    middle = span("b", "a", call=False)
    [call] = settled(root, middle, span("c", "b", messages=ASK)).calls
    assert (call.session, call.tags["user"]) == ("s", "u")


def test_totals_say_that_no_content_was_logged() -> None:
    [call] = settled(span("a", usage=Usage(input=9, output=1))).calls
    assert call.hidden == "no content was logged"


def test_more_cached_than_sent_says_that_input_excludes_it() -> None:
    assert tokens(100, 5, read=40, write=10) == Usage(
        input=50, cache_read=40, cache_write_5m=10, cache_write_1h=0, output=5
    )
    beside = tokens(5, 5, read=40, write=10)
    assert beside is not None
    assert (beside.input, beside.prompt) == (5, 55)
    assert tokens(None, None) is None


def kinds(value: Any) -> list[tuple[str, list[str]]]:
    return [(turn.role, [part.kind for part in turn.parts]) for turn in turns(value)]


def test_one_conversation_in_every_dialect() -> None:
    openai = [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "U"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": {"name": "t", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c", "content": "R"},
    ]  # fmt: skip
    expected = [
        ("system", ["text"]),
        ("user", ["text"]),
        ("assistant", ["call"]),
        ("tool", ["result"]),
    ]
    lc = [
        [{"lc": 1, "id": ["x", "SystemMessage"], "kwargs": {"content": "S"}},
         {"lc": 1, "id": ["x", "HumanMessage"], "kwargs": {"content": "U"}},
         {"lc": 1, "id": ["x", "AIMessage"], "kwargs": {"content": "", "tool_calls": [{"name": "t", "args": {}, "id": "c"}]}},
         {"lc": 1, "id": ["x", "ToolMessage"], "kwargs": {"content": "R", "tool_call_id": "c"}}]
    ]  # fmt: skip
    otel = [
        {"role": "system", "parts": [{"type": "text", "content": "S"}]},
        {"role": "user", "parts": [{"type": "text", "content": "U"}]},
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c", "name": "t", "arguments": {}}],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "response": "R"}]},
    ]
    vercel = [
        {"role": "system", "content": "S"},
        {"role": "user", "content": [{"type": "text", "text": "U"}]},
        {
            "role": "assistant",
            "content": [{"type": "tool-call", "toolCallId": "c", "toolName": "t", "input": {}}],
        },
        {
            "role": "tool",
            "content": [
                {
                    "type": "tool-result",
                    "toolCallId": "c",
                    "toolName": "t",
                    "output": {"type": "text", "value": "R"},
                }
            ],
        },
    ]
    gemini = [
        {"role": "system", "parts": [{"text": "S"}]},
        {"role": "user", "parts": [{"text": "U"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "t", "args": {}}}]},
        {"role": "tool", "parts": [{"functionResponse": {"name": "t", "response": {"r": "R"}}}]},
    ]
    bedrock = [
        {"role": "system", "content": [{"text": "S"}]},
        {"role": "user", "content": [{"text": "U"}]},
        {
            "role": "assistant",
            "content": [{"toolUse": {"toolUseId": "c", "name": "t", "input": {}}}],
        },
        {
            "role": "tool",
            "content": [{"toolResult": {"toolUseId": "c", "content": [{"text": "R"}]}}],
        },
    ]
    for dialect in (
        openai,
        lc,
        otel,
        vercel,
        gemini,
        bedrock,
        json.dumps(openai),
        {"messages": openai},
    ):
        assert kinds(dialect) == expected


def test_a_text_that_merely_is_json_stays_text() -> None:
    for text in ('{"a": 1}', '["x", "y"]', '[{"name": "n"}]', "[1, 2]"):
        [turn] = turns([{"role": "user", "content": text}])
        assert turn.parts[0].text == text


def test_base64_is_never_text() -> None:
    url = "data:image/png;base64,iVBORw0KGgo="
    for part in (
        {"type": "image_url", "image_url": {"url": url}}, {"type": "blob", "mime_type": "image/png", "content": "iVBO"},
        {"inlineData": {"mimeType": "image/png", "data": "iVBO"}}, url,
        {"image": {"format": "png", "source": {"bytes": {"type": "Buffer", "data": [137, 80]}}}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}},
        "@@@langfuseMedia:type=image/png|id=1|source=base64@@@",
    ):  # fmt: skip
        found = part_of(part)
        assert found.kind == "media"
        assert found.media is not None
        assert found.media.kind == "image"
        assert found.text is None


def test_results_without_ids_answer_calls_in_order() -> None:
    calls = [
        {"function": {"name": n, "arguments": {"path": f"{n}.py"}}}
        for n in ("read", "grep", "read")
    ]
    messages = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "", "tool_calls": calls},
                {"role": "tool", "tool_name": "grep", "content": "1"}, {"role": "tool", "content": "2"},
                {"role": "tool", "content": "3"}]  # fmt: skip
    found = settled(Logged(where=PLACE, model="qwen3:4b", provider="ollama", messages=messages))
    paths = {s.text: s.path for s in found.segments if s.category == "tool_result"}
    assert paths["1"] == ("tool_result", "grep", "grep.py")
    assert paths["2"] == paths["3"] == ("tool_result", "read", "read.py")


def test_a_text_that_the_logger_cut_is_named() -> None:
    row = {"call_type": "completion", "prompt_tokens": 9, "completion_tokens": 1, "startTime": 1, "model": "gpt-4o",
           "messages": [{"role": "user", "content": "start ... (litellm_truncated 900 chars)"}]}  # fmt: skip
    codes = [(w.code, "cut" in w.message) for w in opened([row]).trace.warnings]
    assert ("partial", True) in codes


def test_ids_times_and_values_of_every_encoding() -> None:
    assert hex_id("0x0a1b") == "0a1b"
    assert hex_id("SAed8VQF2kk=") == "48079df15405da49"
    assert hex_id("0" * 16) == hex_id(None) == ""
    moments = [
        1767261600,
        1767261600000,
        1767261600000000,
        1767261600000000000,
        "2026-01-01T10:00:00",
        "2026-01-01 10:00:00.000000",
    ]
    assert len({as_time(moment) for moment in moments}) == 1
    assert value_of({"intValue": "18446744073709551615"}) == 2**64 - 1
    assert value_of({"string_value": None, "int_value": 3, "kvlist_value": None}) == 3
    assert value_of(
        {
            "arrayValue": {
                "values": [
                    {"kvlistValue": {"values": [{"key": "a", "value": {"boolValue": True}}]}}
                ]
            }
        }
    ) == [{"a": True}]
    assert nested({"p.1.role": "b", "p.0.calls.0.id": "x", "p.10.role": "c"}, "p") == [
        {"calls": [{"id": "x"}]}, {"role": "b"}, {"role": "c"},
    ]  # fmt: skip


def test_a_model_is_rendered_by_its_maker_whoever_serves_it() -> None:
    assert api_of("aws", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0") == "anthropic.messages"
    assert api_of("openrouter", "google/gemini-2.5-pro") == "gemini.generate"
    assert api_of("aws", "amazon.nova-lite-v1:0") == "bedrock.converse"
    assert api_of("openai", "gpt-5", responses=True) == "openai.responses"
    assert [provider_of(name) for name in ("az.ai.openai", "AWS.Bedrock", "gcp.vertex_ai", "ChatOpenAI", "odd")] == [
        "azure", "aws", "vertex", "openai", "odd",
    ]  # fmt: skip
    assert provider_of("openai", "https://x.openai.azure.com/v1") == "azure"
