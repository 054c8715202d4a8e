"""Prompts of Claude Code sessions that a compaction left partly in place."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from whytokens.containers import Source
from whytokens.model import Call, Trace
from whytokens.pipeline import run

ROOT = Path(__file__).parents[2]
ENDS = {"headUuid": "u2", "tailUuid": "r2"}
LISTED = ["u2", "a2", "r2"]


def line(kind: str, uuid: str, parent: str | None, **more: Any) -> dict[str, Any]:
    at = f"2026-05-04T08:00:{int(uuid[1:]) * 10 + (kind == 'assistant'):02d}.000Z"
    return {
        "type": kind,
        "uuid": uuid,
        "parentUuid": parent,
        "sessionId": "s",
        "timestamp": at,
        **more,
    }


def user(uuid: str, parent: str | None, content: Any, **more: Any) -> dict[str, Any]:
    return line("user", uuid, parent, message={"role": "user", "content": content}, **more)


def assistant(uuid: str, parent: str | None, *blocks: dict[str, Any]) -> dict[str, Any]:
    usage = {"input_tokens": 100, "output_tokens": 5}
    message = {"id": f"msg_{uuid}", "role": "assistant", "model": "claude-sonnet-4-6",
               "content": list(blocks), "stop_reason": "end_turn", "usage": usage}  # fmt: skip
    return line("assistant", uuid, parent, message=message)


def said(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


READ = {"type": "tool_use", "id": "t1", "name": "Read", "input": {"file_path": "a.py"}}
RESULT = [{"type": "tool_result", "tool_use_id": "t1", "content": "the file"}]
BEFORE = [
    user("u1", None, "first question"),
    assistant("a1", "u1", said("first answer")),
    user("u2", "a1", "second question"),
    assistant("a2", "u2", said("second answer"), READ),
]
KEPT = ["second question", "second answer", '{"file_path": "a.py"}', "the file"]


def boundary(about: dict[str, Any]) -> dict[str, Any]:
    return line("system", "c3", None, subtype="compact_boundary", compactMetadata=about)


def opened(lines: list[dict[str, Any]]) -> Trace:
    data = "\n".join(map(json.dumps, lines)).encode()
    return run([Source(name="s.jsonl", size_bytes=len(data), open=lambda: io.BytesIO(data))]).trace


def prompt(trace: Trace, call: Call) -> list[str | None]:
    messages = (trace.messages[trace.prompts.messages[n]] for n in trace.prompts.path(call.prompt))
    return [trace.segments[s].text for message in messages for s in message.segments]


@pytest.mark.parametrize(
    "about",
    [
        {"preservedMessages": {"anchorUuid": "s3", "uuids": LISTED}},
        {"preservedSegment": {"anchorUuid": "s3", **ENDS}},
    ],
)
@pytest.mark.parametrize("parent", ["s3", "r2"])
def test_what_a_compaction_keeps_follows_its_summary(about: dict[str, Any], parent: str) -> None:
    """Whether the next line hangs on the summary or on the last message kept."""
    trace = opened([
        *BEFORE,
        user("r2", "a2", RESULT),
        boundary(about),
        user("s3", "c3", "the summary", isCompactSummary=True),
        user("u4", parent, "third question"),
        assistant("a4", "u4", said("third answer")),
    ])  # fmt: skip
    assert prompt(trace, trace.calls[-1]) == ["the summary", *KEPT, "third question"]


def test_what_a_compaction_keeps_may_stand_alone() -> None:
    trace = opened([
        *BEFORE,
        user("r2", "a2", RESULT),
        boundary({"preservedSegment": {"anchorUuid": "c3", **ENDS}}),
        user("u4", "c3", "third question"),
        assistant("a4", "u4", said("third answer")),
    ])  # fmt: skip
    assert prompt(trace, trace.calls[-1]) == [*KEPT, "third question"]


def test_a_result_that_comes_after_the_compaction_answers_the_call_that_was_kept() -> None:
    trace = opened([
        *BEFORE,
        boundary({"preservedMessages": {"anchorUuid": "s3", "uuids": ["u2", "a2"]}}),
        user("s3", "c3", "the summary", isCompactSummary=True),
        user("r4", "a2", RESULT),
        assistant("a4", "r4", said("third answer")),
    ])  # fmt: skip
    assert prompt(trace, trace.calls[-1]) == ["the summary", *KEPT]


def test_a_compaction_that_keeps_unknown_messages_begins_anew() -> None:
    trace = opened([
        *BEFORE,
        boundary({"preservedSegment": {"anchorUuid": "x", "headUuid": "y", "tailUuid": "z"}}),
        user("s3", "c3", "the summary", isCompactSummary=True),
        user("u4", "s3", "third question"),
        assistant("a4", "u4", said("third answer")),
    ])  # fmt: skip
    assert prompt(trace, trace.calls[-1]) == ["the summary", "third question"]


def test_a_printed_run_sums_to_what_its_result_line_says_each_model_spent() -> None:
    """Messages are printed with their stream's first counts, some calls not at all."""
    folder = ROOT / "tests" / "fixtures" / "claude_code_output"
    stream = folder / "stream-json" / "run.jsonl"
    lines = [json.loads(text) for text in stream.read_text(encoding="utf-8").splitlines()]
    whole, alone = opened(lines), opened(lines[-1:])
    for model, said in lines[-1]["modelUsage"].items():
        for trace in (whole, alone):
            spent = [c.usage for c in trace.calls if c.model == model and c.usage is not None]
            assert sum(one.prompt or 0 for one in spent) == sum(
                said[key]
                for key in ("inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens")
            )
            assert sum(one.output or 0 for one in spent) == said["outputTokens"]
    assert len({call.session for call in whole.calls}) == 2  # the sub-agent has its own
    (agent,) = (one for one in whole.sessions if one.parent)
    assert agent.title == "Explore: Find the flame"


