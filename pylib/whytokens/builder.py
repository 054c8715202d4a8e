"""TraceBuilder: the mutable side of a trace. Importers add to it; `build` freezes it.

Segments and messages are interned by content and prompts are nodes of one tree, so text that is
re-sent on every turn is stored and later counted once (ARCHITECTURE, "Why it is fast").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol, TypedDict, TypeVar, Unpack

from whytokens.bare import BareCalls
from whytokens.components import MIN_CHARS, Component, cut_all
from whytokens.impossible import possible
from whytokens.interned import ROOT as ROOT
from whytokens.interned import Interned
from whytokens.model import (
    Call,
    CallId,
    NodeId,
    Options,
    SegmentId,
    Session,
    Trace,
    TraceWarning,
    Usage,
    Where,
)


class Gatherer(Protocol):
    """What an importer collects over several files; `finish` adds its calls once all are read, with
    pauses where that is long work."""

    def finish(self) -> Iterator[None] | None: ...


G = TypeVar("G", bound=Gatherer)
_FIRST_TIME = datetime.min.replace(tzinfo=UTC)


class CallFields(TypedDict, total=False):
    """What an importer may say of a call, see `model.Call`."""

    session: str | None
    provider: str | None
    started: datetime | None
    duration_ms: int | None
    options: Options
    hidden: str | None
    reply: tuple[SegmentId, ...]
    called_tools: tuple[str, ...]
    stop_reason: str | None
    error: str | None
    usage: Usage | None
    tier: str | None
    region: str | None
    cache_marks: tuple[int, ...]
    tags: Mapping[str, str]
    reported_cost_pusd: int | None


# What a usage object itself says of its call, by the field of the call.
LIFTED = {"tier": "tier", "region": "region", "reported_cost_pusd": "cost_pusd"}


def _lifted(said: dict[str, object]) -> dict[str, object]:
    """A call's fields, those that only its usage names filled in."""
    usage = said.get("usage")
    for name, source in LIFTED.items():
        if said.get(name) is None and isinstance(usage, Usage):
            said[name] = getattr(usage, source)
    return said


@dataclass(slots=True)
class _Draft:
    """A call before its id and session are settled."""

    call: Call
    session: str | None
    order: int
    beside: bool = False  # within the call before it


# What the prompt of a model asked within a response holds beside the transcript.
BESIDE = "the provider's words to an advisor"


def _asked_within(call: Call, model: str, spent: Usage) -> Call:
    """The call of a model that another's response asked on the way, with the transcript it read."""
    return Call(
        id=call.id,
        session=call.session,
        importer=call.importer,
        api=call.api,
        model=model,
        provider=call.provider,
        prompt=call.prompt,
        where=call.where,
        started=call.started,
        hidden=BESIDE,
        usage=spent,
        tier=call.tier,
        region=call.region,
        tags={**call.tags, "agent": "advisor"},
    )


