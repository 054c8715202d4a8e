"""The stage "checking": every detector run, every change priced, findings in order of money.

A detector that throws becomes a finding of state `error`; the rest of the report stands (DESIGN 7.6).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from whytokens.attribution.either import billed, made
from whytokens.attribution.share import Attribution
from whytokens.cache.prompts import Prompts
from whytokens.cache.volatile import volatile
from whytokens.detectors import Detector
from whytokens.model import Trace
from whytokens.money import dollars
from whytokens.prices.engine import Book
from whytokens.waste import MAX_EVIDENCE, Batch, Claim, Evidence, Finding, Remove, Waste
from whytokens.waste.ahead import events
from whytokens.waste.clients import Client, client_of
from whytokens.waste.plans import Plan, make_plans
from whytokens.waste.priced import Priced, some
from whytokens.waste.pricing import Pricer
from whytokens.waste.projection import PPM, Projection, project
from whytokens.waste.reliability import rely
from whytokens.waste.remedies import remedy
from whytokens.waste.telescope import STEPS, Telescope, step_of
from whytokens.waste.traffic import Traffic, threads

# Said of a change that was priced and came to nothing.
COUNTED = "Its tokens are counted in the finding it overlaps with."
UNPRICED = "No price is known for these calls."
NOTHING = (
    "Not worth it: those tokens are read from the cache, and changing them would write what stands "
    "behind them once more."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """All findings, the sum that can be taken back, and the calls as they would be."""

    findings: tuple[Finding, ...]
    billed_pusd: int
    steps: dict[str, int]
    low_pusd: int
    projection: Projection
    telescope: Telescope
    plans: tuple[Plan, ...]

    @property
    def reclaimable_pusd(self) -> int:
        return sum(self.steps.values())


def check(
    trace: Trace,
    found: Sequence[Attribution],
    detectors: Sequence[Detector],
    book: Book | None = None,
) -> Generator[int, None, Checked]:
    """Yields how many detectors have run; the same number again where it only pauses."""
    calls = billed(found)
    pricer, moved = Pricer(book), volatile(trace, calls)
    yield 0
    stable = Prompts(trace, moved.same, moved.loose)
    yield 0
    requests = made(calls)
    traffic = Traffic(stable, requests)
    yield 0
    keys = threads(stable, requests)
    yield 0
    plans: list[Plan] = []
    for plan in make_plans(calls, Prompts(trace), stable, keys, pricer):
        plans.append(plan)
        yield 0
    rely(plans)
    priced = Priced(trace, found, plans, moved, traffic, keys)
    yield 0
    wastes: list[tuple[Detector, Waste]] = []
    findings: list[Finding] = []
    for rank, detector in enumerate(detectors):
        before = len(wastes)
        try:
            for waste in detector.find(priced):
                if waste is not None:
                    wastes.append((detector, waste))
                yield rank
        except Exception as error:
            del wastes[before:]
            findings.append(_broken(detector, error))
        else:
            if len(wastes) == before:
                findings.append(_clean(detector))
        yield rank + 1
    telescope = Telescope(trace, calls, {p.number: p for p in plans}, traffic, pricer)
    wastes.sort(key=_turn)
    done: list[Finding] = []
    for detector, waste in wastes:
        done.append(_finding(detector, waste, telescope))
        yield len(detectors)
    done = _overlapping(done, [waste for _, waste in wastes], telescope.pusd > 0)
    order = sorted(done, key=lambda one: -(one.saving.pusd if one.saving else 0))
    back = {id(one): number for number, one in enumerate(order)}
    order = [replace(one, overlaps=_renumber(one, done, back)) for one in order]
    total = sum(telescope.steps.values())
    billed_pusd = telescope.billed_pusd
    possible = billed_pusd - telescope.pusd
    claimed_ppm = total * PPM // possible if possible > 0 else PPM
    return Checked(
        projection=project(events(calls, telescope.saved(), keys), claimed_ppm),
        findings=(*order, *findings),
        billed_pusd=billed_pusd,
        steps={step: telescope.steps[step] for step in STEPS},
        low_pusd=sum(one.saving.low_pusd for one in done if one.saving),
        telescope=telescope,
        plans=tuple(plans),
    )


def _turn(found: tuple[Detector, Waste]) -> tuple[int, bool, str, str]:
    """When a change is made. Not by the order of detectors, so that it changes no total: by step;
    what is never sent before what is cleared later."""
    detector, waste = found
    step, change = step_of(waste), waste.change
    rank = len(STEPS) if step is None else STEPS.index(step)
    later = isinstance(change, Remove) and any(c.since != c.node for c in change.claims)
    return (rank, later, detector.key, waste.title)


def _finding(detector: Detector, waste: Waste, telescope: Telescope) -> Finding:
    saving, claims = telescope.apply(waste)
    evidence = _worth(telescope.trace, waste, claims)
    client = _client(telescope, waste)
    why = waste.why
    if isinstance(waste.change, Batch):
        why = f"{why} {_what_if(telescope, waste.change)}"
    return Finding(
        detector=detector.key,
        title=waste.title.format(some(len(evidence), waste.noun)) if waste.noun else waste.title,
        why=why,
        state="waste" if saving else "advice",
        confidence=waste.confidence,
        evidence=evidence[:MAX_EVIDENCE],
        evidence_total=len(evidence),
        saving=saving,
        fix=remedy(client, detector.key, waste) if client else waste.fix,
    )


def _what_if(telescope: Telescope, change: Batch) -> str:
    """What a batch would cost, in words: whether these calls may wait is the user's to say."""
    calls = [one for one in telescope.calls if one.call.id in change.calls]
    found = [(one.cost_pusd, telescope.pricer.batched(one)) for one in calls]
    now = sum(cost for cost, then in found if then is not None)
    then = sum(cost for _, cost in found if cost is not None)
    if now <= then:
        return "A batch would not be cheaper by the prices that are known."
    return (
        f"As a batch they would cost {dollars(then // 1000)} instead of {dollars(now // 1000)}: a what-if, "
        "and no part of the total."
    )


