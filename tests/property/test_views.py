"""Filters, life, diff and shapes on random traces: they add up, and a shape holds no text."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from test_sums import QUOTE, attributed, check_columns, traces

from whytokens.attribution.lanes import Lanes
from whytokens.attribution.share import attribute
from whytokens.attribution.tally import tally
from whytokens.builder import TraceBuilder
from whytokens.exporters.shape import shape
from whytokens.filters import filtered
from whytokens.importers import whytokens_shape
from whytokens.layouts.diff import compare, same_prompts
from whytokens.layouts.in_order import IN_ORDER
from whytokens.layouts.life import life
from whytokens.layouts.merged import UNFOLDED
from whytokens.model import Trace, Where
from whytokens.opened import Opened
from whytokens.pipeline import finished
from whytokens.report import report
from whytokens.waste.check import check


def opened(trace: Trace, frame_tokens: int = 3) -> Opened:
    found = tuple(attributed(trace, frame_tokens))
    checked = finished(check(trace, found, ()))  # type: ignore[arg-type]
    return Opened(
        trace=trace, lanes=Lanes(trace), attributions=found, tallies=tally(found), checked=checked
    )


def paths(columns) -> list[list[str]]:
    found: list[list[str]] = []
    for row, parent in enumerate(columns["parent"]):
        label = columns["strings"][columns["name"][row]]
        found.append([] if parent < 0 else [*found[parent], label])
    return found


@settings(max_examples=25, deadline=None)
@given(traces())
def test_the_life_of_every_frame_sums_to_the_frame(trace: Trace) -> None:
    on = opened(trace)
    columns = UNFOLDED.make(on)
    for row, path in enumerate(paths(columns)):
        if not path:
            continue
        value = life(on, path)
        assert value is not None
        assert (
            sum(one["tokens"] for one in value["rows"]) == value["tokens"] == columns["tokens"][row]
        )
        assert sum(one["read"] for one in value["rows"]) == value["read"] == columns["read"][row]
        assert sum(one["nusd"] for one in value["rows"]) == value["nusd"]
        assert abs(value["nusd"] - columns["nusd"][row]) <= 1
        assert len({one["call"] for one in value["rows"]}) == len(value["rows"])
        assert all(0 <= one["read_nusd"] <= one["nusd"] for one in value["rows"])
    assert life(on, ["no such frame"]) is None


@settings(max_examples=25, deadline=None)
@given(traces(), st.data())
def test_parts_of_a_trace_sum_to_the_whole(trace: Trace, data: st.DataObject) -> None:
    on = opened(trace)
    cut = data.draw(st.integers(0, len(trace.calls) - 1))
    filters = (
        [{"last": cut}, {"first": cut + 1}],
        [{"sessions": [session.key]} for session in trace.sessions],
    )
    whole = report(on)
    for wanted in filters:
        parts = [filtered(on, one) for one in wanted]  # type: ignore[arg-type]
        for part in parts:
            check_columns(UNFOLDED.make(part))
            check_columns(IN_ORDER.make(part))
        sums = [report(part)["totals"] for part in parts]
        for key in ("calls", "input", "read", "output", "overhead"):
            assert sum(one[key] for one in sums) == whole["totals"][key]  # type: ignore[literal-required]
        assert abs(sum(one["nusd"] for one in sums) - whole["totals"]["nusd"]) <= len(parts)


@settings(max_examples=25, deadline=None)
@given(traces())
def test_a_trace_does_not_differ_from_itself(trace: Trace) -> None:
    on = opened(trace)
    found = compare(on, on)
    assert found["identical"]
    assert found["related"]
    assert found["tree"]["parent"] == [-1]
    assert found["tree"]["tokens"] == found["tree"]["nusd"] == [0]


@settings(max_examples=25, deadline=None)
@given(traces(), traces())
def test_a_diff_adds_up_and_turns_around(one: Trace, two: Trace) -> None:
    a, b = opened(one), opened(two)
    there, back = compare(a, b), compare(b, a)
    tree = there["tree"]
    check_columns(tree)
    assert (tree["tokens"][0], tree["nusd"][0]) == (
        back["tree"]["tokens"][0],
        back["tree"]["nusd"][0],
    )
    for values, on in ((tree["tokens_before"], a), (tree["tokens_after"], b)):
        assert values[0] == UNFOLDED.make(on)["tokens"][0]
    change = tree["tokens_after"][0] - tree["tokens_before"][0]
    assert abs(change) <= tree["tokens"][0]
    assert there["identical"] == same_prompts(a, b) == back["identical"]


WORD = "Zq7xSecret"


@settings(max_examples=60, deadline=None)
@given(traces(text=WORD))
def test_a_shape_holds_no_text_and_opens_to_the_same_sums(trace: Trace) -> None:
    on = opened(trace)
    value = shape(on)
    assert WORD not in value
    strings = {text for text in _strings(json.loads(value)) if text}
    assert strings <= {"m"}  # the price row of the quote, a public word
    builder = TraceBuilder("shape")
    whytokens_shape._Reader(json.loads(value), builder, Where(file="s")).read()
    again = builder.build()
    lanes = Lanes(again)
    found = tuple(attribute(call, lanes.of(call), QUOTE) for call in again.calls)
    assert [one.prompt_tokens for one in found] == [one.prompt_tokens for one in on.attributions]
    assert [one.output_tokens for one in found] == [one.output_tokens for one in on.attributions]
    sums = tally(found)
    assert sum(one.read_tokens for one in sums.prompt.values()) == sum(
        one.read_tokens for one in on.tallies.prompt.values()
    )


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in _strings(part)]
    return [text for part in value for text in _strings(part)] if isinstance(value, list) else []
