"""Replay of caches with breakpoints: Anthropic's, Bedrock's, OpenAI's from GPT-5.6 on.

Spec: facts, section 3: read = the highest live entry at a breakpoint or up to `lookback` positions
before one; 1 h breakpoints after it are written first, then the rest up to the last breakpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from whytokens.cache import Bill
from whytokens.cache.positions import Positions
from whytokens.cache.prompts import Prompts
from whytokens.cache.requests import Request, Scope
from whytokens.cache.rules import Rules
from whytokens.cache.settings import settings
from whytokens.model import Category, NodeId

# Positions that a run of these takes together (facts: "runs of tool_use / tool_result collapse").
COLLAPSED: tuple[Category, ...] = ("tool_call", "tool_result")


@dataclass(frozen=True, slots=True)
class Mark:
    """A breakpoint after `node`, its entry living `rules.lifetimes[lifetime]`."""

    node: NodeId
    lifetime: int


Marks = Callable[[Request], Sequence[Mark]]


@dataclass(slots=True)
class _Entry:
    expires_ms: int
    ready_ms: int
    lifetime: int
    writer: NodeId


class MarkedCache:
    """The entries of one provider's cache while requests pass."""

    def __init__(self, rules: Rules, prompts: Prompts, at_once: bool = False) -> None:
        self.rules = rules
        self.prompts = prompts
        self.at_once = at_once
        self._ends = Positions(prompts)
        self._entries: dict[tuple[Scope, int, Hashable], _Entry] = {}

    def serve(self, request: Request, marks: Sequence[Mark]) -> Bill:
        """What one request is billed, and its effect on the cache."""
        found = sorted(
            ((self._ends.at(request, mark.node), mark) for mark in marks),
            key=lambda pair: pair[0],
        )  # fmt: skip
        kept = [pair for pair in found if pair[0] >= max(1, self.rules.minimum_tokens)]
        hit, hit_tokens = self._hit(request, [mark for _, mark in kept])
        self._refresh(request, hit, kept, hit_tokens)
        top = {"write_1h": hit_tokens, "write_5m": hit_tokens, "input": hit_tokens}
        for tokens, mark in kept:
            if tokens > hit_tokens:
                bucket = self.rules.lifetimes[mark.lifetime].bucket
                top[bucket] = max(top[bucket], tokens)
                self._write(request, mark)
        self._ends.note(request)
        hour = top["write_1h"]
        five = max(top["write_5m"], hour)
        return Bill(request.one.prompt_tokens, hit_tokens, hour - hit_tokens, five - hour)

    def _hit(self, request: Request, marks: Sequence[Mark]) -> tuple[NodeId | None, int]:
        best: NodeId | None = None
        best_tokens = 0
        for mark in marks:
            for node in self._back(mark.node):
                if self._live(request, node) is not None:
                    tokens = self._ends.at(request, node)
                    if tokens > best_tokens:
                        best, best_tokens = node, tokens
                    break
        return best, best_tokens

    def _back(self, node: NodeId) -> Iterator[NodeId]:
        """`node` and those before it within reach."""
        tree, left = self.prompts.trace.prompts, self.rules.lookback
        while node and left > 0:
            yield node
            left -= self._positions(node)
            node = tree.parents[node]

    def _positions(self, node: NodeId) -> int:
        if self.rules.mode == "messages":
            return 1
        trace = self.prompts.trace
        message = trace.messages[trace.prompts.messages[node]]
        found, before = 0, None
        for segment in message.segments:
            category = trace.segments[segment].category
            if category not in COLLAPSED or category != before:
                found += 1
            before = category
        return max(1, found) if message.role not in ("tools", "system") else 1

    def _live(self, request: Request, node: NodeId) -> _Entry | None:
        entry = self._entries.get(self._key(request, node))
        if entry is None or entry.expires_ms <= request.start_ms:
            return None
        if entry.ready_ms <= request.start_ms or self.at_once:
            return entry
        # A prompt that goes on from the writer's whole prompt came after its reply.
        goes_on = entry.writer != request.node and self.prompts.holds(entry.writer, request.node)
        return entry if goes_on else None

    def _key(self, request: Request, node: NodeId) -> tuple[Scope, int, Hashable]:
        """What must be equal for an entry to be found: the prompt, and the settings that it hangs on."""
        return (request.scope, self.prompts.ids[node], settings(request.one, node))

    def _refresh(
        self,
        request: Request,
        hit: NodeId | None,
        marks: Sequence[tuple[int, Mark]],
        hit_tokens: int,
    ) -> None:
        nodes = {mark.node for tokens, mark in marks if tokens <= hit_tokens}
        for node in nodes | ({hit} if hit is not None else set()):
            entry = self._live(request, node)
            if entry is not None:
                entry.expires_ms = request.start_ms + self.rules.lifetimes[entry.lifetime].ms

    def _write(self, request: Request, mark: Mark) -> None:
        self._entries[self._key(request, mark.node)] = _Entry(
            expires_ms=request.start_ms + self.rules.lifetimes[mark.lifetime].ms,
            ready_ms=request.ready_ms,
            lifetime=mark.lifetime,
            writer=request.node,
        )
