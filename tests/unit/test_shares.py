"""Sums that a session's calls share: nothing is lost, what is known stays, what is beyond is a call."""

from __future__ import annotations

import pytest

from whytokens.builder import TraceBuilder
from whytokens.importers.conversation import SYSTEM_AND_TOOLS
from whytokens.importers.shares import BEYOND, SharedConversation
from whytokens.model import Trace, Usage, Where

AT = Where(file="s.jsonl", line=1)
BUCKETS = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning")


def talked(*replies: tuple[str, str, Usage | None]) -> tuple[TraceBuilder, SharedConversation]:
    """A conversation: for each call its model, what the user said before it, and its own usage."""
    builder = TraceBuilder("t")
    talk = SharedConversation(builder, "s", SYSTEM_AND_TOOLS)
    for model, said, spent in replies:
        talk.hear({"role": "user", "content": said}, AT)
        talk.model = model
        talk.reply({"role": "assistant", "content": f"reply to {said[:9]}"}, AT, spent)
    return builder, talk


def summed(trace: Trace, model: str) -> dict[str, int]:
    spent = [call.usage for call in trace.calls if call.model == model and call.usage]
    return {name: sum(getattr(one, name) or 0 for one in spent) for name in BUCKETS}


def of(usage: Usage) -> dict[str, int]:
    return {name: getattr(usage, name) or 0 for name in BUCKETS}


@pytest.mark.parametrize("prompt", [0, 1, 7, 30_001])
def test_shares_sum_to_what_was_spent(prompt: int) -> None:
    total = Usage(input=prompt, cache_read=prompt * 3, cache_write_5m=5, output=101, reasoning=17)
    builder, talk = talked(("m", "a" * 4000, None), ("m", "b", None), ("m", "c" * 99, None))
    talk.settle({"m": total}, AT, {"m": 1_000_003})
    trace = builder.build()
    assert summed(trace, "m") == of(total)
    assert sum(call.reported_cost_pusd or 0 for call in trace.calls) == 1_000_003
    assert len(trace.warnings) == 1
    if prompt > 1000:  # each call sends what the ones before sent, and what no text explains
        sizes = [call.usage.prompt or 0 for call in trace.calls if call.usage]
        assert sizes == sorted(sizes) and sizes[0] > prompt


def test_what_single_calls_say_stays() -> None:
    known = Usage(input=10, cache_read=20, output=3)
    builder, talk = talked(("m", "a", known), ("m", "b", Usage(output=40)), ("m", "c", None))
    talk.settle({"m": Usage(input=110, cache_read=220, output=63)}, AT)
    trace = builder.build()
    assert trace.calls[0].usage == known
    assert trace.calls[1].usage and trace.calls[1].usage.output == 40
    assert trace.calls[2].usage and trace.calls[2].usage.output == 20
    assert summed(trace, "m") == of(Usage(input=110, cache_read=220, output=63))


def test_outputs_above_the_sum_are_no_outputs_of_it() -> None:
    builder, talk = talked(("m", "a", Usage(output=40)), ("m", "b", Usage(output=40)))
    talk.settle({"m": Usage(input=100, output=50)}, AT)
    assert summed(builder.build(), "m")["output"] == 50


def test_a_model_without_calls_is_a_call_of_its_own() -> None:
    builder, talk = talked(("m", "a", None), ("other", "b", None))
    talk.settle({"m": Usage(input=9, output=1), "small": Usage(input=700, output=2)}, AT)
    trace = builder.build()
    beyond = [call for call in trace.calls if call.model == "small"]
    assert [call.hidden for call in beyond] == [BEYOND]
    assert summed(trace, "small") == of(Usage(input=700, output=2))
    assert [call.usage for call in trace.calls if call.model == "other"] == [None]
    assert not trace.warnings  # one call has all of its model's sum: that is no share


def test_one_sum_is_that_of_calls_without_a_model_too() -> None:
    builder, talk = talked(("", "a", None), ("m", "b", None))
    talk.settle({"m": Usage(input=9, output=1)}, AT)
    trace = builder.build()
    assert {call.model for call in trace.calls} == {"m"}
    assert summed(trace, "m") == of(Usage(input=9, output=1))
