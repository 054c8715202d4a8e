"""Replay of automatic caches: any prefix in common with a request still alive is read.

Spec: facts, section 3. Prompts alive are kept in the order of a walk of the tree, where the longest
common prefix is always with a neighbour; so a request costs what it does not share, not its length.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Hashable, Iterator

from whytokens.cache import Bill
from whytokens.cache.positions import Positions
from whytokens.cache.prompts import Prompts
from whytokens.cache.requests import Request, Scope
from whytokens.cache.rules import Rules
from whytokens.cache.settings import settings
from whytokens.cache.shared import shared_tokens


class AutomaticCache:
    """The prompts that one provider's cache still holds while requests pass."""

    def __init__(self, rules: Rules, prompts: Prompts, at_once: bool = False) -> None:
        self.rules = rules
        self.prompts = prompts
        self.at_once = at_once
        self._ends = Positions(prompts)
        self._scopes: dict[tuple[Scope, Hashable], _Alive] = {}

    def serve(self, request: Request) -> Bill:
        """What one request is billed, and its effect on the cache."""
        alive = self._alive(request)
        alive.pass_time(request.start_ms)
        hit = max((self._shared(request, other) for other in alive.near(request)), default=0)
        hit = min(hit, request.one.prompt_tokens - 1)
        step = self.rules.increment_tokens
        hit = hit // step * step if hit >= self.rules.minimum_tokens else 0
        ready = request.start_ms if self.at_once else request.ready_ms
        alive.add(request, ready, request.start_ms + self.rules.lifetimes[0].ms)
        self._ends.note(request)
        return Bill(request.one.prompt_tokens, max(0, hit))

    def _alive(self, request: Request) -> _Alive:
        """What is kept for calls of these settings: a common prefix is one of rendered tokens."""
        key = (request.scope, settings(request.one, request.node))
        if key not in self._scopes:
            self._scopes[key] = _Alive(self.prompts)
        return self._scopes[key]

    def _shared(self, request: Request, other: Request) -> int:
        if self.rules.mode == "units":
            # A unit must match whole: the earlier prompt itself, or where two earlier ones parted.
            meet = self.prompts.meet(request.node, other.node)
            whole = self.prompts.ids[meet] == self.prompts.ids[other.node]
            found = whole or meet in self._detected(request, meet)
            return self._ends.at(request, meet) if found else 0
        return shared_tokens(self.prompts, self._ends, request, other)

    def _detected(self, request: Request, meet: int) -> set[int]:
        """Places where prompts parted before; this one is known from now on."""
        known = self._alive(request).parted
        before = set(known)
        known.add(meet)
        return before


class _Alive:
    """Requests of one scope by their place in the walk of the prompt tree."""

    def __init__(self, prompts: Prompts) -> None:
        self.prompts = prompts
        self.parted: set[int] = set()
        self._places: list[int] = []
        self._at: dict[int, tuple[Request, int]] = {}
        self._waiting: list[tuple[int, int, Request, int]] = []
        self._ending: list[tuple[int, int]] = []

    def pass_time(self, now_ms: int) -> None:
        """Requests become readable, entries run out."""
        while self._waiting and self._waiting[0][0] <= now_ms:
            _, _, request, expires = heapq.heappop(self._waiting)
            self._insert(request, expires)
        while self._ending and self._ending[0][0] <= now_ms:
            expires, place = heapq.heappop(self._ending)
            if place in self._at and self._at[place][1] <= expires:
                del self._at[place]
                del self._places[bisect_left(self._places, place)]

    def add(self, request: Request, ready_ms: int, expires_ms: int) -> None:
        if ready_ms <= request.start_ms:
            self._insert(request, expires_ms)
        else:
            entry = (ready_ms, request.one.call.id, request, expires_ms)
            heapq.heappush(self._waiting, entry)

    def near(self, request: Request) -> Iterator[Request]:
        """The neighbours in the walk, and what `request` goes on from though it just began."""
        place = self._place(request)
        at = bisect_left(self._places, place)
        for index in (at - 1, at):
            if 0 <= index < len(self._places):
                yield self._at[self._places[index]][0]
        for _, _, other, _ in self._waiting:
            if other.node != request.node and self.prompts.holds(other.node, request.node):
                yield other

    def _insert(self, request: Request, expires_ms: int) -> None:
        place = self._place(request)
        if place not in self._at:
            insort(self._places, place)
        elif self._at[place][1] > expires_ms:
            return
        self._at[place] = (request, expires_ms)
        heapq.heappush(self._ending, (expires_ms, place))

    def _place(self, request: Request) -> int:
        return self.prompts.enter[self.prompts.ids[request.node]]
