"""Benchmarks: what a run of each workflow usually costs, in percentiles, as a file that checks hold runs to.

Spec: issue "Spend over time", benchmarks. Tiers of a later run: green up to P75, yellow up to P90, red up
to P99, critical above it. The file is JSON: integer picodollars and tokens by workflow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from whytokens.errors import TraceError
from whytokens.model import Where
from whytokens.protocol import SheetCell, SpendValue
from whytokens.spend.cells import Cells
from whytokens.spend.runs import Run, Runs, runs, workflow_tag
from whytokens.spend.stats import QUANTILES, percentile
from whytokens.spend.tables import Asked, Spend, Table, fact, nusd, sheet, value
from whytokens.spend.targets import Outcome, outcome_costs, targets, verdict

Tier = Literal["green", "yellow", "red", "critical"]
TIERS: tuple[tuple[Tier, int], ...] = (("green", 75), ("yellow", 90), ("red", 99))
LEAST_RUNS = 200
FORMAT = "whytokens-benchmarks"
VERSION = 1
# A workflow passes when its median run is at most this tier: P75 of the baseline.
ALLOWED: Tier = "green"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Percentiles of a workflow's runs; `target_pusd` is what an outcome may cost, where one is set."""

    workflow: str
    runs: int
    pusd: Mapping[int, int]
    tokens: Mapping[int, int]
    target_pusd: int | None = None

    def tier(self, pusd: int) -> Tier:
        return next((tier for tier, percent in TIERS if pusd <= self.pusd[percent]), "critical")

    @property
    def thin(self) -> bool:
        return self.runs < LEAST_RUNS


@dataclass(frozen=True, slots=True)
class Verdict:
    """A workflow held to its baseline: its median and P95 run, and how many runs are in which tier."""

    workflow: str
    runs: int
    p50_pusd: int
    p95_pusd: int
    tier: Tier
    p95_tier: Tier
    counts: Mapping[Tier, int]
    thin: bool


def baselines(found: Sequence[Run], targets: Mapping[str, int] | None = None) -> list[Baseline]:
    """One for each workflow, by name."""
    parts: dict[str, list[Run]] = {}
    for run in found:
        parts.setdefault(run.workflow, []).append(run)
    return [_baseline(name, parts[name], (targets or {}).get(name)) for name in sorted(parts)]


def _baseline(name: str, some: Sequence[Run], target_pusd: int | None) -> Baseline:
    costs, tokens = sorted(run.pusd for run in some), sorted(run.tokens for run in some)
    return Baseline(
        name, len(some), {q: percentile(costs, q) for q in QUANTILES},
        {q: percentile(tokens, q) for q in QUANTILES}, target_pusd,
    )  # fmt: skip


def written(made: Sequence[Baseline], tag: str) -> str:
    """The file."""
    flows = {
        one.workflow: {
            "runs": one.runs,
            "pusd": {f"p{q}": v for q, v in one.pusd.items()},
            "tokens": {f"p{q}": v for q, v in one.tokens.items()},
            **({} if one.target_pusd is None else {"target_pusd": one.target_pusd}),
        }
        for one in made
    }
    return (
        json.dumps(
            {"format": FORMAT, "v": VERSION, "workflow_tag": tag, "workflows": flows}, indent=1
        )
        + "\n"
    )


def read(text: str, name: str) -> tuple[str, list[Baseline]]:
    """The tag and the baselines of a file. Raises TraceError where it is none of ours."""
    try:
        found: Any = json.loads(text)
        if found["format"] != FORMAT or found["v"] != VERSION:
            raise KeyError("format")
        made = [
            Baseline(
                flow, int(said["runs"]), {q: int(said["pusd"][f"p{q}"]) for q in QUANTILES},
                {q: int(said["tokens"][f"p{q}"]) for q in QUANTILES}, said.get("target_pusd"),
            )
            for flow, said in found["workflows"].items()
        ]  # fmt: skip
        return str(found["workflow_tag"]), made
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TraceError(
            "unknown-format", f"{name} holds no benchmarks.", "It is not what the Benchmarks table saves.",
            where=Where(file=name), hint="Save one from the page: Spend, Benchmarks.",
        ) from error  # fmt: skip


