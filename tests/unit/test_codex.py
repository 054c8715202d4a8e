"""Codex rollouts: what a model is given of its earlier thinking."""

from __future__ import annotations

from typing import Any

import pytest

from whytokens.builder import TraceBuilder
from whytokens.importers.codex_session import RolloutReader
from whytokens.model import Where


def said(role: str, text: str) -> dict[str, Any]:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


STEP: list[dict[str, Any]] = [
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "**Looking**"}]},
    {"type": "function_call", "name": "shell", "arguments": "{}", "call_id": "c1"},
    {"type": "function_call_output", "call_id": "c1", "output": "night = off"},
]


def categories(model: str) -> list[list[str]]:
    """What each call's prompt is made of: two steps of a first turn, then the user speaks again."""
    builder = TraceBuilder("t")
    reader = RolloutReader(builder)
    items = [said("user", "Why?"), *STEP, said("assistant", "It is off."), said("user", "And now?"),
             said("assistant", "Still.")]  # fmt: skip
    reader.line({"type": "turn_context", "payload": {"model": model}}, Where(file="t"))
    for number, item in enumerate(items):
        reader.line({"type": "response_item", "payload": item}, Where(file="t", line=number + 1))
        if number in (2, 4, 6):  # its tokens come after a call's items
            spent = {"input_tokens": 100 + number, "output_tokens": 9}
            info = {"last_token_usage": spent, "total_token_usage": {"input_tokens": number}}
            count = {"type": "token_count", "info": info}
            reader.line({"type": "event_msg", "payload": count}, Where(file="t"))
    reader.finish()
    trace = builder.build()
    return [
        [
            trace.segments[segment].category
            for node in trace.prompts.path(call.prompt)
            for segment in trace.messages[trace.prompts.messages[node]].segments
        ]
        for call in trace.calls
    ]


@pytest.mark.parametrize(("model", "kept"), [("gpt-5-codex", []), ("gpt-5.6", ["thinking"])])
def test_thinking_is_sent_again_within_its_turn_only(model: str, kept: list[str]) -> None:
    first, second, third = categories(model)
    assert first == ["user"]
    assert second == ["user", "thinking", "tool_call", "tool_result"]
    assert third == ["user", *kept, "tool_call", "tool_result", "assistant", "user"]