def _worth(trace: Trace, waste: Waste, claims: Sequence[Claim]) -> tuple[Evidence, ...]:
    """Evidence of the texts that are worth clearing; all of it where none is, or all are."""
    if not isinstance(waste.change, Remove) or not claims or not waste.noun:
        return waste.evidence
    at = trace.prompts.messages
    kept = {trace.messages[at[claim.node]].segments[claim.slot] for claim in claims}
    return tuple(item for item in waste.evidence if item.segment in kept)


def _client(telescope: Telescope, waste: Waste) -> Client | None:
    """Whose calls most of the evidence are; None for a program of the user's own."""
    calls = dict.fromkeys(item.call for item in waste.evidence[:MAX_EVIDENCE])
    trace = telescope.trace
    found = Counter(client_of(trace, trace.calls[number]) for number in calls)
    return max(found, key=lambda client: found[client], default=None)


def _broken(detector: Detector, error: Exception) -> Finding:
    """Our own mistake, without a word of the user's text."""
    return Finding(
        detector=detector.key,
        title=f"The check for {detector.looks_for} broke",
        why=f"{type(error).__name__}. The rest of the report is not affected.",
        state="error",
    )


def _clean(detector: Detector) -> Finding:
    return Finding(detector=detector.key, title=f"No {detector.looks_for}", state="ok")


def _overlapping(made: list[Finding], wastes: Sequence[Waste], priced: bool) -> list[Finding]:
    """Name findings that ask for the same segments or group of calls, and why some save nothing."""
    marks = [_marks(waste) for waste in wastes]
    found = []
    for number, finding in enumerate(made):
        shared = tuple(
            other
            for other in range(len(made))
            if other != number and made[other].saving and marks[number] & marks[other]
        )
        made_nothing = finding.saving is None and step_of(wastes[number]) is not None
        if made_nothing and (shared or not priced):
            finding = replace(finding, why=f"{finding.why} {COUNTED if shared else UNPRICED}")
        elif made_nothing:
            title = f"{finding.title}: not worth it here"
            finding = replace(finding, title=title, why=f"{finding.why} {NOTHING}", state="ok")
        found.append(replace(finding, overlaps=shared))
    return found


def _marks(waste: Waste) -> set[tuple[str, int, int]]:
    change = waste.change
    if isinstance(change, Remove):
        return {("slot", claim.node, claim.slot) for claim in change.claims}
    group = getattr(change, "group", None)
    return set() if group is None else {("group", group, 0)}


def _renumber(one: Finding, made: Sequence[Finding], back: dict[int, int]) -> tuple[int, ...]:
    return tuple(sorted(back[id(made[other])] for other in one.overlaps))
