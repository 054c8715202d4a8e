"""Findings as they cross the seam: evidence, saving, fix, and the sum that can be taken back."""

from __future__ import annotations

from typing import Literal, TypedDict


class EvidenceShape(TypedDict):
    """A place to look at. `segment` None: the whole call. `excerpt` is the user's text, for a
    breaker of the prefix only; a shape leaves it out."""

    call: int
    segment: int | None
    label: str
    tokens: int
    note: str
    excerpt: str | None
    file: str
    line: int | None
    pointer: str


class SavingShape(TypedDict):
    """`nusd` is this finding's own part of the total, `low_nusd` what is left after its risks,
    `alone_nusd` what it would save if nothing else were done: those do not add up."""

    nusd: int
    low_nusd: int
    alone_nusd: int
    certainty: Literal["measured", "simulated", "estimated"]
    assumptions: list[str]


class FixShape(TypedDict):
    text: str
    snippet: str
    language: str
    risk: str


class FindingShape(TypedDict):
    """`overlaps` are places in the report's list of findings that ask for the same tokens. `evidence`
    is at most 200 of `evidence_total`."""

    detector: str
    title: str
    why: str
    state: Literal["waste", "advice", "ok", "not_applicable", "error"]
    confidence: Literal["high", "medium", "low"]
    saving: SavingShape | None
    evidence: list[EvidenceShape]
    evidence_total: int
    overlaps: list[int]
    fix: FixShape | None


class StepShape(TypedDict):
    """One step of the telescope, in order: "retries", "caching", "order", "content"."""

    step: str
    nusd: int


class Monthly(TypedDict):
    """The month ahead. `nusd` None: `refusal` says why there is no figure."""

    nusd: int | None
    low_nusd: int | None
    high_nusd: int | None
    grade: Literal["high", "medium", "low"]
    refusal: str | None
    per_1000_nusd: int


class Reclaimable(TypedDict):
    """The union of all savings: never more than `billed_nusd`. The steps add up to `nusd`."""

    nusd: int
    low_nusd: int
    billed_nusd: int
    steps: list[StepShape]
    monthly: Monthly
