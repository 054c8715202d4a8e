"""Questions to attributions that may be bare: answered from columns, or one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import overload

from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.lanes import Lane
from whytokens.attribution.share import Attribution
from whytokens.model import Call, CallId
from whytokens.prices import Quote


def apart(found: Sequence[Attribution]) -> Sequence[Attribution]:
    """Those of some attributions that may be more than a reported bill: of bare ones the odd."""
    if isinstance(found, BareAttributions):
        return [one for _, one in found.odd_rows()]
    return found


def billed(found: Sequence[Attribution]) -> Sequence[Attribution]:
    """Without failed calls that cost nothing."""
    if isinstance(found, BareAttributions):
        return found.billed()
    return [one for one in found if one.method != "unbilled"]


def those(found: Sequence[Attribution], wanted: AbstractSet[CallId]) -> Sequence[Attribution]:
    """Those of some calls."""
    if isinstance(found, BareAttributions):
        return [found[row] for row, at in enumerate(found.columns.at) if at in wanted]
    return [one for one in found if one.call.id in wanted]


def cost_of(found: Sequence[Attribution]) -> int:
    """What they cost together."""
    if isinstance(found, BareAttributions):
        return sum(found.columns.pusd)
    return sum(one.cost_pusd for one in found)


def lanes_of(found: Sequence[Attribution]) -> Iterable[Lane]:
    """The lanes they were rendered in."""
    if isinstance(found, BareAttributions):
        return [found.lanes[kind] for kind in set(found.of_call(found.calls.kind))]
    return {id(one.lane): one.lane for one in found}.values()


def rows_read(found: Sequence[Attribution]) -> set[str]:
    """The price rows of calls that read from a cache."""
    if isinstance(found, BareAttributions):
        pairs = zip(found.columns.quote, found.columns.read, strict=True)
        quotes = [found.quotes[code] for code in {code for code, read in pairs if read}]
    else:
        quotes = [one.quote for one in found if one.usage.cache_read]
    return {quote.row for quote in quotes if isinstance(quote, Quote)}


def made(found: Sequence[Attribution]) -> Sequence[Call]:
    """Their calls."""
    if isinstance(found, BareAttributions):
        return CallsOf(found)
    return [one.call for one in found]


class CallsOf(Sequence[Call]):
    """The calls of bare attributions, made when they are asked for."""

    def __init__(self, found: BareAttributions) -> None:
        self.found = found

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, at: int) -> Call: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Call]: ...
    def __getitem__(self, at: int | slice) -> Call | Sequence[Call]:
        rows = self.found.columns.at[at]
        return (
            [self.found.calls[row] for row in rows]
            if isinstance(rows, list)
            else self.found.calls[rows]
        )

    def threads(self) -> dict[CallId, str]:
        """Each call's session: calls without text go on from no other."""
        sessions = self.found.of_call(self.found.calls.sessions)
        ids = map(CallId, self.found.columns.at)
        return {number: key or "" for number, key in zip(ids, sessions, strict=True)}
