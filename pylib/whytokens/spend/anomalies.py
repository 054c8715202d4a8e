"""What is unusual: days outside the band, and runs above 150 % of their workflow's mean of the week before.

Spec: issue "Spend over time", overview, layer 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from whytokens.spend.cells import WEEK_DAYS
from whytokens.spend.runs import DAY_MS, Run

ABOVE_PERCENT = 150
# A mean of fewer runs says nothing of the next one.
LEAST_RUNS = 5
WEEK_MS = WEEK_DAYS * DAY_MS


class Outlier(NamedTuple):
    """A run, and the mean of its workflow's runs in the 7 days before it started: those of `of` from
    `start` to `end`."""

    run: Run
    mean_pusd: int
    of: Sequence[Run]
    start: int
    end: int

    @property
    def usual(self) -> Run:
        """One of those runs that is as near to the middle as any: what to compare it with."""
        some = range(self.start, self.end)
        costs = sorted(zip((self.of[at].pusd for at in some), some, strict=True))
        return self.of[costs[len(costs) // 2][1]]


def outliers(found: Sequence[Run]) -> Iterator[Outlier]:
    """In the order in which they ran."""
    by_workflow: dict[str, list[Run]] = {}
    for run in found:
        if run.started_ms >= 0:
            by_workflow.setdefault(run.workflow, []).append(run)
    made = [one for some in by_workflow.values() for one in _of_workflow(some)]
    yield from sorted(made, key=lambda one: (one.run.started_ms, one.run.run))


def _of_workflow(some: list[Run]) -> Iterator[Outlier]:
    times = [run.started_ms for run in some]
    if times != sorted(times):  # runs come as their trace has them, which is in order
        some.sort(key=attrgetter("started_ms"))
        times = [run.started_ms for run in some]
    costs = [run.pusd for run in some]
    start = end = total = 0  # of the window of the week before, which moves on with the runs
    for at, (time, pusd) in enumerate(zip(times, costs, strict=True)):
        while times[end] < time:
            total += costs[end]
            end += 1
        while times[start] < time - WEEK_MS:
            total -= costs[start]
            start += 1
        count = end - start
        if count >= LEAST_RUNS and pusd * 100 * count > ABOVE_PERCENT * total:
            yield Outlier(some[at], (2 * total + count) // (2 * count), some, start, end)
