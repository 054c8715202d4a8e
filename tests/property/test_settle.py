"""An error stays in the group (read, written, fresh) that made it, on random prompts."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from draw import lane_of
from whytokens.attribution.settle import TRIM_TOKENS
from whytokens.attribution.share import Attribution, attribute
from whytokens.builder import TraceBuilder
from whytokens.model import Usage, Where
from whytokens.prices import Unpriced

NO_PRICE = Unpriced(reason="test")
SIZES = st.lists(st.integers(100, 400), min_size=1, max_size=4)


def called(
    read: list[int], written: list[int], fresh: list[int], errors: tuple[int, int, int], frame: int
) -> tuple[Attribution, list[set[int]]]:
    """One call whose groups hold texts of these sizes and are billed `errors` more; the segments
    of each group."""
    builder, node = TraceBuilder("t"), TraceBuilder("t").prompt(())
    where, groups = Where(file="f"), list[set[int]]()
    for number, sizes in enumerate((read, written, fresh)):
        groups.append(set())
        for place, size in enumerate(sizes):
            text = f"{number}-{place}-".ljust(size, "x")
            segment = builder.segment("user", ("user",), text, where)
            groups[-1].add(segment)
            node = builder.prompt([builder.message("user", [segment])], node)
    sums = [sum(sizes) for sizes in (read, written, fresh)]
    builder.call(
        api="test",
        model="m",
        prompt=node,
        where=where,
        cache_marks=(len(read) + len(written),),
        usage=Usage(
            cache_read=sums[0] + errors[0],
            cache_write_5m=sums[1] + errors[1],
            input=sums[2] + errors[2] + frame,
        ),
    )
    trace = builder.build()
    return attribute(trace.calls[0], lane_of(trace, frame), NO_PRICE), groups


def sizes_of(one: Attribution) -> dict[int, int]:
    found: dict[int, int] = {}
    for span in one.spans():
        if span.segment is not None:
            found[span.segment] = found.get(span.segment, 0) + span.tokens
    return found


@settings(max_examples=200, deadline=None)
@given(SIZES, SIZES, SIZES, st.integers(0, 2), st.integers(-50, 300), st.integers(0, 9))
def test_one_groups_error_leaves_the_others_alone(
    read: list[int], written: list[int], fresh: list[int], group: int, error: int, frame: int
) -> None:
    errors = [0, 0, 0]
    errors[group] = error
    # A split of the cached part is found by what was written, so its error has to be small.
    assume(group != 1 or abs(error) <= TRIM_TOKENS)
    one, groups = called(read, written, fresh, (errors[0], errors[1], errors[2]), frame)
    sizes = sizes_of(one)
    texts = {s.id: len(s.text or "") for s in one.lane.trace.segments}
    for number, mine in enumerate(groups):
        if number != group or error >= 0:
            assert all(sizes.get(segment, 0) == texts[segment] for segment in mine)
    overhead = {"read": 0, "write_5m": 0, "input": 0}
    for span in one.spans():
        if span.segment is None:
            overhead[span.billed] += span.tokens
    if error >= 0:
        expected = [0, 0, frame]
        expected[group] += error
        assert list(overhead.values()) == expected


@settings(max_examples=150, deadline=None)
@given(SIZES, SIZES, SIZES, st.tuples(*[st.integers(-90, 90)] * 3), st.integers(0, 9))
def test_groups_are_billed_as_reported_whatever_the_errors(
    read: list[int],
    written: list[int],
    fresh: list[int],
    errors: tuple[int, int, int],
    frame: int,
) -> None:
    assume(sum(fresh) + errors[2] + frame >= 0)
    one, _ = called(read, written, fresh, errors, frame)
    billed = {"read": 0, "write_5m": 0, "input": 0}
    for span in one.spans():
        assert span.tokens > 0
        billed[span.billed] += span.tokens
    usage = one.call.usage
    assert usage is not None
    assert list(billed.values()) == [usage.cache_read, usage.cache_write_5m, usage.input]
