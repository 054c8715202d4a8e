"""The tree of a Claude Code session's turns: who follows whom, and the prompt up to a turn.

Lines that were one message to the model form a turn: an assistant message's blocks share its id, the
results of its parallel calls go back together. A turn knows its parent turn; a prompt is the path to
a turn, kept as a node of the prompt tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from whytokens.builder import ROOT, TraceBuilder
from whytokens.importers.values import Json, as_dict, as_list, as_str
from whytokens.model import NodeId, Role, SegmentId

Kept = Literal["node", "plain", "forgot"]
CLEARED = "[Old tool result content cleared]"


@dataclass(slots=True)
class Turn:
    """One message of the conversation, growing while its lines come in."""

    role: Role
    parent: Turn | None
    side: str | None
    segments: list[SegmentId] = field(default_factory=list)
    node: tuple[int, NodeId] | None = None  # as of which growth of the tree, and which
    plain: tuple[int, NodeId] | None = None  # the same without any thinking
    forgot: tuple[int, NodeId] | None = None  # without that of before the user's last words


class Turns:
    """The turns of one file, by the ids that its lines name."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self.turns: dict[str, Turn | None] = {}  # by uuid
        self.callers: dict[str, Turn] = {}  # by tool call id
        self.given: dict[str, list[SegmentId]] = {}  # by tool call id, its result's segments
        self._results: dict[int, Turn] = {}  # by id() of the assistant turn
        self._last: dict[str | None, Turn] = {}  # by side
        self._kept: dict[str, list[str]] = {}  # by what it will follow, what a compaction preserves
        self._growths = 0  # turns that grew after a prompt had held them

    def grow(self, turn: Turn, segments: list[SegmentId]) -> None:
        if segments and turn.node is not None:
            self._growths += 1
        turn.segments += segments

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
        if uuid in self._kept:
            self._last[as_str(line.get("agentId"))] = self._preserved(uuid, turn)

    def compacted(self, uuid: str, about: Json) -> None:
        """The prompt ends here; what `compactMetadata` preserves follows the summary, once it comes.

        Messages are listed, or given by the first and the last of their chain; what they follow may
        be the boundary itself, which has nothing before it.
        """
        self.turns[uuid] = None
        ends = as_dict(about.get("preservedSegment"))
        listed = as_dict(about.get("preservedMessages"))
        uuids = [str(one) for one in as_list(listed.get("uuids"))] or self._between(ends)
        uuids = [one for one in uuids if self.turns.get(one)]
        anchor = as_str(listed.get("anchorUuid")) or as_str(ends.get("anchorUuid")) or uuid
        if not uuids:
            return
        if anchor == uuid or anchor in uuids:
            self._kept[uuid] = uuids
            self._preserved(uuid, None)
        else:
            self._kept[anchor] = uuids

    def _between(self, ends: Json) -> list[str]:
        """Ids from the tail's turn up to the head's, oldest first; none where the chain is broken."""
        first = self.turns.get(str(ends.get("headUuid")))
        turn = self.turns.get(str(ends.get("tailUuid")))
        chain: list[int] = []
        while turn is not None and turn is not first:
            chain.append(id(turn))
            turn = turn.parent
        if turn is None:
            return []
        chain.append(id(turn))
        own: dict[int, list[str]] = {}
        for uuid, one in self.turns.items():
            own.setdefault(id(one), []).append(uuid)
        return [uuid for number in reversed(chain) for uuid in own.get(number, ())]

    def _preserved(self, anchor: str, turn: Turn | None) -> Turn:
        """Copies of the turns that a compaction keeps, one below the other from `turn` on; what was
        said of the originals from here on is said of the copies."""
        copies: dict[int, Turn] = {}
        for uuid in self._kept.pop(anchor):
            old = self.turns[uuid]
            if old is None:
                continue
            if id(old) not in copies:
                turn = copies[id(old)] = Turn(old.role, turn, old.side, old.segments)
            self.turns[uuid] = copies[id(old)]
        for old_id, copy in copies.items():
            if id(results := self._results.get(old_id)) in copies:
                self._results[id(copy)] = copies[id(results)]
        for called, caller in self.callers.items():
            self.callers[called] = copies.get(id(caller), caller)
        assert turn is not None  # at least one of the ids is known
        self.turns[anchor] = turn
        return turn

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

    def node(self, turn: Turn | None, *, forgets: bool = False) -> NodeId:
        """The prompt up to and including a turn; to a model that `forgets`, what was said before the
        user's last words goes without its thinking."""
        return self._node(turn, "forgot" if forgets else "node")

    def _node(self, turn: Turn | None, kept: Kept) -> NodeId:
        chain: list[Turn] = []
        node = ROOT
        while turn is not None:
            known: tuple[int, NodeId] | None = getattr(turn, kept)
            if known is not None and known[0] == self._growths:
                node = known[1]
                break
            if kept == "forgot" and turn.role == "user":
                node = self._node(turn, "plain")
                break
            chain.append(turn)
            turn = turn.parent
        for step in reversed(chain):
            message = self.builder.message(step.role, step.segments)
            if kept == "plain":
                message = self.builder.without(message, "thinking")
            if not step.segments or self.builder.segments_of(message):
                node = self.builder.prompt([message], node)
            setattr(step, kept, (self._growths, node))
        return node
