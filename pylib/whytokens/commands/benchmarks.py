"""`whytokens check --benchmarks`: the runs of each workflow held to a saved baseline."""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.commands.limits import Breach
from whytokens.money import dollars
from whytokens.opened import Opened
from whytokens.price_note import nusd
from whytokens.spend.benchmarks import Baseline, Verdict, check_benchmarks, passes
from whytokens.spend.cells import Cells
from whytokens.spend.row_cells import cells
from whytokens.spend.rows import rows
from whytokens.spend.runs import runs
from whytokens.spend.targets import outcome_costs, verdict

RULE = "benchmarks"


def beyond(opened: Opened, tag: str, known: Sequence[Baseline]) -> list[Breach]:
    """Every workflow whose middle run costs more than three in four runs of its baseline did, or whose P95
    run is beyond its P99. Nothing to hold to them is a breach too."""
    calls = cells(rows(opened.attributions, opened.trace.sessions), [tag])
    found = runs(calls, tag)
    verdicts = check_benchmarks(known, found)
    if not verdicts:
        text = f"No call's {tag} is one of the baseline's: nothing could be checked."
        return [Breach(rule=RULE, message=text)]
    by_name = {one.workflow: one for one in known}
    return [
        Breach(rule=RULE, message=_message(one, by_name[one.workflow]))
        for one in verdicts
        if not passes(one)
    ] + _above_target(calls, tag, known)


def _above_target(calls: Cells, tag: str, known: Sequence[Baseline]) -> list[Breach]:
    """Every workflow whose outcomes cost more than the file allows."""
    costs = outcome_costs(calls, tag)
    made = []
    for one in known:
        outcome = costs.get(one.workflow)
        if outcome and outcome.pusd is not None and verdict(one.target_pusd, outcome) == "above it":
            now, then = dollars(nusd(outcome.pusd)), dollars(nusd(one.target_pusd or 0))
            text = f"{one.workflow}: an outcome costs {now}, its target is {then}."
            made.append(Breach(rule=RULE, message=text))
    return made


def _message(one: Verdict, base: Baseline) -> str:
    thin = f" (a rough baseline: {base.runs:,} runs)" if one.thin else ""
    now = f"{dollars(nusd(one.p50_pusd))}, P95 {dollars(nusd(one.p95_pusd))}"
    then = f"P75 is {dollars(nusd(base.pusd[75]))}, P99 {dollars(nusd(base.pusd[99]))}"
    return f"{one.workflow}: {one.tier}. Its middle run costs {now}; the baseline's {then}{thin}."
