"""Waste: what a detector points at, and what taking it away would really have saved.

Spec: facts, section 4. Detectors make `Waste`; the telescope prices it and makes `Finding`s. No detector
computes money.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from whytokens.model import CallId, NodeId, SegmentId, Where

State = Literal["waste", "advice", "ok", "not_applicable", "error"]
# "measured": follows from reported usage alone. "simulated": calls replayed under the provider's
# rules. "estimated": rests on our token counts or on a guess about behaviour, named in words.
Certainty = Literal["measured", "simulated", "estimated"]
Confidence = Literal["high", "medium", "low"]
# A list that a person can look through, and that does not fill the report of a thousand sessions.
MAX_EVIDENCE = 200
# A claim's part of a segment, in millionths of its tokens: lanes may count it differently.
WHOLE = 1_000_000


class Claim(NamedTuple):
    """Tokens that need not be sent: part of the `slot`-th segment of the message at `node`, in every
    call whose prompt goes through `since` (= `node`, or a later node that made it useless)."""

    node: NodeId
    slot: int
    since: NodeId
    low: int = 0
    high: int = WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A place to look at: a segment in a call, or a whole call (`segment` None)."""

    call: CallId
    segment: SegmentId | None
    label: str
    tokens: int
    where: Where
    note: str = ""
    excerpt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Money, integer picodollars. `pusd` is this finding's own part of the total, `low_pusd` what is
    left after its risks, `alone_pusd` what it would save if nothing else were done (not additive)."""

    pusd: int
    low_pusd: int
    alone_pusd: int
    certainty: Certainty
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What to change, in the user's own API; what could go wrong."""

    text: str
    snippet: str = ""
    language: str = ""
    risk: str = ""


# -- what a detector may ask for ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drop:
    """These calls need not have been made."""

    calls: frozenset[CallId]


@dataclass(frozen=True, slots=True)
class Cache:
    """The best cache configuration of a group of calls, its bytes unchanged."""

    group: int


@dataclass(frozen=True, slots=True)
class Store:
    """A group's fixed prefix in a cache that the user creates and that costs by the hour."""

    group: int


@dataclass(frozen=True, slots=True)
class Lead:
    """Parallel calls of a group wait for the first one's first token."""

    group: int


@dataclass(frozen=True, slots=True)
class Steady:
    """Volatile parts of a group's prompts moved behind the prefix."""

    group: int


@dataclass(frozen=True, slots=True)
class Remove:
    """Content that need not be sent. `again`: a text may have to be read once more after all, by a call
    of its own; it is taken only where it pays for that risk, and so is the lower end."""

    claims: tuple[Claim, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Calls that may wait; outside the total until the user says so."""

    calls: frozenset[CallId]


@dataclass(frozen=True, slots=True)
class Say:
    """Advice: a ceiling in words or a what-if, never part of the total."""


Change = Drop | Cache | Store | Lead | Steady | Remove | Batch | Say


@dataclass(frozen=True, slots=True, kw_only=True)
class Waste:
    """What one detector found: evidence and the change that would undo it. Where `noun` is given, `{}`
    in the title stands for how many of them it is in the end."""

    title: str
    why: str
    change: Change
    evidence: tuple[Evidence, ...]
    fix: Fix
    certainty: Certainty = "simulated"
    confidence: Confidence = "medium"
    assumptions: tuple[str, ...] = ()
    noun: str = ""
    # Extra calls that may be needed once this is gone (a tool that is asked for after all), as a
    # number of average calls; taken off the lower end of the saving.
    risk_calls: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the list that users read."""

    detector: str
    title: str
    why: str = ""
    state: State
    confidence: Confidence = "medium"
    evidence: tuple[Evidence, ...] = ()
    evidence_total: int = 0
    saving: Saving | None = None
    fix: Fix | None = None
    overlaps: tuple[int, ...] = field(default=())