class TraceBuilder(Interned):
    """Collects one trace. Not thread-safe; one per opened set of files."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self._sizes: dict[str, int] = {}
        self._drafts: list[_Draft] = []
        self._bare: BareCalls | None = BareCalls()  # all calls, while none has text
        self._sessions: dict[str, Session] = {}
        self._warnings: list[TraceWarning] = []
        self._seen: set[tuple[str, ...]] = set()
        self._importers: list[str] = []
        self._reading = ""
        self._gathers_for: dict[str, str] = {}
        self._components: dict[str, Component] = {}
        self._gatherers: dict[str, Gatherer] = {}

    # -- what importers say ------------------------------------------------------------------

    def remember(self, what: str, tokens: int) -> None:
        """Keep what a reply said of its own size, for requests that send it back."""
        self._sizes[what] = tokens

    def recall(self, what: str) -> int | None:
        return self._sizes.get(what)

    def call(
        self,
        *,
        api: str,
        model: str | None,
        prompt: NodeId,
        where: Where,
        **fields: Unpack[CallFields],
    ) -> None:
        """Add a call. Without a `session`, one is found by continuity of prompts in `build`."""
        usage = fields.get("usage")
        if usage is not None:
            usage = fields["usage"] = possible(usage)
        if self._bare is not None:
            if prompt == ROOT and not fields.get("reply") and not (usage and usage.beside):
                self._bare.add(api, model, where, fields, self._reading)
                return
            self._drafts = [
                _Draft(call, key, order) for order, (call, key) in enumerate(self._bare.drafts())
            ]
            self._bare = None
        session = fields.get("session")
        said = _lifted({key: value for key, value in fields.items() if key != "session"})
        usage = fields.get("usage")
        said["usage"] = possible(usage) if usage else None
        call = Call(
            id=CallId(-1),
            session=session or "",
            importer=self._reading,
            api=api,
            model=model,
            prompt=prompt,
            where=where,
            **said,  # type: ignore[arg-type]
        )
        self._drafts.append(_Draft(call, session, len(self._drafts)))
        for other, spent in call.usage.beside if call.usage else ():
            asked = _asked_within(call, other, spent)
            self._drafts.append(_Draft(asked, session, len(self._drafts), beside=True))

    def session(self, key: str, *, parent: str | None = None, title: str | None = None) -> None:
        """Describe a session; what is said first stays, gaps are filled by later words."""
        old = self._sessions.get(key, Session(key=key))
        self._sessions[key] = replace(old, parent=old.parent or parent, title=old.title or title)

    def component(self, kind: str, name: str, text: str) -> None:
        """A part of prompts that the program named; it becomes a segment of its own."""
        if len(text) >= MIN_CHARS:
            self._components[text] = Component(kind, name)

    def warn(self, code: str, message: str, where: Where) -> None:
        """Name something that was skipped or is doubtful; nothing is lost silently."""
        self.warned(TraceWarning(code=code, message=message, where=where))

    def warned(self, warning: TraceWarning) -> None:
        self._warnings.append(warning)

    def first(self, *key: str) -> bool:
        """True the first time a key is seen in this trace (one usage per message id, one uuid)."""
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def knows(self, *key: str) -> bool:
        """Was this key seen before? Asking does not count."""
        return key in self._seen

    def gathered(self, key: str, make: Callable[[TraceBuilder], G]) -> G:
        """The one gatherer of this trace under `key`: for formats spread over several files."""
        if key not in self._gatherers:
            self._gatherers[key] = make(self)
            self._gathers_for[key] = self._reading
        return self._gatherers[key]  # type: ignore[return-value]

    def finish(self) -> None:
        """All files are read: gatherers add what they hold, in the order of their keys."""
        for _ in self.finishing():
            pass

    def finishing(self) -> Iterator[None]:
        """The same, with their pauses."""
        for key in sorted(self._gatherers):
            self._reading = self._gathers_for[key]
            yield from self._gatherers[key].finish() or ()
        self._gatherers.clear()

    def used(self, key: str, label: str) -> None:
        """Which importer reads the file that comes now."""
        self._reading = key
        if label not in self._importers:
            self._importers.append(label)

    @property
    def reading(self) -> str:
        """The importer whose file, or whose gatherer, is read now."""
        return self._reading

    @property
    def bare(self) -> BareCalls | None:
        """The calls' columns, while no call has text."""
        return self._bare

    @property
    def calls_so_far(self) -> int:
        return len(self._drafts if self._bare is None else self._bare)

    # -- freezing ----------------------------------------------------------------------------

    def build(self) -> Trace:
        """Settle order, sessions and ids. The order of files does not change the result."""
        if self._components:
            self._messages = cut_all(self._messages, self._segments, self._components, self.segment)
        calls, keys = self._settled()
        for key in dict.fromkeys(keys):
            self._sessions.setdefault(key, Session(key=key))
        return Trace(
            name=self.name,
            importer=" + ".join(self._importers),
            segments=tuple(self._segments),
            messages=tuple(self._messages),
            prompts=self.tree(),
            calls=calls,
            sessions=tuple(self._sessions[key] for key in sorted(self._sessions)),
            warnings=tuple(self._warnings),
        )

    def _settled(self) -> tuple[Sequence[Call], Iterable[str]]:
        """The calls in order, and the keys of their sessions."""
        if self._bare is not None:
            self._bare.settle()
            return self._bare, [key or "" for key in self._bare.sessions]
        drafts = sorted(self._drafts, key=_draft_order)
        keys = self._session_keys(drafts)
        numbered = enumerate(zip(drafts, keys, strict=True))
        return tuple(
            replace(one.call, id=CallId(i), session=key) for i, (one, key) in numbered
        ), keys

    def _session_keys(self, drafts: list[_Draft]) -> list[str]:
        """A call without a key continues the call whose prompt it extends, else starts a session."""
        owner: dict[NodeId, str] = {}
        keys: list[str] = []
        for draft in drafts:
            key = draft.session
            if key is None and draft.beside:
                key = keys[-1]
            elif key is None:
                key = self._continued(draft.call.prompt, owner) or f"conversation {len(keys) + 1}"
                owner[draft.call.prompt] = key
            keys.append(key)
        return keys

    def _continued(self, node: NodeId, owner: dict[NodeId, str]) -> str | None:
        """The session of the longest proper prefix of `node` that was itself sent."""
        node = self._parents[node]
        while node:
            if node in owner:
                return owner[node]
            node = self._parents[node]
        return None


def _draft_order(draft: _Draft) -> tuple[datetime, str, int, int]:
    call = draft.call
    return (call.started or _FIRST_TIME, call.where.file, call.where.line or 0, draft.order)
