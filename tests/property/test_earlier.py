"""Requests that send earlier messages again give the same trace as requests read one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whytokens.builder import TraceBuilder
from whytokens.containers import resent
from whytokens.containers.resent import Resent
from whytokens.importers import anthropic_messages, earlier, openai_chat, openai_responses
from whytokens.model import Where

WHERE = Where(file="log.jsonl")
WORDS, IDS = st.sampled_from(["one", "two", "three"]), st.sampled_from(["a", "b"])
TOOLS = st.sampled_from(["read", "mcp__git__log"])
MARK = st.sampled_from([{}, {}, {"cache_control": {"type": "ephemeral"}}])


def _anthropic(draw: st.DrawFn) -> dict[str, Any]:
    block = draw(
        st.sampled_from([
            {"type": "text", "text": draw(WORDS)},
            {"type": "tool_use", "id": draw(IDS), "name": draw(TOOLS), "input": {"path": draw(WORDS)}},
            {"type": "tool_result", "tool_use_id": draw(IDS), "content": draw(WORDS)},
            {"type": "tool_reference", "tool_name": draw(TOOLS)},
            {"type": "document", "source": {"type": "text", "data": draw(WORDS)},
             "citations": {"enabled": draw(st.booleans())}},
        ])
    )  # fmt: skip
    role = draw(st.sampled_from(["user", "assistant"]))
    return {"role": role, "content": [{**block, **draw(MARK)}]}


def _chat(draw: st.DrawFn) -> dict[str, Any]:
    function = {"name": draw(TOOLS), "arguments": json.dumps({"path": draw(WORDS)})}
    return draw(
        st.sampled_from([
            {"role": "user", "content": draw(WORDS)},
            {"role": "assistant", "tool_calls": [{"id": draw(IDS), "function": function}]},
            {"role": "tool", "tool_call_id": draw(IDS), "content": draw(WORDS)},
        ])
    )  # fmt: skip


def _item(draw: st.DrawFn) -> dict[str, Any]:
    return draw(
        st.sampled_from([
            {"role": "user", "content": draw(WORDS)},
            {"type": "reasoning", "summary": [{"text": draw(WORDS)}]},
            {"type": "function_call", "call_id": draw(IDS), "name": draw(TOOLS), "arguments": "{}"},
            {"type": "function_call_output", "call_id": draw(IDS), "output": draw(WORDS)},
        ])
    )  # fmt: skip


KINDS = {
    "messages": (anthropic_messages.request_messages, _anthropic),
    " messages": (openai_chat.request_messages, _chat),
    "input": (openai_responses.request_messages, _item),
}


@st.composite
def bodies(draw: st.DrawFn, kind: str) -> list[dict[str, Any]]:
    """Requests whose histories grow, are cut or edited, with tools that come and go."""
    message, history, found = KINDS[kind][1], list[Any](), []
    for _ in range(draw(st.integers(2, 6))):
        history = history[: draw(st.integers(0, 8))]
        history = history + [message(draw) for _ in range(draw(st.integers(1, 3)))]
        tools = [
            {"name": name, "description": draw(WORDS)} for name in draw(st.lists(TOOLS, max_size=3))
        ]
        found.append({"model": "m", kind.strip(): history, "tools": tools})
    return found


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(st.data())
def test_the_trace_is_the_same(kind: str, data: st.DataObject) -> None:
    read, lines = KINDS[kind][0], [json.dumps(body) for body in data.draw(bodies(kind))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resent, "SMALL_CHARS", 0)
        patch.setattr(resent, "LIST_CHARS", 0)
        parser, together = Resent(), TraceBuilder("together")
        again = [read(parser.parse(line), together, WHERE) for line in lines]
    apart = TraceBuilder("apart")
    alone = []
    for line in lines:
        alone.append(read(json.loads(line), apart, WHERE))
        apart.finish()
    assert again == alone
    one, two = together.build(), apart.build()
    assert (one.segments, one.messages) == (two.segments, two.messages)


def test_a_message_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resent, "SMALL_CHARS", 0)
    monkeypatch.setattr(resent, "LIST_CHARS", 0)
    parser, builder = Resent(), TraceBuilder("log")
    memory: earlier.Earlier[str] = earlier.Earlier(builder)
    messages = [{"role": "user", "content": str(number)} for number in range(5)]
    asked: list[int] = []

    def read(number: int, value: Any) -> str:
        asked.append(number)
        return str(value["content"])

    for size in (2, 4, 5, 3):
        values = parser.parse(json.dumps({"messages": messages[:size]}))["messages"]
        found = memory.read(values, None, read, lambda one: None)
        assert found == [str(number) for number in range(size)]
    assert asked == [0, 1, 2, 3, 4]
