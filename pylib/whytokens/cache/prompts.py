"""The prompt tree as a cache compares it: nodes that are equal to a cache are one node.

As sent, every node is its own. With volatile parts (a clock, an id) moved behind the prompt, messages
that differ in nothing else become the same, and their prompts share a prefix. Spec: facts, 4.1 C2-C3.
"""

from __future__ import annotations

from collections.abc import Mapping

from whytokens.model import MessageId, NodeId, Trace


class Prompts:
    """`ids[node]` is the node that stands for it; `enter` and `leave` are its interval of a walk.

    `same` maps a message to the one it equals once volatile parts are taken out, `loose` to the
    volatile texts themselves.
    """

    def __init__(
        self,
        trace: Trace,
        same: Mapping[MessageId, MessageId] | None = None,
        loose: Mapping[MessageId, tuple[str, ...]] | None = None,
    ) -> None:
        self.trace = trace
        self.same = same or {}
        self.loose = loose or {}
        size = len(trace.prompts.parents)
        self.ids = list(range(size))
        self._moved = [False] * size
        if self.same:
            self._join()
        self._walk(size)

    def moved(self, node: NodeId) -> bool:
        """Does the prompt at `node` go through a node that another one stands for?"""
        return self._moved[node]

    def _join(self) -> None:
        prompts = self.trace.prompts
        known: dict[tuple[int, int], int] = {}
        for node in range(1, len(self.ids)):
            message = prompts.messages[node]
            key = (self.ids[prompts.parents[node]], self.same.get(message, message))
            self.ids[node] = known.setdefault(key, node)
            self._moved[node] = self.ids[node] != node or self._moved[prompts.parents[node]]

    def _walk(self, size: int) -> None:
        """Depth-first intervals without recursion: children come after their parents.

        Siblings stand in the order of their texts, so that the prompt with the longest common
        beginning is a neighbour down to the character.
        """
        parents, ids = self.trace.prompts.parents, self.ids
        sizes = [1 if ids[node] == node else 0 for node in range(size)]
        for node in range(size - 1, 0, -1):
            if ids[node] == node:
                sizes[ids[parents[node]]] += sizes[node]
        self.enter, free = [0] * size, [1] * size
        for node in self._by_text(size):
            if ids[node] == node:
                parent = ids[parents[node]]
                self.enter[node] = free[parent]
                free[node] = free[parent] + 1
                free[parent] += sizes[node]
        self.leave = [enter + width for enter, width in zip(self.enter, sizes, strict=True)]

    def _by_text(self, size: int) -> list[int]:
        """All nodes but the first, parents before their children, siblings by role and text."""
        trace, prompts = self.trace, self.trace.prompts
        used = sorted(set(prompts.messages[1:size]), key=lambda number: _key(trace, number))
        rank = {message: place for place, message in enumerate(used)}
        return sorted(
            range(1, size), key=lambda node: (prompts.depths[node], rank[prompts.messages[node]])
        )

    def holds(self, prefix: NodeId, node: NodeId) -> bool:
        """Is the prompt at `prefix` the beginning of, or equal to, the prompt at `node`?"""
        a, b = self.ids[prefix], self.ids[node]
        return self.enter[a] <= self.enter[b] < self.leave[a]

    def meet(self, node: NodeId, other: NodeId) -> NodeId:
        """The last node of `node`'s path that `other`'s path shares. Cost: what is not shared."""
        parents, enter, leave, ids = self.trace.prompts.parents, self.enter, self.leave, self.ids
        at = enter[ids[other]]
        while not enter[ids[node]] <= at < leave[ids[node]]:
            node = parents[node]
        return node

    def next_after(self, prefix: NodeId, node: NodeId) -> NodeId | None:
        """The node after `prefix` on the way to `node`; None when `node` ends there."""
        found, stop = None, self.ids[prefix]
        while self.ids[node] != stop:
            found, node = node, self.trace.prompts.parents[node]
        return found


def _key(trace: Trace, number: MessageId) -> tuple[str, tuple[tuple[str, str], ...]]:
    message = trace.messages[number]
    segments = (trace.segments[segment] for segment in message.segments)
    return message.role, tuple((one.category, one.text or "") for one in segments)
