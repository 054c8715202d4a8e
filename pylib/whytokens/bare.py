"""Calls without text as columns: 200,000 rows of counts are no 200,000 objects.

A bare call has counts and no prompt. What many of them share is a `Kind`, held once; what is each call's own
stands in lists. As a sequence it gives the same `Call`s that objects would be, made when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, overload

from whytokens.model import Call, CallId, NodeId, Options, Usage, Where

ROOT = NodeId(0)
NO_OPTIONS = Options()
NO_TAGS: Mapping[str, str] = {}
_FIRST_TIME = datetime.min.replace(tzinfo=UTC)
# Counters of a usage that are numbers of each call; which of them are said belongs to its kind.
COUNTERS = ("cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning", "total")


def _is_plain(usage: Usage) -> bool:
    """Counts and nothing else."""
    more = usage.refused or usage.fees or usage.detail or usage.prompt_size is not None
    return usage.input is not None and not more


LISTS = (
    "kind", "tags", "sessions", "started", "duration_ms", "input", "charged", "files", "lines", "pointers",
)  # fmt: skip


class Kind(NamedTuple):
    """All that calls of one kind have in common. `said`: which of COUNTERS are reported, a bit each."""

    api: str
    model: str | None
    provider: str | None
    options: Options
    hidden: str | None
    called_tools: tuple[str, ...]
    stop_reason: str | None
    error: str | None
    tier: str | None
    region: str | None
    cache_marks: tuple[int, ...]
    said: int
    importer: str


class BareCalls(Sequence[Call]):
    """Columns in the order of the calls once `settle` has run. `odd` has the usage of calls that are more than
    counts: none, refused, with fees or media."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.tagsets: list[Mapping[str, str]] = []
        self.kind: list[int] = []
        self.tags: list[int] = []
        self.sessions: list[str | None] = []
        self.started: list[datetime | None] = []
        self.duration_ms: list[int | None] = []
        self.input: list[int] = []
        self.counts: tuple[list[int], ...] = tuple([] for _ in COUNTERS)
        self.charged: list[int | None] = []
        self.files: list[str] = []
        self.lines: list[int | None] = []
        self.pointers: list[str] = []
        self.odd: dict[int, Usage | None] = {}
        self._kinds: dict[tuple[Any, ...], int] = {}
        self._tagsets: dict[tuple[tuple[str, str], ...], int] = {}

    # -- what the builder says ---------------------------------------------------------------

    def add(
        self, api: str, model: str | None, where: Where, said: Mapping[str, Any], importer: str
    ) -> None:
        """A call as `TraceBuilder.call` is told of it."""
        get = said.get
        usage, number, mask = get("usage"), len(self.kind), 0
        read, five, hour, output, reasoning, total = self.counts
        if usage is None or not _is_plain(usage):
            self.odd[number] = usage
            self.input.append(0)
            for column in self.counts:
                column.append(0)
        else:
            self.input.append(usage.input)
            read.append(usage.cache_read or 0)
            five.append(usage.cache_write_5m or 0)
            hour.append(usage.cache_write_1h or 0)
            output.append(usage.output or 0)
            reasoning.append(usage.reasoning or 0)
            total.append(usage.total or 0)
            mask = (
                (usage.cache_read is not None)
                + 2 * (usage.cache_write_5m is not None)
                + 4 * (usage.cache_write_1h is not None)
                + 8 * (usage.output is not None)
                + 16 * (usage.reasoning is not None)
                + 32 * (usage.total is not None)
            )
        tier, region, charged = get("tier"), get("region"), get("reported_cost_pusd")
        if usage is not None and (usage.tier or usage.region or usage.cost_pusd is not None):
            self.odd.setdefault(number, usage)  # its words are the call's, and its own as well
            tier = usage.tier if tier is None else tier
            region = usage.region if region is None else region
            charged = usage.cost_pusd if charged is None else charged
        options = get("options")
        kind = (
            api, model, get("provider"), None if options is NO_OPTIONS else options, get("hidden"),
            get("called_tools"), get("stop_reason"), get("error"), tier, region, get("cache_marks"), mask, importer,
        )  # fmt: skip
        self.kind.append(self.kind_of(kind))
        self.tags.append(self.tags_of(get("tags") or NO_TAGS))
        self.sessions.append(get("session"))
        self.started.append(get("started"))
        self.duration_ms.append(get("duration_ms"))
        self.charged.append(charged)
        self.files.append(where.file)
        self.lines.append(where.line)
        self.pointers.append(where.pointer)

    def kind_of(self, said: tuple[Any, ...]) -> int:
        """The number of a kind, its fields in order; None stands for a field's default."""
        number = self._kinds.get(said)
        if number is None:
            number = self._kinds[said] = len(self.kinds)
            api, model, provider, options, hidden, tools, *rest = said
            stop_reason, error, tier, region, marks, mask, importer = rest
            self.kinds.append(
                Kind(
                    api, model, provider, options or NO_OPTIONS, hidden, tools or (), stop_reason,
                    error, tier, region, marks or (), mask, importer,
                )
            )  # fmt: skip
        return number

    def tags_of(self, tags: Mapping[str, str]) -> int:
        """The number of a set of tags."""
        words = tuple(tags.items())
        number = self._tagsets.get(words)
        if number is None:
            number = self._tagsets[words] = len(self.tagsets)
            self.tagsets.append(tags)
        return number

    def settle(self) -> None:
        """Bring the calls into the order of their time, file and line, and name their sessions."""
        if self._in_line():
            order = sorted(range(len(self.started)), key=self.started.__getitem__)  # type: ignore[arg-type]
            if order != list(range(len(order))):
                self._reorder(order)
            self._named()
            return
        keys = [
            (at or _FIRST_TIME, file, line or 0)
            for at, file, line in zip(self.started, self.files, self.lines, strict=True)
        ]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        if order != list(range(len(order))):
            self._reorder(order)
        self._named()

    def _in_line(self) -> bool:
        """Do all calls have times and stand in one file, line below line?"""
        lines = [line or 0 for line in self.lines]
        return None not in self.started and len(set(self.files)) == 1 and lines == sorted(lines)

    def _named(self) -> None:
        self.sessions = [
            f"conversation {number}" if key is None else key
            for number, key in enumerate(self.sessions, 1)
        ]

    def _reorder(self, order: Sequence[int]) -> None:
        for name in LISTS:
            column = getattr(self, name)
            setattr(self, name, [column[at] for at in order])
        self.counts = tuple([column[at] for at in order] for column in self.counts)
        places = {old: new for new, old in enumerate(order)} if self.odd else {}
        self.odd = {places[old]: usage for old, usage in self.odd.items()}

    # -- the calls ---------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.kind)

    @overload
    def __getitem__(self, at: int) -> Call: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Call, ...]: ...
    def __getitem__(self, at: int | slice) -> Call | tuple[Call, ...]:
        if isinstance(at, slice):
            return tuple(self._call(one) for one in range(*at.indices(len(self))))
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return self._call(at % len(self))

    def __iter__(self) -> Iterator[Call]:
        return map(self._call, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(mine == theirs for mine, theirs in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]

    def usage(self, at: int) -> Usage | None:
        if at in self.odd:
            return self.odd[at]
        said = self.kinds[self.kind[at]].said
        found = {
            name: column[at]
            for bit, (name, column) in enumerate(zip(COUNTERS, self.counts, strict=True))
            if said >> bit & 1
        }
        return Usage(input=self.input[at], **found)  # type: ignore[arg-type]

    def where(self, at: int) -> Where:
        return Where(file=self.files[at], line=self.lines[at], pointer=self.pointers[at])

    def _call(self, at: int) -> Call:
        kind = self.kinds[self.kind[at]]
        return Call(
            id=CallId(at), importer=kind.importer, session=self.sessions[at] or "", api=kind.api, model=kind.model,
            provider=kind.provider, started=self.started[at], duration_ms=self.duration_ms[at],
            prompt=ROOT, options=kind.options, hidden=kind.hidden, called_tools=kind.called_tools,
            stop_reason=kind.stop_reason, error=kind.error, usage=self.usage(at), tier=kind.tier,
            region=kind.region, cache_marks=kind.cache_marks, tags=self.tagsets[self.tags[at]],
            reported_cost_pusd=self.charged[at], where=self.where(at),
        )  # fmt: skip

    def drafts(self) -> Iterable[tuple[Call, str | None]]:
        """Each call and the session its importer named, for a trace that turns out to have text too."""
        return zip(self, self.sessions, strict=True)
