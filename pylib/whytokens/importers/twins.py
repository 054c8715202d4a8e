"""Two entries that may be one call: by span, by response, by what they say and when.

Spec: formats, rule 5 "Nested LLM spans double count".
"""

from __future__ import annotations

from datetime import timedelta

from whytokens.importers.entries import Entry
from whytokens.importers.logged import Logged
from whytokens.model import Usage

# Two instrumentations of one client start and end within this.
CLOSE = timedelta(milliseconds=50)


def one_response(one: Entry, two: Entry) -> bool:
    a, b = one.logged, two.logged
    if a.group and a.group == b.group:
        return True
    if a.started is None or b.started is None:
        return a.started == b.started
    return overlap(a, b)


def overlap(a: Logged, b: Logged) -> bool:
    if a.started is None or b.started is None:
        return False
    ends = (a.ended or a.started, b.ended or b.started)
    return a.started <= ends[1] + CLOSE and b.started <= ends[0] + CLOSE


def within(call: Entry, outer: Entry) -> bool:
    """Is this call part of that sum? By trace, or by time where spans lost their parents."""
    a, b = call.logged, outer.logged
    if a.group and a.group == b.group:
        return True
    if None in (a.started, a.ended, b.started, b.ended):
        return False
    return b.started <= a.started and a.ended <= b.ended  # type: ignore[operator]


def echoed(entry: Entry, kept: list[Entry]) -> Entry | None:
    """The request whose stream this entry ends."""
    return next(
        (
            e
            for e in reversed(kept)
            if e.prompt == entry.prompt and e.logged.model == entry.logged.model and not e.reply
        ),
        None,
    )


def half(one: Entry, two: Entry) -> bool:
    """Two views of one call where only one of them names the response: an instrumentation beside the
    client's own span, or a span beside the log that ends its stream."""
    a, b = one.logged, two.logged
    if not a.group or a.group != b.group or (one.id and two.id) or a.model != b.model:
        return False
    if one.content and two.content:
        if bool(a.error) != bool(b.error) or not (
            a.started is None or b.started is None or overlap(a, b)
        ):
            return False  # a request and its retry
        return one.prompt == two.prompt and not (one.reply and two.reply)
    return a.started is not None and b.started is not None and overlap(a, b)


def merged(keep: Entry, other: Entry) -> None:
    """What only the other knows."""
    if keep.usage is None or (
        _richness(other.usage) > _richness(keep.usage) and _agree(keep, other)
    ):
        keep.usage = other.usage or keep.usage
    if not keep.reply:
        keep.reply, keep.called = other.reply, other.called
    mine, theirs = keep.logged, other.logged
    for name in ("model", "provider", "stop_reason", "tier", "session", "cost_pusd", "duration_ms"):
        if getattr(mine, name) is None:
            setattr(mine, name, getattr(theirs, name))
    keep.id = keep.id or other.id
    mine.tags = {**theirs.tags, **mine.tags}


def _agree(one: Entry, two: Entry) -> bool:
    return one.usage is not None and two.usage is not None and one.usage.prompt == two.usage.prompt


def _richness(usage: Usage | None) -> int:
    if usage is None:
        return -1
    buckets = (usage.cache_read, usage.cache_write_5m, usage.cache_write_1h, usage.reasoning)
    return sum(bool(bucket) for bucket in buckets)
