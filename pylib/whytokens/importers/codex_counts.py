"""Token counts of a Codex rollout: which of them are new, and what each says that its call spent.

Spec: formats, rule 6; the writer's `TokenUsageInfo`, `TokenUsageRecord` and `CompactedItem`. Totals are
cumulative, and early lines have nothing else. What a compaction spent stands in a record of its own that
the compaction names; where the count after it holds the same, it is said twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import usage
from whytokens.importers.values import Json, as_dict, as_str, as_tokens, dumped
from whytokens.model import Usage, Where

COUNTERS = (
    "input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens",
    "reasoning_output_tokens", "total_tokens",
)  # fmt: skip
Key = tuple[str, ...]


def turn_usage(value: Any) -> Usage | None:
    """Input holds what was cached; output holds reasoning."""
    raw = as_dict(value)
    return usage.including_cache(
        as_tokens(raw.get("input_tokens")),
        read=as_tokens(raw.get("cached_input_tokens")),
        write_5m=as_tokens(raw.get("cache_write_input_tokens")),
        output=as_tokens(raw.get("output_tokens")),
        reasoning=as_tokens(raw.get("reasoning_output_tokens")),
        total=as_tokens(raw.get("total_tokens")),
    )


@dataclass(slots=True)
class Record:
    """What one request spent, as its record says, and the thread in all up to it."""

    spent: Usage
    thread: Json
    where: Where
    time: datetime | None


@dataclass(slots=True)
class Counts:
    """The counts of one rollout. `origin` is the session whose counts it goes on from; `parent` the
    one that it may begin with a copy of."""

    builder: TraceBuilder
    origin: str = ""
    parent: str | None = None
    _totals: Json = field(default_factory=dict)
    _records: dict[str, Record] = field(default_factory=dict)

    def of_call(self, info: Json) -> tuple[Usage, Key | None] | None:
        """A call's usage and what it is known by; None for rate limits only, or the same again."""
        last, totals = as_dict(info.get("last_token_usage")), as_dict(info.get("total_token_usage"))
        if not last and "prompt" in info:  # an early form
            last = {"input_tokens": info.get("prompt"), "output_tokens": info.get("completion")}
        last = last or _since(self._totals, totals)
        spent = turn_usage(last)
        if spent is None or not (spent.prompt or spent.refused):
            return None
        if totals and totals == self._totals:
            return None
        self._totals = totals or self._totals
        self._settle(spent, totals)
        return spent, self._key(totals, last) if totals else None

    def record(self, payload: Json, where: Where, time: datetime | None) -> str | None:
        """Keep a request's record until a compaction names it; answers the request's id."""
        spent, request = turn_usage(payload.get("usage")), as_str(payload.get("response_id"))
        if request and spent is not None and (spent.prompt or spent.output):
            thread = as_dict(payload.get("thread_token_usage"))
            self._records[request] = Record(spent, thread, where, time)
        return request

    def compaction(self, request: str) -> Record | None:
        """The record that a compaction names, once, unless a count said the same."""
        found = self._records.pop(request, None)
        return found if found and self.builder.first("codex compaction", request) else None

    def _settle(self, spent: Usage, totals: Json) -> None:
        """Drop the records that this count holds."""
        for request, one in list(self._records.items()):
            same = (one.spent.prompt, one.spent.output) == (spent.prompt, spent.output)
            if same or (one.thread and _counters(one.thread) == _counters(totals)):
                del self._records[request]

    def _key(self, totals: Json, last: Json) -> Key:
        """A sub-agent's log may begin with its parent's counts, under no name but its own."""
        said = (dumped(totals), dumped(last))
        if self.parent and self.builder.knows("codex", self.parent, *said):
            return ("codex", self.parent, *said)
        self.parent = None
        return ("codex", self.origin, *said)


def _counters(raw: Json) -> list[int]:
    return [as_tokens(raw.get(name)) or 0 for name in COUNTERS]


def _since(before: Json, now: Json) -> Json:
    """What was spent between two totals; all of the later where the count began anew."""
    spent = [n - old for n, old in zip(_counters(now), _counters(before), strict=True)]
    if not now or min(spent) < 0:
        return now
    return {name: count for name, count in zip(COUNTERS, spent, strict=True) if name in now}
