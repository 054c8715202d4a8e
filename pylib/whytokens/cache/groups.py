"""Groups of calls that one cache configuration serves: an application's calls to one model.

Calls of one session belong together, and so do calls whose head (tools and system text, volatile
parts aside) is the same. A policy is chosen per group, as a user would set it in one place.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from whytokens.cache.prompts import Prompts
from whytokens.cache.requests import Request
from whytokens.cache.rules import Rules, rules_for


@dataclass(frozen=True, slots=True)
class Group:
    """Requests in order of their start; `rules` None when the provider's are not known."""

    requests: tuple[Request, ...]
    rules: Rules | None


def groups(found: Sequence[Request], stable: Prompts) -> list[Group]:
    """Groups in order of their first call; `stable` is the tree without volatile parts."""
    joined = _Union(len(found))
    first: dict[Hashable, int] = {}
    for number, request in enumerate(found):
        end = stable.ids[request.lane.head_end(request.node)]
        keys: list[Hashable] = [(request.scope, "thread", request.thread)]
        if end:
            keys.append((request.scope, "head", end))
        for key in keys:
            joined.join(first.setdefault(key, number), number)
    members: dict[int, list[Request]] = {}
    for number, request in enumerate(found):
        members.setdefault(joined.find(number), []).append(request)
    return [
        Group(tuple(some), rules_for(some[0].scope.provider, some[0].scope.row))
        for some in members.values()
    ]


class _Union:
    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def find(self, number: int) -> int:
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number

    def join(self, one: int, other: int) -> None:
        a, b = sorted((self.find(one), self.find(other)))
        self._parents[b] = a
