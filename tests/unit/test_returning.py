"""Generators whose result is kept."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from whytokens.returning import Returning


def work(fails: bool = False) -> Generator[int, None, str]:
    yield 1
    if fails:
        raise ValueError("no")
    yield 2
    return "done"


def test_steps_come_and_the_result_stays() -> None:
    steps = Returning(work())
    assert not hasattr(steps, "value")
    assert list(steps) == [1, 2]
    assert steps.value == "done"
    assert Returning(work()).finish() == "done"


def test_what_it_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="no"):
        Returning(work(fails=True)).finish()
