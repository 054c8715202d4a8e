"""Runs: the calls of one conversation or agent run, sub-agents included, as one piece of spend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

from whytokens.spend.cells import Cells, picked

# What people call the thing that is run, the first of these tags that any call has.
WORKFLOW_TAGS = ("workflow", "feature", "app", "task", "agent", "name")
AGENT_TAGS = ("agent", "workflow", "feature", "app")
TASK_TAGS = ("task", "feature", "workflow", "agent")
DAY_MS = 86_400_000


class Run(NamedTuple):
    """One run of a workflow. `first` is its first call; `started_ms` -1 when unknown."""

    workflow: str
    run: str
    started_ms: int
    first: int
    calls: int
    tokens: int
    pusd: int


@dataclass(frozen=True, slots=True)
class Runs(Sequence[Run]):
    """Runs as columns, a value each; a run is made when it is asked for: an overview of 50,000 shows 50."""

    workflow: Sequence[str]
    run: Sequence[str]
    started_ms: Sequence[int]
    first: Sequence[int]
    calls: Sequence[int]
    tokens: Sequence[int]
    pusd: Sequence[int]

    @classmethod
    def of(cls, rows: Iterable[Run]) -> Runs:
        return cls(*(list(zip(*rows, strict=True)) or [()] * len(Run._fields)))

    def __len__(self) -> int:
        return len(self.pusd)

    def __iter__(self) -> Iterator[Run]:
        columns = (getattr(self, name) for name in Run._fields)
        return map(Run._make, zip(*columns, strict=True))

    @overload
    def __getitem__(self, at: int) -> Run: ...
    @overload
    def __getitem__(self, at: slice) -> Runs: ...
    def __getitem__(self, at: int | slice) -> Run | Runs:
        columns = [getattr(self, name)[at] for name in Run._fields]
        return Runs(*columns) if isinstance(at, slice) else Run(*columns)


def workflow_tag(found: Cells, names: tuple[str, ...] = WORKFLOW_TAGS) -> str:
    """The dimension that says which workflow a call belongs to: a tag, else the model."""
    return next((name for name in names if name in found.tags), "model")


def runs(found: Cells, workflow: str) -> Runs:
    """Every run by workflow, in the order of their first calls."""
    codes, labels = found.coded(workflow)
    run_codes, run_labels = found.coded("run")
    if found.alone:
        return Runs(
            picked(labels, codes), picked(run_labels, run_codes), found.started_ms,
            found.first, found.measures["calls"], found.tokens, found.measures["pusd"],
        )  # fmt: skip
    parts: dict[tuple[int, int], list[int]] = {}
    summed = (found.measures[name] for name in ("calls", "input_tokens", "output_tokens", "pusd"))
    for code, run, started, first, calls, sent, got, pusd in zip(
        codes, run_codes, found.started_ms, found.first, *summed, strict=True
    ):
        part = parts.get((code, run))
        if part is None:
            parts[(code, run)] = [started, first, calls, sent + got, pusd]
        else:
            part[2] += calls
            part[3] += sent + got
            part[4] += pusd
    return Runs.of(Run(labels[code], run_labels[run], *part) for (code, run), part in parts.items())
