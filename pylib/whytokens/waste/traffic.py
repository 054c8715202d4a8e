"""Which calls go through a node of the prompt tree, and which calls go on from one another.

Nodes that differ in volatile parts only count as one, so that a clock in the system text does not hide
that 40 calls are one conversation.
"""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.attribution.either import CallsOf
from whytokens.cache.prompts import Prompts
from whytokens.model import Call, CallId, NodeId

NO_CALL = CallId(-1)


class Traffic:
    """`enter` and `leave` are each node's interval of a walk, `through` its calls, `first` the first."""

    def __init__(self, prompts: Prompts, calls: Sequence[Call]) -> None:
        self.prompts = prompts
        ids, size = prompts.ids, len(prompts.ids)
        self.enter = [prompts.enter[ids[node]] for node in range(size)]
        self.leave = [prompts.leave[ids[node]] for node in range(size)]
        through, first = [0] * size, [NO_CALL] * size
        if size == 1 and calls:  # no text: all stand at the root, in order
            through[0], first[0] = len(calls), calls[0].id
            calls = ()
        for call in calls:
            node = ids[call.prompt]
            through[node] += 1
            first[node] = call.id if first[node] == NO_CALL else min(first[node], call.id)
        parents = prompts.trace.prompts.parents
        for node in range(size - 1, 0, -1):
            if ids[node] == node:
                parent = ids[parents[node]]
                through[parent] += through[node]
                found = [number for number in (first[parent], first[node]) if number != NO_CALL]
                first[parent] = min(found, default=NO_CALL)
        self.through = [through[ids[node]] for node in range(size)]
        self.first = [first[ids[node]] for node in range(size)]

    def id(self, node: NodeId) -> NodeId:
        """The node that stands for `node`."""
        return NodeId(self.prompts.ids[node])

    def holds(self, prefix: NodeId, node: NodeId) -> bool:
        """Does the prompt at `node` begin with the prompt at `prefix`?"""
        return self.enter[prefix] <= self.enter[node] < self.leave[prefix]


def threads(prompts: Prompts, calls: Sequence[Call]) -> dict[CallId, str]:
    """A key for each conversation: its session, or the session of the call whose prompt it extends."""
    if isinstance(calls, CallsOf):
        return calls.threads()
    owner: dict[int, str] = {}
    renamed: dict[str, str] = {}
    found: dict[CallId, str] = {}
    parents, ids = prompts.trace.prompts.parents, prompts.ids
    for call in calls:
        if call.session not in renamed:
            node = parents[call.prompt]
            while node and ids[node] not in owner:
                node = parents[node]
            renamed[call.session] = owner[ids[node]] if node else call.session
        key = found[call.id] = renamed[call.session]
        if call.prompt:
            owner.setdefault(ids[call.prompt], key)
    return found
