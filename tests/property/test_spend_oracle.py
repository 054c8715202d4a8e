"""Every aggregate of spend equals pandas on the same calls: 0 differences, in integers."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import month
from random_turns import EXAMPLES
from spend_oracle import differences, frame
from whytokens.spend.row_cells import cells
from whytokens.spend.rows import UNTAGGED, Row, rows

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def some_rows(draw: st.DrawFn) -> list[Row]:
    dice = random.Random(draw(st.integers(0, 2**32)))
    count, span = draw(st.integers(1, 120)), draw(st.integers(1, 60))
    made = []
    for number in range(count):
        run = f"r{dice.randrange(1 + count // 2)}"
        tags = {n: dice.choice("abc") for n in ("workflow", "team", "agent") if dice.random() < 0.8}
        tokens = dice.randrange(10_000)
        started = EPOCH + timedelta(seconds=dice.randrange(span * 86_400))
        made.append(Row(
            number, dice.choice((run, f"{run}-child")), run, 1, started if dice.random() < 0.95 else None, None,
            dice.choice(("m", "n", None)), dice.choice(("p", None)), tokens, dice.randrange(tokens + 1), 0,
            dice.randrange(900), 0, dice.choice((None, dice.randrange(10**12))), 0,
            dice.choice((None, None, "boom")), UNTAGGED, tags,
        ))  # fmt: skip
    return sorted(made, key=lambda row: (row.started or EPOCH, row.call))


@settings(max_examples=EXAMPLES // 10, deadline=None)
@given(some_rows())
def test_random_calls(found: list[Row]) -> None:
    assert differences(cells(found), frame(found)) == []


def test_a_month_of_five_providers() -> None:
    found = rows(month.opened(month.month(2_000)).attributions)
    table = frame(found)
    assert isinstance(table, pd.DataFrame)
    assert differences(cells(found), table) == []
