"""Calls as a cache sees them: when they start, what they send, how much of it stands before a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from whytokens.attribution.lanes import Lane
from whytokens.attribution.share import Attribution
from whytokens.cache.prompts import Prompts
from whytokens.model import CallId, NodeId

# A cache entry is readable after the writer's first token (facts, section 3); logs rarely say when that
# was. 1.5 s is a middle time to first token; a shorter call was surely readable when it ended.
FIRST_TOKEN_MS = 1_500
# Calls without a time are taken as sent one after another, so that no lifetime runs out.
UNTIMED_STEP_MS = 2_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Scope(NamedTuple):
    """What two calls must share for one to read what the other wrote."""

    row: str
    provider: str | None


@dataclass(slots=True)
class Request:
    """One billed call in a replay."""

    one: Attribution
    prompts: Prompts
    start_ms: int
    ready_ms: int
    thread: str
    scope: Scope
    loose: dict[NodeId, int] = field(default_factory=dict)

    @property
    def node(self) -> NodeId:
        return self.one.call.prompt

    @property
    def lane(self) -> Lane:
        return self.one.lane

    def at(self, node: NodeId) -> int:
        """Billed tokens from the start of the prompt to the end of `node`, which it holds."""
        text = self.lane.upto(node) - self._loose_upto(node)
        return self.billed(text)

    def billed(self, text_tokens: int) -> int:
        """Tokens of rendered text from the prompt's start, as billed."""
        one = self.one
        if one.pieces is None:
            return min(one.prompt_tokens, one.front_tokens + text_tokens)
        if one.estimate_tokens <= 0:
            return 0
        return min(one.prompt_tokens, text_tokens * one.prompt_tokens // one.estimate_tokens)

    def _loose_upto(self, node: NodeId) -> int:
        """Tokens of volatile parts up to `node`: they stand behind the prompt once moved."""
        texts = self.prompts.loose
        if not texts:
            return 0
        tree, missing = self.prompts.trace.prompts, list[NodeId]()
        while node and node not in self.loose:
            missing.append(node)
            node = tree.parents[node]
        total = self.loose.get(node, 0)
        for step in reversed(missing):
            total += sum(map(self.lane.counter.count, texts.get(tree.messages[step], ())))
            self.loose[step] = total
        return total


def requests(
    found: Sequence[Attribution], prompts: Prompts, threads: Mapping[CallId, str] | None = None
) -> list[Request]:
    """Billed, priced calls in the order of their start. `threads`: conversations, else sessions."""
    made: list[Request] = []
    loose: dict[int, dict[NodeId, int]] = {}
    clock = 0
    for one in found:
        if one.method == "unbilled" or not hasattr(one.quote, "row"):
            continue
        call = one.call
        clock += UNTIMED_STEP_MS
        start = clock if call.started is None else _ms(call.started)
        wait = FIRST_TOKEN_MS if call.duration_ms is None else min(call.duration_ms, FIRST_TOKEN_MS)
        made.append(
            Request(
                one=one,
                prompts=prompts,
                start_ms=start,
                ready_ms=start + wait,
                thread=(threads or {}).get(call.id, call.session),
                scope=Scope(one.quote.row, call.provider),
                loose=loose.setdefault(id(one.lane), {}),
            )
        )
    made.sort(key=lambda request: (request.start_ms, request.one.call.id))
    return made


def _ms(time: datetime) -> int:
    span = time - _EPOCH
    return (span.days * 86_400 + span.seconds) * 1000 + span.microseconds // 1000
