"""Where a place in a prompt stands in billed tokens, by the bills of the calls that sent it before.

Spec: facts, 4.1 "segments ... calibrated so their sum equals billed prompt tokens". A call's own scale
spreads what its new texts miscount over its old ones; the call whose prompt ended at a place knows better.
"""

from __future__ import annotations

from whytokens.cache.prompts import Prompts
from whytokens.cache.requests import Request, Scope
from whytokens.model import NodeId


class Positions:
    """Ends of prompts as they were billed, while requests pass."""

    def __init__(self, prompts: Prompts) -> None:
        self.prompts = prompts
        self._ends: dict[tuple[Scope, int], int] = {}

    def note(self, request: Request) -> None:
        """A request's whole prompt is known from now on; the first bill of a prompt is kept."""
        if request.one.method == "reported":
            key = (request.scope, self.prompts.ids[request.node])
            self._ends.setdefault(key, request.at(request.node))

    def at(self, request: Request, node: NodeId) -> int:
        """Billed tokens of `request` up to `node`: from the last known end before it."""
        parents, ids = self.prompts.trace.prompts.parents, self.prompts.ids
        end = request.at(request.node)
        step = node if node != request.node else NodeId(0)
        while step and (request.scope, ids[step]) not in self._ends:
            step = parents[step]
        if not step:
            return request.at(node)
        known = self._ends[(request.scope, ids[step])]
        return min(end, known + request.at(node) - request.at(step))
