"""A generator to loop over whose result is kept: `for step in (steps := Returning(work())): ...; steps.value`."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Generic, TypeVar

Y = TypeVar("Y")
R = TypeVar("R")


class Returning(Generic[Y, R]):
    """`value` is there once the loop has ended."""

    value: R

    def __init__(self, steps: Generator[Y, None, R]) -> None:
        self._steps = steps

    def __iter__(self) -> Iterator[Y]:
        self.value = yield from self._steps

    def finish(self) -> R:
        """The result, without a look at the steps."""
        for _ in self:
            pass
        return self.value
