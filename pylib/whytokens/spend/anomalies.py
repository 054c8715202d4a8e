"""What is unusual: days outside the band, and runs above 150 % of their workflow's mean of the week before.

Spec: issue "Spend over time", overview, layer 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from whytokens.spend.cells import WEEK_DAYS, picked
from whytokens.spend.runs import DAY_MS, Run, Runs

ABOVE_PERCENT = 150
# A mean of fewer runs says nothing of the next one.
LEAST_RUNS = 5
WEEK_MS = WEEK_DAYS * DAY_MS


class Outlier(NamedTuple):
    """A run that cost `above_pusd` more than the mean of its workflow's runs in the 7 days before it
    started: those of `rows` from `start` to `end`."""

    above_pusd: int
    at: int
    of: Runs
    mean_pusd: int
    rows: Sequence[int]
    start: int
    end: int

    @property
    def run(self) -> Run:
        return self.of[self.at]

    @property
    def usual(self) -> Run:
        """One of those runs that is as near to the middle as any: what to compare it with."""
        costs = self.of.pusd
        some = sorted(self.rows[self.start : self.end], key=lambda row: costs[row])
        return self.of[some[len(some) // 2]]


def outliers(found: Runs) -> list[Outlier]:
    """By workflow, in the order in which they ran."""
    by_workflow: dict[str, list[int]] = {}
    times = found.started_ms
    for row, (workflow, time) in enumerate(zip(found.workflow, times, strict=True)):
        if time >= 0:
            by_workflow.setdefault(workflow, []).append(row)
    return [one for rows in by_workflow.values() for one in _of_workflow(found, rows)]


def _of_workflow(found: Runs, rows: list[int]) -> Iterator[Outlier]:
    times = picked(found.started_ms, rows)
    if times != sorted(times):  # runs come as their trace has them, which is in order
        rows.sort(key=found.started_ms.__getitem__)
        times = picked(found.started_ms, rows)
    costs = picked(found.pusd, rows)
    before = list(accumulate(costs, initial=0))
    start = end = 0  # of the window of the week before, which moves on with the runs
    for at, (time, pusd) in enumerate(zip(times, costs, strict=True)):
        if times[end] < time:  # all before it but those that started with it
            end = at
        while times[start] < time - WEEK_MS:
            start += 1
        count = end - start
        if count < LEAST_RUNS:
            continue
        total = before[end] - before[start]
        if pusd * 100 * count > ABOVE_PERCENT * total:
            mean_pusd = (2 * total + count) // (2 * count)
            yield Outlier(pusd - mean_pusd, rows[at], found, mean_pusd, rows, start, end)
