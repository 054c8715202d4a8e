"""What is unusual: days outside the band, and runs above 150 % of their workflow's mean of the week before.

Spec: issue "Spend over time", overview, layer 4.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from whytokens.spend.runs import DAY_MS, Run
from whytokens.spend.series import WEEK_DAYS

ABOVE_PERCENT = 150
# A mean of fewer runs says nothing of the next one.
LEAST_RUNS = 5


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
        ordered = sorted(self.of[self.start : self.end], key=lambda one: one.pusd)
        return ordered[len(ordered) // 2]


def outliers(found: Sequence[Run]) -> Iterator[Outlier]:
    """In the order in which they ran."""
    by_workflow: dict[str, list[Run]] = {}
    for run in found:
        if run.started_ms >= 0:
            by_workflow.setdefault(run.workflow, []).append(run)
    made = [one for some in by_workflow.values() for one in _of_workflow(some)]
    yield from sorted(made, key=lambda one: (one.run.started_ms, one.run.run))


def _of_workflow(some: list[Run]) -> Iterator[Outlier]:
    some.sort(key=lambda run: (run.started_ms, run.run))
    times = [run.started_ms for run in some]
    sums = [0]
    for run in some:
        sums.append(sums[-1] + run.pusd)
    for run in some:
        start = bisect_left(times, run.started_ms - WEEK_DAYS * DAY_MS)
        end = bisect_left(times, run.started_ms)
        count, total = end - start, sums[end] - sums[start]
        if count >= LEAST_RUNS and run.pusd * 100 * count > ABOVE_PERCENT * total:
            yield Outlier(run, (2 * total + count) // (2 * count), some, start, end)
