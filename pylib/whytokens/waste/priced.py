"""What detectors look at: the priced calls of a trace, by session, with what each call added.

A session's arrivals are the segments that came new into its prompts, each once; so a detector costs
what is new, not turns squared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from whytokens.attribution.bare import BareAttributions, BareView
from whytokens.attribution.either import apart, billed
from whytokens.attribution.share import Attribution
from whytokens.cache.volatile import Volatile
from whytokens.model import CallId, NodeId, Segment, SegmentId, Trace
from whytokens.waste import WHOLE, Claim, Evidence, Remove
from whytokens.waste.claims import slot_tokens
from whytokens.waste.plans import Plan
from whytokens.waste.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Arrival:
    """A segment that came into a session's prompts with the `turn`-th call. `again`: it stands in a
    prompt that was built anew (a turn's thinking was left out, the user went back)."""

    turn: int
    node: NodeId
    slot: int
    segment: Segment
    tokens: int
    again: bool = False


@dataclass(slots=True)
class History:
    """One session: its calls in order and what arrived with each."""

    key: str
    calls: Sequence[Attribution]
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def prompt_tokens(self) -> list[int]:
        """Of each call."""
        if isinstance(self.calls, BareView):
            return self.calls.prompt_tokens
        return [one.prompt_tokens for one in self.calls]

    @property
    def told(self) -> bool:
        """Whether there are prompts to look at."""
        return not isinstance(self.calls, BareView)


class Priced:
    """A trace with attributions and cache plans, as detectors read it."""

    def __init__(
        self,
        trace: Trace,
        found: Sequence[Attribution],
        plans: Sequence[Plan],
        moved: Volatile,
        traffic: Traffic,
        threads: Mapping[CallId, str],
    ) -> None:
        self.trace = trace
        self.calls = billed(found)
        self.failed = [one for one in apart(found) if one.method == "unbilled"]
        # Calls with a prompt that can be looked at.
        self.told: Sequence[Attribution] = [] if isinstance(found, BareAttributions) else self.calls
        self.plans = plans
        self.moved = moved
        self.traffic = traffic
        self.threads = threads
        self.histories = list(self._histories())

    def holds(self, prefix: NodeId, node: NodeId) -> bool:
        """Does the prompt at `node` begin with the prompt at `prefix`?"""
        return self.traffic.holds(prefix, node)

    def sent(self, node: NodeId) -> int:
        """Calls whose prompt goes through `node`."""
        return self.traffic.through[node]

    def evidence(self, arrival: Arrival, history: History, note: str = "") -> Evidence:
        return Evidence(
            call=history.calls[arrival.turn].call.id,
            segment=arrival.segment.id,
            label=label(arrival.segment),
            tokens=arrival.tokens,
            where=arrival.segment.where,
            note=note,
        )

    def call_evidence(self, one: Attribution, note: str = "") -> Evidence:
        return Evidence(
            call=one.call.id,
            segment=None,
            label=f"call {one.call.id + 1}",
            tokens=one.prompt_tokens,
            where=one.call.where,
            note=note,
        )

    def asked(self, arrival: Arrival) -> tuple[str, str] | None:
        """Tool and arguments that a tool result answers, by its place among the results; None where
        the calls are not in the prompt."""
        parents = self.trace.prompts.parents
        before = self._segments(arrival.node)[: arrival.slot]
        place = sum(segment.category == "tool_result" for segment in before)
        node = parents[arrival.node]
        while self._role(node) == "tool":
            place += sum(s.category == "tool_result" for s in self._segments(node))
            node = parents[node]
        calls: list[Segment] = []
        while self._role(node) == "assistant":
            calls = [s for s in self._segments(node) if s.category == "tool_call"] + calls
            node = parents[node]
        if place < len(calls):
            return (calls[place].name or "", calls[place].text or "")
        return None

    def _role(self, node: NodeId) -> str | None:
        prompts = self.trace.prompts
        return self.trace.messages[prompts.messages[node]].role if node else None

    def _segments(self, node: NodeId) -> list[Segment]:
        message = self.trace.messages[self.trace.prompts.messages[node]]
        return [self.trace.segments[number] for number in message.segments]

    def _histories(self) -> Iterator[History]:
        if isinstance(self.calls, BareAttributions):
            for key, rows in self.calls.by_session().items():
                yield History(key, self.calls.view(rows))
            return
        sessions: dict[str, tuple[History, list[Attribution]]] = {}
        for one in self.calls:
            key = self.threads[one.call.id]
            if key not in sessions:
                some: list[Attribution] = []
                sessions[key] = History(key, some), some
            sessions[key][1].append(one)
        for history, _ in sessions.values():
            self._arrive(history)
            yield history

    def _arrive(self, history: History) -> None:
        """Note each node of the session once, when it first came."""
        prompts, messages = self.trace.prompts, self.trace.messages
        seen: set[NodeId] = set()
        known: dict[SegmentId, _Known] = {}
        for turn, one in enumerate(history.calls):
            new: list[NodeId] = []
            node = one.call.prompt
            while node and self.traffic.id(node) not in seen:
                seen.add(self.traffic.id(node))
                new.append(node)
                node = prompts.parents[node]
            for step in reversed(new):
                segments = messages[prompts.messages[step]].segments
                for slot, number in enumerate(segments):
                    tokens = slot_tokens(one.lane, step, slot)
                    arrival = Arrival(turn, step, slot, self.trace.segments[number], tokens)
                    others = known.setdefault(number, _Known())
                    history.arrivals.append(self._first(arrival, others))

    def _first(self, arrival: Arrival, known: _Known) -> Arrival:
        """The same arrival with the turn it first came in, where its prompt was built anew: as many
        of its text came elsewhere as stand before it here."""
        before = 0
        for other, standing in reversed(known.arrivals):
            if self.holds(other.node, arrival.node):
                before = standing
                break
        if before < len(known.turns):
            arrival = replace(arrival, turn=known.turns[before], again=True)
        else:
            known.turns.append(arrival.turn)
        known.arrivals.append((arrival, before + 1))
        return arrival


@dataclass(slots=True)
class _Known:
    """Of one text: the turns in which it came, and each arrival with how many of it stand in its
    prompt by then."""

    turns: list[int] = field(default_factory=list)
    arrivals: list[tuple[Arrival, int]] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """Removable content with the places to look at: what a prompt built anew carries is claimed with
    the rest and shown once."""

    claims: list[Claim] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def add(
        self,
        priced: Priced,
        history: History,
        arrival: Arrival,
        note: str = "",
        *,
        since: NodeId | None = None,
        parts: Sequence[tuple[int, int]] = ((0, WHOLE),),
    ) -> None:
        """A text's `parts` (in millionths of it) are not needed from `since` on."""
        start = arrival.node if since is None else since
        self.claims += [Claim(arrival.node, arrival.slot, start, low, high) for low, high in parts]
        if not arrival.again:
            self.evidence.append(priced.evidence(arrival, history, note))

    def __len__(self) -> int:
        return len(self.evidence)

    @property
    def change(self) -> Remove:
        return Remove(tuple(self.claims))


def is_(count: int) -> str:
    return "is" if count == 1 else "are"


def some(count: int, noun: str) -> str:
    """A number of things, in words."""
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def label(segment: Segment) -> str:
    """How a segment is called in a list."""
    return " ".join(segment.path[1:]) or segment.path[0]
