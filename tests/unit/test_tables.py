"""Tables as people and spreadsheets write them: numbers, times, texts, indexes, what cannot be read."""

from __future__ import annotations

import io

import pytest

from whytokens.containers import Source
from whytokens.importers.values import as_time
from whytokens.model import Call, Trace
from whytokens.pipeline import run


def opened(text: str, encoding: str = "utf-8") -> Trace:
    data = text.encode(encoding)
    return run([Source(name="x.csv", size_bytes=len(data), open=lambda: io.BytesIO(data))]).trace


def only(text: str, encoding: str = "utf-8") -> Call:
    [call] = opened(text, encoding).calls
    return call


def counts(call: Call) -> tuple[int | None, int | None, int | None]:
    assert call.usage is not None
    return call.usage.input, call.usage.output, call.reported_cost_pusd


def test_a_german_spreadsheet() -> None:
    call = only(
        "Zeit;timestamp;Model;Input Tokens;Output Tokens;Cost\r\n"
        "x;31.01.2026 18:30:00;gpt-4o;1.234;56;0,0123\r\n", "utf-8-sig",
    )  # fmt: skip
    assert counts(call) == (1234, 56, 12_300_000_000)
    assert call.started == as_time("2026-01-31T18:30:00Z")


def test_thousands_and_dollars() -> None:
    rows = 'model,time,input_tokens,output_tokens,cost\ngpt-4o,2026-01-31,"1,234,567",5,$0.25\n'
    plain = "gpt-4o,2026-01-31,12,5,$0.01\n" * 60
    found = opened(rows + plain + 'gpt-4o,2026-01-31,"1,001",5,"$1,000.50"\n').calls
    assert counts(found[0]) == (1_234_567, 5, 250_000_000_000)
    assert counts(found[-1]) == (1_001, 5, 1_000_500_000_000_000)


def test_numbers_that_no_column_settles_stay_as_computers_write_them() -> None:
    call = only("model;time;input_tokens;output_tokens;cost\ngpt-4o;2026-01-31;1234;5;0.125\n")
    assert counts(call) == (1234, 5, 125_000_000_000)


def test_the_index_of_a_data_frame_is_no_column() -> None:
    call = only(",model,time,input_tokens,output_tokens\n0,gpt-4o,2026-01-31,7,5\n")
    assert counts(call)[:2] == (7, 5)
    assert not call.tags


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02 03:04:05 UTC", "2026-01-02 03:04:05.000 +0000 UTC", "Fri, 02 Jan 2026 03:04:05 GMT",
        "1/2/2026, 3:04:05 AM", "02.01.2026 03:04:05", "Jan 2, 2026, 3:04:05\u202fAM", "1767323045", "1767323045000",
        "2026/01/02 03:04:05", "Fri Jan 02 2026 04:04:05 GMT+0100 (Central European Standard Time)",
        "2026-01-01 20:04:05 -0700 MST",
    ],
)  # fmt: skip
def test_times_with_one_reading(text: str) -> None:
    assert as_time(text) == as_time("2026-01-02T03:04:05Z")


def test_times_with_two_readings_are_left_out_and_named() -> None:
    assert as_time("1/2/2026, 3:04:05 am") is None  # India and Australia: the first of February
    trace = opened("model,time,input_tokens,output_tokens,cost\ngpt-4o,1/2/2026 15:04,7,5,€3\n")
    assert trace.calls[0].started is None
    [said] = [one.message for one in trace.warnings]
    assert "“1/2/2026 15:04”" in said
    assert "“€3”" in said


def test_texts_beside_counts_are_read() -> None:
    trace = opened(
        'time,model,system_prompt,prompt,response,prompt_tokens,completion_tokens\n'
        '2026-01-31,gpt-4o,Be terse.,"Say ""hi""\nto me",hi,20,2\n'
    )  # fmt: skip
    [call] = trace.calls
    assert [s.text for s in trace.segments] == ["Be terse.", 'Say "hi"\nto me', "hi"]
    assert (call.api, call.hidden, counts(call)[:2]) == ("openai.chat", None, (20, 2))


def test_counts_in_an_object_or_as_text() -> None:
    call = only(
        '{"model": "gpt-4o", "ts": 1767225600, "usage": {"prompt_tokens": 9, "completion_tokens": 2}}'
    )
    assert counts(call)[:2] == (9, 2)
    call = only(
        '{"model": "gpt-4o", "ts": "1767225600", "input_tokens": "9", "output_tokens": "2"}'
    )
    assert counts(call)[:2] == (9, 2)


def test_one_line_of_counts_makes_no_table_of_a_conversation() -> None:
    lines = '{"role": "user", "content": "Hi"}\n{"role": "assistant", "content": "Yo"}\n'
    lines += '{"model": "gpt-4o", "time": 1767225600, "input_tokens": 9, "output_tokens": 2}\n'
    assert opened(lines).importer == "Other agent's log"
