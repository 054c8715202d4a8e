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
from whytokens.importers.twins import echoed, half, merged, one_response, within
from whytokens.importers.values import are

Key = tuple[str, str]
MAX_DEPTH = 200
NO_CONTENT = "no content was logged"


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
            key = (one.group, one.span)
            old = self.spans.get(key) or _Span("", None, {})
            self.spans[key] = _Span(
                one.parent or old.parent, one.session or old.session, {**old.tags, **one.tags}
            )

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
        self._twice_dropped()
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

    def _twice_dropped(self) -> None:
        """One entry for each span: a trace's download and a table's export may hold the same."""
        known: dict[Key, Entry] = {}
        kept: list[Entry] = []
        again: list[Entry] = []
        for entry in self.entries:
            one = entry.logged
            first = (
                known.setdefault((one.group, one.span), entry) if one.group and one.span else entry
            )
            if first is entry:
                kept.append(entry)
            else:
                again.append(entry)
                merged(first, entry)
                if entry.content and not first.content:
                    first.prompt, first.options, first.marks = (
                        entry.prompt,
                        entry.options,
                        entry.marks,
                    )
        if again:
            self.entries = kept
            text = f"{are(len(again), 'call')} in these files twice and counted once."
            self.builder.warn("partial", text, again[0].logged.where)

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
            if entry.logged.outer and any(within(call, entry) for call in calls):
                dropped.add(id(entry))
                continue
            inside = [e for e in inner[id(entry)] if id(e) not in dropped or inner[id(e)]]
            if not inside:
                continue
            only = inside[0] if len(inside) == 1 else None
            if only is not None and entry.content and not only.content:
                merged(entry, only)
                dropped.add(id(only))
            else:
                if only is not None:
                    merged(only, entry)
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
            twin = echoed(entry, kept) if entry.logged.echo else None
            twin = twin or next(
                (e for e in group if (entry.id and one_response(e, entry)) or half(e, entry)), None
            )
            if twin is None:
                group.append(entry)
                if entry.id:
                    known[entry.logged.group].append(entry)
                kept.append(entry)
            elif entry.content and not twin.content:
                merged(entry, twin)
                for same in known.values():
                    same[:] = [entry if e is twin else e for e in same]
                kept[next(i for i, e in enumerate(kept) if e is twin)] = entry
            else:
                merged(twin, entry)
        return kept


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
