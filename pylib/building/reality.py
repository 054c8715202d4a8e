"""Cache replay against reality: predicted and billed reads of every session in `../shared/samples/dev`."""

from __future__ import annotations

from dataclasses import dataclass

from building.places import ROOT
from whytokens import worker
from whytokens.errors import TraceError
from whytokens.pipeline import run
from whytokens.waste.plans import Plan

# Lifetimes that no provider stands by.
UNPROMISED = ("unstated", "best_effort")
SAMPLES = ROOT.parent / "shared" / "samples" / "dev"


@dataclass(frozen=True, slots=True)
class Compared:
    """One group of calls that reports cache reads and times."""

    file: str
    plan: Plan

    @property
    def billed(self) -> int:
        return self.plan.observed.billed_read if self.plan.observed else 0

    @property
    def replayed(self) -> int:
        return self.plan.observed.replayed_read if self.plan.observed else 0

    @property
    def error(self) -> float:
        return (self.replayed - self.billed) / self.billed


def compared() -> list[Compared]:
    """Every group with reads and times, in order of files."""
    found = []
    for path in sorted(path for path in SAMPLES.rglob("*") if path.is_file()):
        name = path.relative_to(SAMPLES).as_posix()
        try:
            opened = run([worker.source({"name": name, "path": str(path)})])
        except TraceError:
            continue
        found += [
            Compared(name, plan)
            for plan in opened.checked.plans
            if plan.timed and plan.observed and plan.observed.billed_read
        ]
    return found


def main() -> None:
    if not SAMPLES.exists():
        print("../shared/samples is not beside the checkout: no replay against reality")
        return
    print("\nreplay against reality: cache reads billed, replayed, error")
    rows = compared()
    for row in rows:
        seen = row.plan.observed
        assert seen is not None
        cause = f"  <- {why(row)}" if abs(row.error) > 0.1 else ""
        print(
            f"  {row.billed:>11,} {row.replayed:>11,} {row.error * 100:>+6.1f} %  {row.file} "
            f"({len(row.plan.requests)} calls, {seen.policy}, {seen.warm_read:,} warm){cause}"
        )
    billed, replayed = sum(row.billed for row in rows), sum(row.replayed for row in rows)
    if billed:
        print(
            f"  {billed:>11,} {replayed:>11,} {(replayed - billed) / billed * 100:>+6.1f} %  in total"
        )


def why(row: Compared) -> str:
    """The call where the replay parts most from the bill, as a cause to look at."""
    plan, seen = row.plan, row.plan.observed
    assert seen is not None
    pairs = list(zip(plan.requests, seen.bills, strict=True))
    reads = [(r.one.usage.cache_read, b.read) for r, b in pairs]
    if plan.rules.lifetimes[0].basis in UNPROMISED:
        able = [(billed or 0, possible) for billed, possible in reads if possible]
        missed = sum(1 for billed, _ in able if not billed)
        return (
            f"a cache without a promise: of {len(able)} calls that could read {missed} read nothing, "
            f"all of them {sum(b for b, _ in able) * 100 // sum(p for _, p in able)} % of what they share"
        )
    request, bill = max(pairs, key=lambda p: abs((p[0].one.usage.cache_read or 0) - p[1].read))
    billed = request.one.usage.cache_read or 0
    number = request.one.call.id + 1
    if not bill.read and billed == seen.warm_read:
        return (
            f"call {number} reads the {billed:,} that were cached before the log begins: "
            "calls outside of it kept them alive"
        )
    if bill.read < billed and not bill.read:
        return f"call {number} reads {billed:,} that no earlier call of the log wrote"
    if billed < bill.read and not billed:
        return f"call {number} reads nothing though {bill.read:,} were written in time: evicted or routed elsewhere"
    return f"call {number} reads {billed:,}, replayed {bill.read:,}"


if __name__ == "__main__":
    main()
