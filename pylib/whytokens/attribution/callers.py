"""Which calls carried a set of prompt nodes: how many, and the first, without walking every prompt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from whytokens.model import Call, CallId, NodeId, PromptTree

NO_CALL = CallId(-1)


class Callers:
    """Counts of calls per node of the prompt tree, and intervals to leave out nested nodes."""

    def __init__(self, prompts: PromptTree, calls: Sequence[Call]) -> None:
        size = len(prompts.parents)
        self.through = [0] * size
        self.first = [NO_CALL] * size
        if size == 1 and calls:  # no text: all stand at the root, in order
            self.through[0], self.first[0] = len(calls), calls[0].id
            calls = ()
        for call in calls:
            self.through[call.prompt] += 1
            if self.first[call.prompt] == NO_CALL or call.id < self.first[call.prompt]:
                self.first[call.prompt] = call.id
        sizes = [1] * size
        for node in range(size - 1, 0, -1):
            parent = prompts.parents[node]
            self.through[parent] += self.through[node]
            sizes[parent] += sizes[node]
            if self.first[node] != NO_CALL and (
                self.first[parent] == NO_CALL or self.first[node] < self.first[parent]
            ):
                self.first[parent] = self.first[node]
        self.enter, free = [0] * size, [1] * size
        for node in range(1, size):
            parent = prompts.parents[node]
            self.enter[node] = free[parent]
            free[node] = free[parent] + 1
            free[parent] += sizes[node]
        self.leave = [enter + width for enter, width in zip(self.enter, sizes, strict=True)]

    def count(self, nodes: Iterable[NodeId]) -> int:
        """Calls whose prompt holds at least one of `nodes`."""
        total, covered = 0, -1
        for node in sorted(nodes, key=self.enter.__getitem__):
            if self.enter[node] >= covered:
                total += self.through[node]
                covered = self.leave[node]
        return total

    def first_of(self, nodes: Iterable[NodeId]) -> CallId:
        """The earliest of them, NO_CALL when there is none."""
        found = [self.first[node] for node in nodes if self.first[node] != NO_CALL]
        return min(found, default=NO_CALL)
