"""The invariants of ARCHITECTURE "Money and sums", on random traces."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from draw import lane_of
from whytokens.apportion import cut, largest_remainder
from whytokens.attribution.bill import settled
from whytokens.attribution.share import Attribution, attribute
from whytokens.attribution.tally import tally
from whytokens.builder import TraceBuilder
from whytokens.layouts.in_order import in_order
from whytokens.layouts.merged import merged
from whytokens.model import Trace, Usage, Where
from whytokens.prices import Quote
from whytokens.protocol import Columns

QUOTE = Quote(
    input_pusd=3_000_000, cache_read_pusd=300_000, cache_write_5m_pusd=3_750_000,
    cache_write_1h_pusd=6_000_000, output_pusd=15_000_000, fees_pusd=7_000,
    row="m", how="exact", source="test", as_of="2026-01-01", tier="standard",
)  # fmt: skip
ROLES = ("system", "tools", "user", "assistant", "tool")
sizes = st.integers(0, 40)


@st.composite
def traces(draw: st.DrawFn, text: str = "") -> Trace:
    """Calls whose prompts branch from one another, with any usage at all. `text` stands in every text,
    name, model and session."""
    builder, nodes = TraceBuilder("t"), [builder_root()]
    for number in range(draw(st.integers(1, 12))):
        node = draw(st.sampled_from(nodes))
        for _ in range(draw(st.integers(0, 4))):
            node = builder.prompt([_message(builder, draw, number, text)], node)
        nodes.append(node)
        reply = [
            _segment(builder, draw, "assistant", number, text)
            for _ in range(draw(st.integers(0, 2)))
        ]
        builder.call(
            api="test", model=f"m{text}", prompt=node, session=draw(st.sampled_from([f"a{text}", f"b{text}"])),
            where=Where(file="f", line=number + 1), reply=tuple(reply),
            error=draw(st.sampled_from([None, None, None, "boom"])),
            hidden=draw(st.sampled_from([None, f"tools{text}"])),
            usage=draw(st.none() | usages()),
        )  # fmt: skip
    return builder.build()


def builder_root():
    return TraceBuilder("t").prompt(())


def usages() -> st.SearchStrategy[Usage]:
    maybe = st.none() | st.integers(0, 300)
    return st.builds(
        Usage, input=maybe, cache_read=maybe, cache_write_5m=maybe, cache_write_1h=maybe,
        output=maybe, reasoning=maybe,
    )  # fmt: skip


def _segment(builder: TraceBuilder, draw: st.DrawFn, category: str, number: int, word: str):
    name = draw(st.sampled_from("pqrs")) + word
    text = name * draw(sizes)
    where = Where(file=f"f{word}", line=number + 1)
    return builder.segment(category, (category, name), text, where)


def _message(builder: TraceBuilder, draw: st.DrawFn, number: int, word: str):
    role = draw(st.sampled_from(ROLES))
    category = "tool_result" if role == "tool" else role
    return builder.message(
        role,
        [_segment(builder, draw, category, number, word) for _ in range(draw(st.integers(0, 3)))],
    )


def attributed(trace: Trace, frame_tokens: int) -> list[Attribution]:
    lane = lane_of(trace, frame_tokens)
    return [attribute(call, lane, QUOTE) for call in trace.calls]


@settings(max_examples=150, deadline=None)
@given(traces(), st.integers(0, 9))
def test_spans_sum_to_the_bill(trace: Trace, frame_tokens: int) -> None:
    for one in attributed(trace, frame_tokens):
        spans = list(one.spans())
        assert all(span.tokens > 0 or span.billed == "output" for span in spans)
        prompt = [span for span in spans if span.billed != "output"]
        assert sum(span.tokens for span in prompt) == one.prompt_tokens
        usage = one.call.usage
        if one.method == "reported":
            assert usage is not None
            assert one.prompt_tokens == usage.prompt
            by = defaultdict(int)
            for span in prompt:
                by[span.billed] += span.tokens
            assert by["read"] == (usage.cache_read or 0)
            assert by["write_5m"] == (usage.cache_write_5m or 0)
            assert by["write_1h"] == (usage.cache_write_1h or 0)
            assert by["input"] == usage.input
        counted = one.output_counted or one.method == "unbilled"
        if usage and usage.output is not None and not counted:
            assert one.output_tokens == usage.output
        assert sum(span.pusd for span in spans) + one.fees_pusd == one.cost_pusd


@settings(max_examples=150, deadline=None)
@given(traces(), st.integers(0, 9), st.integers(0, 10**11))
def test_what_was_charged_is_what_the_frames_sum_to(
    trace: Trace, frame_tokens: int, charged: int
) -> None:
    billed = [replace(call, reported_cost_pusd=charged) for call in trace.calls]
    lane = lane_of(trace, frame_tokens)
    found = [settled(attribute(call, lane, QUOTE)) for call in billed]
    for one in found:
        ours = attribute(one.call, lane, QUOTE).cost_pusd
        assert sum(span.pusd for span in one.spans()) + one.fees_pusd == one.cost_pusd
        assert sum(extra.pusd for extra in one.extras) == one.fees_pusd
        if one.method == "unbilled":
            assert one.cost_pusd == ours
        elif charged and abs(charged - ours) > 10**6:
            assert one.cost_pusd == charged
        else:
            assert one.cost_pusd in (ours, charged)
    trace = replace(trace, calls=tuple(billed))
    total = merged(trace, tuple(found), tally(found), len)["nusd"][0]
    paid = sum(one.cost_pusd for one in found if one.method != "unbilled")
    assert abs(total * 1000 - paid) <= 500


@settings(max_examples=150, deadline=None)
@given(traces(), st.integers(0, 9))
def test_tally_along_the_tree_equals_the_sum_of_all_spans(trace: Trace, frame_tokens: int) -> None:
    found = attributed(trace, frame_tokens)
    plain: dict[object, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in found:
        if one.method == "unbilled":
            continue
        for span in one.spans():
            cause = span.cause if span.segment is None else ""
            key = (span.billed == "output", span.segment, cause)
            sums = plain[key]
            sums[0] += span.tokens
            sums[1] += span.tokens if span.billed == "read" else 0
            sums[2] += span.pusd
    fast = tally(found)
    mine: dict[object, list[int]] = {}
    for reply, table in ((False, fast.prompt), (True, fast.reply)):
        for segment, sums in table.items():
            mine[(reply, segment, "")] = [sums.tokens, sums.read_tokens, sums.pusd]
    for reply, causes in ((False, fast.overhead), (True, fast.reply_overhead)):
        for cause, sums in causes.items():
            if cause != "fees per call":
                mine[(reply, None, cause)] = [sums.tokens, sums.read_tokens, sums.pusd]
    assert {k: v for k, v in mine.items() if any(v)} == {k: v for k, v in plain.items() if any(v)}


def check_columns(columns: Columns) -> None:
    size = len(columns["name"])
    for what in ("tokens", "read", "nusd"):
        values = columns[what]  # type: ignore[literal-required]
        below = [0] * size
        for row in range(1, size):
            assert columns["parent"][row] < row
            below[columns["parent"][row]] += values[row]
        assert all(value >= 0 for value in values)
        assert all(own >= part for own, part in zip(values, below, strict=True)), what
    assert all(
        read <= tokens for read, tokens in zip(columns["read"], columns["tokens"], strict=True)
    )


@settings(max_examples=100, deadline=None)
@given(traces(), st.integers(0, 9))
def test_layouts_add_up(trace: Trace, frame_tokens: int) -> None:
    found = attributed(trace, frame_tokens)
    everything = sum(one.prompt_tokens + one.output_tokens for one in found)
    money = sum(one.cost_pusd for one in found if one.method != "unbilled")
    for columns in (merged(trace, found, tally(found), len), in_order(trace, found)):
        check_columns(columns)
        assert columns["tokens"][0] == everything
        assert columns["nusd"][0] == (money + 500) // 1000


@settings(max_examples=100, deadline=None)
@given(traces())
def test_calls_of_a_frame_are_the_calls_that_carried_it(trace: Trace) -> None:
    found = attributed(trace, 0)
    columns = merged(trace, found, tally(found), len)
    billed = [one for one in found if one.method != "unbilled"]
    for row, segment in enumerate(columns["segment"]):
        top = row
        while columns["parent"][top] > 0:
            top = columns["parent"][top]
        if segment < 0 or columns["strings"][columns["name"][top]] == "output":
            continue
        calls = [
            one.call.id
            for one in billed
            if any(
                segment in trace.messages[trace.prompts.messages[node]].segments
                for node in trace.prompts.path(one.call.prompt)
            )
        ]
        assert columns["calls"][row] == len(calls)
        assert columns["first"][row] == min(calls)


@given(st.lists(st.integers(0, 1000), max_size=20), st.integers(0, 5000))
def test_apportion_is_exact(weights: list[int], total: int) -> None:
    for share in (largest_remainder, cut):
        parts = share(weights, total)
        assert len(parts) == len(weights)
        assert all(part >= 0 for part in parts)
        assert sum(parts) == (total if sum(weights) else 0)
    if total <= sum(weights):
        assert all(
            part <= weight for part, weight in zip(cut(weights, total), weights, strict=True)
        )