def check_benchmarks(known: Sequence[Baseline], found: Sequence[Run]) -> list[Verdict]:
    """Every workflow that has a baseline and runs, held to it. Worst first."""
    by_name = {one.workflow: one for one in known}
    parts: dict[str, list[int]] = {}
    for run in found:
        if run.workflow in by_name:
            parts.setdefault(run.workflow, []).append(run.pusd)
    made = [_verdict(by_name[name], sorted(costs)) for name, costs in parts.items()]
    rank = {tier: at for at, (tier, _) in enumerate(TIERS)} | {"critical": len(TIERS)}
    return sorted(made, key=lambda one: (-rank[one.tier], -rank[one.p95_tier], one.workflow))


def _verdict(base: Baseline, costs: Sequence[int]) -> Verdict:
    counts: dict[Tier, int] = {"green": 0, "yellow": 0, "red": 0, "critical": 0}
    for cost in costs:
        counts[base.tier(cost)] += 1
    middle, high = percentile(costs, 50), percentile(costs, 95)
    return Verdict(
        base.workflow,
        len(costs),
        middle,
        high,
        base.tier(middle),
        base.tier(high),
        counts,
        base.thin,
    )


def passes(one: Verdict) -> bool:
    """Whether a build may go on: the middle run is as cheap as three in four of the baseline's were,
    and the P95 run is not beyond its P99."""
    return one.tier == ALLOWED and one.p95_tier != "critical"


def benchmarks(spend: Spend, asked: Asked) -> SpendValue:
    name = asked.get("workflow") or workflow_tag(spend.cells)
    found = runs(spend.cells, name)
    goals, wrong = targets(asked.get("targets", ""), {run.workflow for run in found})
    made = baselines(found, goals)
    ended = outcome_costs(spend.cells, name)
    parts: dict[str, list[int]] = {}
    for run in found:
        parts.setdefault(run.workflow, []).append(run.pusd)
    rows: list[list[SheetCell]] = []
    for one in made:
        tiers = _verdict(one, sorted(parts[one.workflow])).counts
        thin = "rough" if one.thin else ""
        rows.append([one.workflow, one.runs, *(nusd(one.pusd[q]) for q in QUANTILES), one.tokens[50], one.tokens[95],
                     *tiers.values(), *_held(one, ended.get(one.workflow)), thin])  # fmt: skip
    columns = [(name, "text"), ("runs", "count"), *((f"P{q} cost", "nusd") for q in QUANTILES),
               ("P50 tokens", "count"), ("P95 tokens", "count"), ("green", "count"), ("yellow", "count"),
               ("red", "count"), ("critical", "count"), ("cost of an outcome", "nusd"), ("its target", "nusd"),
               ("against it", "text"), ("baseline", "text")]  # fmt: skip
    few = sum(one.thin for one in made)
    facts = [
        fact("workflows", len(made), "count"),
        fact(f"with {LEAST_RUNS} runs or more", len(made) - few, "count"),
    ]
    if goals:
        over = sum(verdict(one.target_pusd, ended.get(one.workflow)) == "above it" for one in made)
        facts.append(fact("above their target", over, "count", f"of {len(goals):,} with one"))
    note = "Green up to P75 of the cost of a run, yellow up to P90, red up to P99, critical above."
    if few:
        note += f" Rough: a baseline of fewer than {LEAST_RUNS} runs."
    return value("benchmarks", facts, [sheet("benchmarks", f"A run's cost by {name}", columns, rows, note=note)], wrong,
                 file=written(made, name), workflow=name)  # fmt: skip


def _held(one: Baseline, outcome: Outcome | None) -> list[SheetCell]:
    """What an outcome costs, what it may, and how these stand to each other."""
    return [
        None if outcome is None or outcome.pusd is None else nusd(outcome.pusd),
        None if one.target_pusd is None else nusd(one.target_pusd),
        verdict(one.target_pusd, outcome),
    ]


def runs_of(found: Cells, tag: str) -> Runs:
    """The runs that a file's baselines are about."""
    return runs(found, tag)


BENCHMARKS = Table("benchmarks", benchmarks)
