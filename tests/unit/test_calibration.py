"""Counts that stand in for a bill: their band, what is carried over, usage that cannot be one."""

from __future__ import annotations

from draw import lane_of
from whytokens.attribution import band
from whytokens.attribution.share import Attribution, attribute
from whytokens.builder import TraceBuilder
from whytokens.model import Usage, Where
from whytokens.prices import Unpriced

NO_PRICE = Unpriced(reason="test")


def attributed(*bills: int | None, size: int = 1000, reply: str = "", output: int = 0):
    """Calls with a prompt of `size` tokens each, and what they were billed."""
    builder, where = TraceBuilder("t"), Where(file="f")
    for number, bill in enumerate(bills):
        text = f"{number}-".ljust(size, "x")
        segment = builder.segment("user", ("user",), text, where)
        said = builder.segment("assistant", ("assistant",), reply, where)
        builder.call(
            api="test",
            model="m",
            where=where,
            prompt=builder.prompt([builder.message("user", [segment])]),
            reply=(said,) if reply else (),
            usage=None if bill is None else Usage(input=bill, output=output),
        )
    trace = builder.build()
    lane = lane_of(trace)
    return [attribute(call, lane, NO_PRICE) for call in trace.calls]


def test_a_band_is_what_nine_of_ten_other_calls_of_the_model_keep() -> None:
    found = attributed(1000, 1010, 1000, 1020, None)
    assert band.bands(found) == {"m": band.Band(calls=4, per_mille=20)}
    assert band.sentences(found) == [
        "1 call of m without usable usage: the prompt is counted (≈), ± 2.0 % by the 4 calls of that "
        "model that report theirs (9 of 10)."
    ]


def test_few_calls_give_no_band_and_no_counted_call_no_sentence() -> None:
    assert "too few calls" in band.sentences(attributed(1000, None))[0]
    assert band.sentences(attributed(1000, 1000, 1000)) == []


def test_usage_far_below_the_text_is_no_part_of_a_band() -> None:
    found = attributed(1000, 1000, 1000, 3)
    assert found[3].method == "counted"
    assert band.bands(found)["m"].calls == 3


def test_what_the_call_before_was_billed_beyond_its_count_is_expected_again() -> None:
    [first, second] = attributed(1500, None)
    assert first.front_tokens == 500
    again = attribute(second.call, second.lane, NO_PRICE, carried_tokens=500)
    assert (again.method, again.prompt_tokens) == ("counted", 1500)
    assert [piece.exact for piece in again.front] == [False]


def test_the_output_of_a_streamed_first_line_is_not_trusted() -> None:
    [one] = attributed(1000, reply="y" * 200, output=2)
    assert (one.output_tokens, one.output_counted) == (200, True)
    short: Attribution = attributed(1000, reply="y" * 20, output=2)[0]
    assert (short.output_tokens, short.output_counted) == (2, False)
