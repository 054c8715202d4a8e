"""Rows and groups of spend against sums made in the plainest way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from whytokens.spend.groups import grouped
from whytokens.spend.rows import UNTAGGED, Row, dimension, dimensions

START = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)


def row(number: int, **more: object) -> Row:
    fields: dict[str, object] = {
        "call": number, "session": f"s{number % 2}", "turn": 1, "duration_ms": None,
        "started": START + timedelta(hours=number), "model": "m", "provider": None,
        "input_tokens": 10 * number, "read_tokens": number, "write_tokens": 0,
        "output_tokens": 1, "reasoning_tokens": 0, "pusd": 100 * number, "tools": 0, "error": None,
        "tags": {"feature": "a" if number < 3 else "b"} if number else {},
    }  # fmt: skip
    return Row(**{**fields, **more})  # type: ignore[arg-type]


ROWS = [row(number) for number in range(5)]


def test_dimensions_of_time_are_utc_and_missing_tags_are_seen() -> None:
    first = ROWS[0]
    assert [dimension(first, name) for name in ("hour", "day", "week", "month")] == [
        "2026-11-02 23:00", "2026-11-02", "2026-W45", "2026-11",
    ]  # fmt: skip
    assert dimension(first, "feature") == UNTAGGED == dimension(first, "provider")
    assert dimension(row(1, started=None), "day") == UNTAGGED
    assert dimensions(ROWS) == ["feature"]


def test_groups_sum_to_the_whole_and_come_dearest_first() -> None:
    found = grouped(ROWS, ["feature"])
    assert [one.key for one in found] == [("b",), ("a",), (UNTAGGED,)]
    assert sum(one.pusd for one in found) == sum(r.pusd or 0 for r in ROWS)
    assert sum(one.calls for one in found) == len(ROWS)
    assert found[0].read_share == 7 / 70
    both = grouped(ROWS, ["day", "feature"])
    assert {one.key for one in both} >= {("2026-11-03", "a"), ("2026-11-02", UNTAGGED)}


def test_unpriced_calls_are_counted_apart() -> None:
    (one,) = grouped([row(1, pusd=None), row(2, error="429")], ["model"])
    assert (one.pusd, one.unpriced, one.errors) == (200, 1, 1)
