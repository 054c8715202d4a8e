"""The tree of a Claude Code session's turns: who follows whom, and the prompt up to a turn.

Lines that were one message to the model form a turn: an assistant message's blocks share its id, the
results of its parallel calls go back together. A turn knows its parent turn; a prompt is the path to
a turn, kept as a node of the prompt tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from whytokens.builder import ROOT, TraceBuilder
from whytokens.importers.values import Json, as_str
from whytokens.model import NodeId, Role, SegmentId

CLEARED = "[Old tool result content cleared]"


@dataclass(slots=True)
class Turn:
    """One message of the conversation, growing while its lines come in."""

    role: Role
    parent: Turn | None
    side: str | None
    segments: list[SegmentId] = field(default_factory=list)
    node: tuple[NodeId, int, NodeId] | None = None  # parent node, segments, own node


class Turns:
    """The turns of one file, by the ids that its lines name."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self.turns: dict[str, Turn | None] = {}  # by uuid
        self.callers: dict[str, Turn] = {}  # by tool call id
        self.given: dict[str, list[SegmentId]] = {}  # by tool call id, its result's segments
        self._results: dict[int, Turn] = {}  # by id() of the assistant turn
        self._last: dict[str | None, Turn] = {}  # by side

    def result_turn(self, line: Json, result: Json) -> Turn:
        """Results of one assistant message share a turn below it."""
        caller = self.callers.get(str(result.get("tool_use_id")))
        if caller is None:
            parent = self.parent(line)
            return Turn("tool", parent, self.side(line, parent))
        turn = self._results.get(id(caller))
        if turn is None:
            turn = self._results[id(caller)] = Turn("tool", caller, caller.side)
        return turn

    def parent(self, line: Json) -> Turn | None:
        uuid = as_str(line.get("parentUuid")) or as_str(line.get("logicalParentUuid"))
        if uuid is None:
            return None
        if uuid in self.turns:
            return self._after_results(self.turns[uuid])
        return self._last.get(as_str(line.get("agentId")))

    def _after_results(self, turn: Turn | None) -> Turn | None:
        """What follows an assistant message with calls follows their results."""
        return self._results.get(id(turn), turn) if turn else None

    def side(self, line: Json, parent: Turn | None) -> str | None:
        """Which sub-agent a line belongs to; None for the main conversation."""
        if not line.get("isSidechain"):
            return None
        if as_str(line.get("agentId")):
            return str(line["agentId"])
        return parent.side if parent and parent.side else f"agent {str(line.get('uuid'))[:8]}"

    def keep(self, line: Json, turn: Turn) -> None:
        uuid = as_str(line.get("uuid"))
        if uuid:
            self.turns[uuid] = turn
        self._last[as_str(line.get("agentId"))] = turn

    def cleared(self, turn: Turn | None, tool_ids: list[Any]) -> Turn | None:
        """The conversation up to a turn with these results taken out of it."""
        segments = {s for one in tool_ids for s in self.given.get(str(one), ())}
        chain: list[Turn] = []
        while turn is not None:
            chain.append(turn)
            turn = turn.parent
        found: Turn | None = None
        for step in reversed(chain):
            kept = [self._emptied(s) if s in segments else s for s in step.segments]
            found = Turn(step.role, found, step.side, kept)
        return found

    def _emptied(self, number: SegmentId) -> SegmentId:
        old = self.builder.segment_at(number)
        return self.builder.segment(old.category, old.path, CLEARED, old.where, name=old.name)

    def node(self, turn: Turn | None) -> NodeId:
        """The prompt up to and including a turn."""
        chain: list[Turn] = []
        while turn is not None:
            chain.append(turn)
            turn = turn.parent
        node = ROOT
        for step in reversed(chain):
            size = len(step.segments)
            if step.node is None or step.node[:2] != (node, size):
                message = self.builder.message(step.role, step.segments)
                step.node = (node, size, self.builder.prompt([message], node))
            node = step.node[2]
        return node
