"""What observability formats hand their calls to: content becomes segments at once, calls are settled
when every span is known.

Spec: formats, rules 5 and 6: nested spans of one call count once, the deepest with content is kept and
what the others know is added; sums of agents and traces are no calls.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from whytokens.builder import CallFields, TraceBuilder
from whytokens.importers.counted import Counted
from whytokens.importers.entries import Entry, entry_of
from whytokens.importers.logged import Logged
from whytokens.model import Usage

Key = tuple[str, str]
MAX_DEPTH = 200
NO_CONTENT = "no content was logged"
# Two instrumentations of one client start and end within this.
CLOSE = timedelta(milliseconds=50)


@dataclass(slots=True)
class _Span:
    """Any span, for what calls inherit from it."""

    parent: str
    session: str | None
    tags: dict[str, str]


@dataclass(slots=True)
class Ledger:
    """Collects the calls of all files of one format."""

    builder: TraceBuilder
    entries: list[Entry] = field(default_factory=list)
    spans: dict[Key, _Span] = field(default_factory=dict)
    counted: list[Counted] = field(default_factory=list)

    def note(self, one: Logged) -> None:
        """A span that is no call: its session and tags hold for the calls in it."""
        if one.span:
            self.spans[(one.group, one.span)] = _Span(one.parent, one.session, one.tags)

    def enter(self, one: Logged) -> None:
        """A call, or a span around calls."""
        if one.call:
            self.add(one)
        else:
            self.note(one)

    def add(self, one: Logged) -> None:
        """A call. Its content is interned now and forgotten, so that memory holds it once."""
        self.note(one)
        self.entries.append(entry_of(one, self.builder))

    def finish(self) -> None:
        """Settle what is nested and add the calls."""
        bare = self.builder.bare
        if bare is None or not self._flat():
            for rows in self.counted:
                for one in rows.logged():
                    self.add(one)
            self.counted.clear()
        kept = self._unrepeated(self._outer_dropped())
        cut = [entry.cut for entry in kept if entry.cut]
        if cut:
            text = f"{len(cut):,} requests hold texts that their logger has cut; they count as they are."
            self.builder.warn("partial", text, cut[0])
        sizes: dict[str, int] = defaultdict(int)
        for entry in kept:
            sizes[entry.logged.group] += 1
        for rows in self.counted:
            for group in rows.group:
                sizes[group] += 1
        for entry in kept:
            session, tags = self._inherited(entry.logged)
            if session is None and entry.logged.group and sizes[entry.logged.group] > 1:
                session = entry.logged.group
            self.builder.call(
                api=entry.api, model=entry.logged.model, prompt=entry.prompt,
                where=entry.logged.where, **_fields(entry, session, tags),
            )  # fmt: skip

        for rows in self.counted:
            sessions = [
                group if session is None and group and sizes[group] > 1 else session
                for session, group in zip(rows.session, rows.group, strict=True)
            ]
            if bare is not None:
                rows.into(bare, sessions, NO_CONTENT, self.builder.reading)

    def _flat(self) -> bool:
        """Is nothing nested or said twice? Every call has an id of its own, or nothing says which it could be."""
        ids: set[str] = set()
        count = 0
        for rows in self.counted:
            if any(rows.parent) or any(
                group and not number for group, number in zip(rows.group, rows.id, strict=True)
            ):
                return False
            named = [number for number in rows.id if number]
            ids.update(named)
            count += len(named)
        for entry in self.entries:
            one = entry.logged
            if one.parent or one.outer or one.echo or entry.content or (one.group and not entry.id):
                return False
            if entry.id:
                ids.add(entry.id)
                count += 1
        return len(ids) == count

    def _ancestors(self, one: Logged) -> Iterable[Key]:
        parent, seen = one.parent, 0
        while parent and seen < MAX_DEPTH:
            key = (one.group, parent)
            yield key
            span = self.spans.get(key)
            parent, seen = (span.parent if span else ""), seen + 1

    def _inherited(self, one: Logged) -> tuple[str | None, dict[str, str]]:
        session, tags = one.session, dict(one.tags)
        for key in self._ancestors(one):
            span = self.spans.get(key)
            if span:
                session = session or span.session
                tags = {**span.tags, **tags}
        return session, tags

    def _outer_dropped(self) -> list[Entry]:
        """Entries without those that wrap other entries."""
        by_key = {(e.logged.group, e.logged.span): e for e in self.entries if e.logged.span}
        inner: dict[int, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            for key in self._ancestors(entry.logged):
                if key in by_key and by_key[key] is not entry:
                    inner[id(by_key[key])].append(entry)
                    break
        dropped: set[int] = set()
        calls = [entry for entry in self.entries if not entry.logged.outer]
        for entry in reversed(self.entries):
            if entry.logged.outer and any(_within(call, entry) for call in calls):
                dropped.add(id(entry))
                continue
            inside = [e for e in inner[id(entry)] if id(e) not in dropped or inner[id(e)]]
            if not inside:
                continue
            only = inside[0] if len(inside) == 1 else None
            if only is not None and entry.content and not only.content:
                _merge(entry, only)
                dropped.add(id(only))
            else:
                if only is not None:
                    _merge(only, entry)
                dropped.add(id(entry))
        return [entry for entry in self.entries if id(entry) not in dropped]

    def _unrepeated(self, entries: list[Entry]) -> list[Entry]:
        """One entry for each response id of a trace (or of overlapping times)."""
        known: dict[str, list[Entry]] = defaultdict(list)
        kept: list[Entry] = []
        for entry in entries:
            if not (entry.id or entry.logged.group or entry.logged.echo):
                kept.append(entry)  # nothing says which other it could be
                continue
            group = known[entry.id or entry.logged.group]
            twin = _echoed(entry, kept) if entry.logged.echo else None
            twin = twin or next(
                (e for e in group if (entry.id and _same(e, entry)) or _half(e, entry)), None
            )
            if twin is None:
                group.append(entry)
                if entry.id:
                    known[entry.logged.group].append(entry)
                kept.append(entry)
            elif entry.content and not twin.content:
                _merge(entry, twin)
                for same in known.values():
                    same[:] = [entry if e is twin else e for e in same]
                kept[next(i for i, e in enumerate(kept) if e is twin)] = entry
            else:
                _merge(twin, entry)
        return kept


def _same(one: Entry, two: Entry) -> bool:
    a, b = one.logged, two.logged
    if a.group and a.group == b.group:
        return True
    if a.started is None or b.started is None:
        return a.started == b.started
    return _overlap(a, b)


def _overlap(a: Logged, b: Logged) -> bool:
    if a.started is None or b.started is None:
        return False
    ends = (a.ended or a.started, b.ended or b.started)
    return a.started <= ends[1] + CLOSE and b.started <= ends[0] + CLOSE


def _within(call: Entry, outer: Entry) -> bool:
    """Is this call part of that sum? By trace, or by time where spans lost their parents."""
    a, b = call.logged, outer.logged
    if a.group and a.group == b.group:
        return True
    if None in (a.started, a.ended, b.started, b.ended):
        return False
    return b.started <= a.started and a.ended <= b.ended  # type: ignore[operator]


def _echoed(entry: Entry, kept: list[Entry]) -> Entry | None:
    """The request whose stream this entry ends."""
    return next(
        (
            e
            for e in reversed(kept)
            if e.prompt == entry.prompt and e.logged.model == entry.logged.model and not e.reply
        ),
        None,
    )


def _half(one: Entry, two: Entry) -> bool:
    """Two views of one call where only one of them names the response: an instrumentation beside the
    client's own span, or a span beside the log that ends its stream."""
    a, b = one.logged, two.logged
    if not a.group or a.group != b.group or (one.id and two.id) or a.model != b.model:
        return False
    if one.content and two.content:
        return one.prompt == two.prompt and not (one.reply and two.reply) and _same(one, two)
    return a.started is not None and b.started is not None and _overlap(a, b)


def _merge(keep: Entry, other: Entry) -> None:
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


def _fields(entry: Entry, session: str | None, tags: dict[str, str]) -> CallFields:
    one = entry.logged
    return CallFields(
        session=session,
        provider=one.provider,
        started=one.started,
        duration_ms=one.duration_ms if one.duration_ms is not None else _elapsed(one),
        options=entry.options,
        cache_marks=entry.marks,
        reply=entry.reply,
        called_tools=entry.called,
        stop_reason=one.stop_reason,
        usage=entry.usage,
        error=one.error,
        tier=one.tier,
        hidden=one.hidden or (None if entry.content else NO_CONTENT),
        tags=tags,
        reported_cost_pusd=one.cost_pusd,
    )


def _elapsed(one: Logged) -> int | None:
    if one.started is None or one.ended is None or one.ended < one.started:
        return None
    return round((one.ended - one.started) / timedelta(milliseconds=1))


def ledger_of(key: str, builder: TraceBuilder) -> Ledger:
    """The ledger that all files of a format share."""
    return builder.gathered(key, Ledger)