def thought(model: str, version: str) -> Trace:
    """A turn with thinking and a tool, then a second turn."""
    thinking = {"type": "thinking", "thinking": "the user wants a file", "signature": "c2VhbA=="}
    lines = [
        user("u1", None, "first question"),
        assistant("a1", "u1", thinking, READ),
        user("r1", "a1", RESULT),
        assistant("a2", "r1", said("first answer")),
        user("u3", "a2", "second question"),
        assistant("a3", "u3", said("second answer")),
    ]
    for one in lines:
        one["version"] = version
        if one["type"] == "assistant":
            one["message"]["model"] = model
    return opened(lines)


@pytest.mark.parametrize(
    ("model", "version", "kept"),
    [
        ("claude-sonnet-4-5-20250929", "2.0.10", False),
        ("claude-sonnet-4-5-20250929", "2.0.36", True),  # from here on the client asks to keep it
        ("claude-haiku-4-5", "1.0.128", False),
        ("claude-opus-4-5-20251101", "2.0.10", True),
        ("claude-sonnet-4-5-20250929", "unknown", True),
    ],
)
def test_thinking_ends_with_its_turn_where_model_and_client_forget_it(
    model: str, version: str, kept: bool
) -> None:
    trace = thought(model, version)
    assert "the user wants a file" in prompt(trace, trace.calls[1])
    assert ("the user wants a file" in prompt(trace, trace.calls[2])) == kept
    assert prompt(trace, trace.calls[2])[-2:] == ["first answer", "second question"]


def test_a_side_questions_copy_of_the_session_counts_once() -> None:
    first = [user("u1", None, "question"), assistant("a1", "u1", said("answer"))]
    side = json.loads(json.dumps(first).replace('"u1"', '"u7"').replace('"a1"', '"a7"'))
    for one in side:
        one |= {"isSidechain": True, "agentId": "aside", "requestId": "req_other"}
    files = {"s.jsonl": first, "s/subagents/agent-aside.jsonl": side}
    sources = [
        Source(name=name, size_bytes=len(data), open=lambda data=data: io.BytesIO(data))
        for name, lines in files.items()
        for data in ["\n".join(map(json.dumps, lines)).encode()]
    ]
    assert [call.session for call in run(sources).trace.calls] == ["s"]


def test_lines_that_cannot_be_read_are_named_by_what_is_wrong_with_them() -> None:
    good = [user("u1", None, "question"), assistant("a1", "u1", said("answer"))]
    odd: list[Any] = [line("user", "u3", "a1", message="hi"), 7, {"x": 1}, line("new", "n4", "a1")]
    told = [one.message for one in opened(good + odd).warnings if one.code == "partial"]
    assert told == [
        "1 lines hold no object, skipped.",
        "1 lines of type “user” without a message skipped.",
        "1 lines without a type skipped.",
        "1 lines of unknown type “new” skipped.",
    ]
