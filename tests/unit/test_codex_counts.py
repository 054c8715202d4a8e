"""What a rollout's counts say: totals alone, compactions' records, copies of a parent's counts."""

from __future__ import annotations

from typing import Any

import pytest

from whytokens.builder import TraceBuilder
from whytokens.importers.codex_events import as_lines
from whytokens.importers.codex_session import RolloutReader
from whytokens.model import Trace, Where

Line = tuple[str, dict[str, Any]]


def spent(prompt: int, output: int) -> dict[str, int]:
    return {"input_tokens": prompt, "cached_input_tokens": 0, "output_tokens": output}


def count(total: dict[str, int] | None, last: dict[str, int] | None = None) -> Line:
    info = {"total_token_usage": total, "last_token_usage": last}
    return "event_msg", {"type": "token_count", "info": info}


def said(text: str) -> Line:
    content = [{"type": "output_text", "text": text}]
    return "response_item", {"type": "message", "role": "assistant", "content": content}


def record(request: str, prompt: int, output: int, **more: Any) -> Line:
    return "token_usage_record", {"response_id": request, "usage": spent(prompt, output), **more}


def compacted(request: str) -> Line:
    return "compacted", {"message": "in short", "compaction_response_id": request}


def read(*lines: Line) -> Trace:
    builder = TraceBuilder("t")
    reader = RolloutReader(builder)
    for number, (kind, payload) in enumerate(lines, 1):
        reader.line({"type": kind, "payload": payload}, Where(file="t", line=number))
    reader.finish()
    return builder.build()


def bills(trace: Trace) -> list[tuple[int | None, int | None]]:
    return [(one.usage.prompt, one.usage.output) for one in trace.calls if one.usage]


def test_totals_alone_are_told_apart() -> None:
    trace = read(
        said("one"), count(spent(100, 5)), said("two"), count(spent(250, 9)), count(spent(250, 9)),
        said("anew"), count(spent(40, 2)),
    )  # fmt: skip
    assert bills(trace) == [(100, 5), (150, 4), (40, 2)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_compaction_is_paid_once_whether_its_record_comes_before_or_after(
    order: tuple[int, int],
) -> None:
    pair = (record("resp_1", 300, 30), compacted("resp_1"))
    trace = read(
        said("one"), count(spent(100, 5), spent(100, 5)), pair[order[0]], pair[order[1]],
        compacted("resp_1"), said("two"), count(spent(120, 9), spent(20, 4)),
    )  # fmt: skip
    assert sorted(bills(trace)) == [(20, 4), (100, 5), (300, 30)]


@pytest.mark.parametrize(
    "more", [{}, {"thread_token_usage": spent(400, 35)}], ids=["by its own", "by the thread's"]
)
def test_a_compaction_that_a_count_holds_is_not_paid_twice(more: dict[str, Any]) -> None:
    trace = read(
        said("one"), count(spent(100, 5), spent(100, 5)), record("resp_1", 300, 30, **more),
        count(spent(400, 35), spent(300, 30)), compacted("resp_1"),
    )  # fmt: skip
    assert bills(trace) == [(100, 5), (300, 30)]


def test_records_that_no_compaction_names_are_those_of_calls() -> None:
    assert bills(read(said("one"), record("resp_1", 100, 5), count(spent(100, 5)))) == [(100, 5)]


def test_the_tier_of_the_settings_holds_until_they_change() -> None:
    def applied(**settings: Any) -> Line:
        return "event_msg", {"type": "thread_settings_applied", "thread_settings": settings}

    trace = read(
        said("a"), count(spent(1, 1)), applied(service_tier="priority"), said("b"),
        count(spent(3, 2)), applied(model="m"), said("c"), count(spent(6, 3)),
        applied(service_tier="default"), said("d"), count(spent(10, 4)),
    )  # fmt: skip
    assert [call.tier for call in trace.calls] == [None, "priority", "priority", None]


def test_totals_of_the_first_printed_runs_are_events_themselves() -> None:
    event = {"id": "0", "msg": {"type": "token_count", **spent(70, 7)}}
    assert bills(read(said("one"), *as_lines(event))) == [(70, 7)]
