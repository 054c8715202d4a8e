"""Calls of which a log tells only what they spent together: each has its share of that, by length.

Many agents keep every word of a session but one sum of its tokens. The sum is what was billed, so the
calls' counts add up to it: what no text explains (system prompt, tools) is as much in each of them, the
rest goes by what each sent and said. A warning says so. What a model spent without any call in the log
is a call of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Unpack

from whytokens.apportion import largest_remainder
from whytokens.builder import ROOT, CallFields
from whytokens.importers.conversation import Conversation
from whytokens.importers.sums import summed
from whytokens.importers.usage import excluding_cache
from whytokens.model import NodeId, SegmentId, Usage, Where

BEYOND = "calls that this log does not show"
# Characters of a token, to weigh texts that no vocabulary has counted yet.
TOKEN_CHARS = 4
BUCKETS = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning")
PROMPT = BUCKETS[:4]


@dataclass(slots=True)
class _Draft:
    """A call that waits for its share."""

    model: str | None
    where: Where
    said: tuple[SegmentId, ...]
    api: str | None
    prompt: NodeId
    fields: CallFields

    @property
    def whole(self) -> Usage | None:
        """Usage of the call's own, prompt included."""
        spent = self.fields.get("usage")
        return spent if spent is not None and spent.prompt is not None else None


class SharedConversation(Conversation):
    """A conversation whose calls are added by `settle`, once it is known what they spent."""

    _lengths: dict[NodeId, int]
    _drafts: list[_Draft]

    def call(
        self,
        model: str | None,
        where: Where,
        said: Iterable[SegmentId],
        *,
        api: str | None = None,
        prompt: NodeId | None = None,
        **fields: Unpack[CallFields],
    ) -> None:
        """Keep the call as it stands."""
        node = self.node if prompt is None else prompt
        self.drafts.append(_Draft(model, where, tuple(said), api, node, fields))

    @property
    def drafts(self) -> list[_Draft]:
        """The calls that wait."""
        if not hasattr(self, "_drafts"):
            self._drafts, self._lengths = [], {ROOT: 0}
        return self._drafts

    def settle(
        self, totals: Mapping[str, Usage], where: Where, charged: Mapping[str, int] | None = None
    ) -> None:
        """Add the calls; `totals` is what each model spent since the last time, `charged` what that
        cost where the log says so. Calls of a model without a total stay without usage."""
        drafts, self._drafts = self.drafts, []
        names = set(totals)
        told = False
        for model, total in totals.items():
            own = [one for one in drafts if one.model == model]
            if len(names) == 1:
                own = drafts
                for one in own:
                    one.model = one.model or model or None
            told |= self._share(model, total, own, where, (charged or {}).get(model))
        for one in drafts:
            super().call(
                one.model, one.where, one.said, api=one.api, prompt=one.prompt, **one.fields
            )
        if told and self.builder.first("shares", where.file):
            self.builder.warn(
                "partial",
                "The log says what its calls spent in all, not each: their tokens are shares of that sum, "
                "by length.",
                where,
            )

    def _share(
        self, model: str, total: Usage, own: list[_Draft], where: Where, charged: int | None
    ) -> bool:
        """True where several calls share the sum."""
        rest = _less(total, [spent for one in own if (spent := one.whole) is not None])
        waiting = [one for one in own if one.whole is None]
        if not waiting:
            if rest.prompt or rest.output:
                super().call(
                    model, where, (), prompt=ROOT, usage=summed(rest), hidden=BEYOND,
                    reported_cost_pusd=None if own else charged,
                )  # fmt: skip
            return False
        shares = self._shares(rest, waiting)
        weights = [(spent.prompt or 0) + (spent.output or 0) for spent in shares]
        costs = largest_remainder(weights, charged) if charged else []
        for at, (one, spent) in enumerate(zip(waiting, shares, strict=True)):
            one.fields["usage"] = spent
            if costs:
                one.fields["reported_cost_pusd"] = costs[at]
        return len(waiting) > 1

    def _shares(self, rest: Usage, waiting: list[_Draft]) -> list[Usage]:
        sent = [self._length(one.prompt) // TOKEN_CHARS for one in waiting]
        hidden = max(0, (rest.prompt or 0) - sum(sent)) // len(waiting)
        prompts = [max(1, hidden + count) for count in sent]
        replies = self._replies(rest, waiting)
        parts = {name: largest_remainder(prompts, getattr(rest, name) or 0) for name in PROMPT}
        parts["output"] = replies
        parts["reasoning"] = largest_remainder(replies, min(rest.reasoning or 0, sum(replies)))

        def part(name: str, at: int) -> int | None:
            return None if getattr(rest, name) is None else parts[name][at]

        return [
            Usage(
                input=part("input", at),
                cache_read=part("cache_read", at),
                cache_write_5m=part("cache_write_5m", at),
                cache_write_1h=part("cache_write_1h", at),
                output=part("output", at),
                reasoning=part("reasoning", at),
            )
            for at in range(len(waiting))
        ]

    def _replies(self, rest: Usage, waiting: list[_Draft]) -> list[int]:
        """Outputs that are known stay what they are, where the sum allows."""
        known = [one.fields.get("usage") for one in waiting]
        outputs = [spent.output if spent else None for spent in known]
        left = (rest.output or 0) - sum(count or 0 for count in outputs)
        if left < 0 or (left and None not in outputs):
            outputs, left = [None] * len(waiting), rest.output or 0
        weights = [
            max(1, self._chars(one.said)) if count is None else 0
            for one, count in zip(waiting, outputs, strict=True)
        ]
        shares = largest_remainder(weights, left)
        return [share if n is None else n for n, share in zip(outputs, shares, strict=True)]

    def length(self, one: _Draft) -> int:
        """Characters that a waiting call sent and said; at least one."""
        return max(1, self._length(one.prompt) + self._chars(one.said))

    def _length(self, node: NodeId) -> int:
        """Characters of a prompt."""
        known = self._lengths.get(node)
        if known is None:
            start = max((one for one in self._lengths if one < node), default=ROOT)
            found = self.builder.between(start, node)
            whole = self.builder.depth(start) + len(found) == self.builder.depth(node)
            known = self._lengths[start] if whole else 0
            for message in found:
                known += self._chars(self.builder.segments_of(message))
            self._lengths[node] = known
        return known

    def _chars(self, segments: Iterable[SegmentId]) -> int:
        return sum(len(self.builder.segment_at(one).text or "") for one in segments)


def _less(total: Usage, spent: list[Usage]) -> Usage:
    """A sum without what is known of single calls; never below nothing."""
    if not spent:
        return total
    left = {
        name: max(0, whole - sum(getattr(one, name) or 0 for one in spent))
        for name in BUCKETS
        if (whole := getattr(total, name)) is not None
    }
    return replace(total, **left, total=None)


def exclusive(
    fresh: int | None, read: int | None, write: int | None, output: int | None
) -> Usage | None:
    """A session's sums, its input counted beside the cache; None where all are zero or missing."""
    if not (fresh or read or write or output):
        return None
    return excluding_cache(fresh or 0, read=read, write_5m=write, output=output)
