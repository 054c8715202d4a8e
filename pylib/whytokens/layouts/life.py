"""The life of one frame: every call that carried it, what of it was read from a cache, what was paid.

A frame of the merged tree is named by its labels; the rows sum to the frame exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from whytokens.apportion import cut
from whytokens.attribution.callers import Callers
from whytokens.attribution.share import Attribution
from whytokens.layouts.frames import NONE, Frame
from whytokens.layouts.merged import OUTPUT, tree
from whytokens.model import NodeId, SegmentId
from whytokens.opened import Opened
from whytokens.protocol import LifeRow, LifeValue


@dataclass(slots=True)
class _Row:
    """Sums of one call, picodollars."""

    call: int
    position: int
    tokens: int = 0
    read_tokens: int = 0
    pusd: int = 0
    read_pusd: int = 0


@dataclass(slots=True)
class _Wanted:
    """What to look for: segments and causes of overhead, in prompts or in replies."""

    frame: Frame
    reply: bool
    segments: set[SegmentId] = field(default_factory=set)
    causes: set[str] = field(default_factory=set)
    part: bool = False  # the frame is a section of one text


def life(opened: Opened, path: Sequence[str]) -> LifeValue | None:
    """The calls of the frame at `path`; None when no frame is called so."""
    found = [one for one in opened.attributions if one.method != "unbilled"]
    callers = Callers(opened.trace.prompts, [one.call for one in found])
    root = tree(opened.trace, found, opened.tallies, opened.count, callers)
    wanted = _find(root, path)
    if wanted is None:
        return None
    rows = [row for one in _carriers(opened, found, wanted) if (row := _row(one, wanted))]
    frame = wanted.frame
    if wanted.part:
        _scale(rows, frame)
    nusd = (frame.pusd + 500) // 1000
    money = cut([row.pusd for row in rows], nusd)
    reads = [(row.read_pusd + 500) // 1000 for row in rows]
    shown = [
        LifeRow(
            call=row.call, position=row.position, tokens=row.tokens, read=row.read_tokens,
            nusd=paid, read_nusd=min(read, paid),
        )
        for row, paid, read in zip(rows, money, reads, strict=True)
    ]  # fmt: skip
    return LifeValue(
        path=list(path), rows=shown, tokens=frame.tokens, read=frame.read_tokens, nusd=nusd,
        read_nusd=sum(row["read_nusd"] for row in shown), segments=len(wanted.segments),
    )  # fmt: skip


def _find(root: Frame, path: Sequence[str]) -> _Wanted | None:
    frame, owner = root, NONE
    for label in path:
        if label not in frame.children:
            return None
        frame = frame.children[label]
        owner = frame.segment if frame.segment != NONE else owner
    wanted = _Wanted(frame, bool(path) and path[0] == OUTPUT)
    for part, overhead in _below(frame, path):
        if part.segment != NONE:
            wanted.segments.add(part.segment)
        elif overhead and not part.children:
            wanted.causes.add(part.label)
    if not wanted.segments and not wanted.causes and owner != NONE:
        wanted.segments, wanted.part = {owner}, True
    return wanted


def _below(frame: Frame, path: Sequence[str]) -> Iterator[tuple[Frame, bool]]:
    """The frame and all below it, each with whether it names a cause of overhead."""
    depth = len(path)
    stack = [(frame, depth)]
    while stack:
        part, level = stack.pop()
        # Causes stand right below "overhead", and beside the categories of "output".
        yield part, part.category == "overhead" and level == 2
        stack += [(child, level + 1) for child in part.children.values()]


def _carriers(
    opened: Opened, found: Iterable[Attribution], wanted: _Wanted
) -> Iterator[Attribution]:
    """Calls worth looking through: their prompt holds one of the frame's nodes, or they are named."""
    parents = opened.trace.prompts.parents
    holds = bytearray(len(parents))
    for number in range(1, len(parents)):
        node = NodeId(number)
        holds[node] = holds[parents[node]] or node in wanted.frame.nodes
    for one in found:
        if wanted.reply or holds[one.call.prompt] or one.call.id in wanted.frame.callers:
            yield one


def _row(one: Attribution, wanted: _Wanted) -> _Row | None:
    row: _Row | None = None
    for span in one.spans():
        if (span.billed == "output") != wanted.reply:
            continue
        if span.segment not in wanted.segments and (
            span.segment is not None or span.cause not in wanted.causes
        ):
            continue
        row = row or _Row(one.call.id, span.position)
        row.tokens += span.tokens
        row.pusd += span.pusd
        if span.billed == "read":
            row.read_tokens += span.tokens
            row.read_pusd += span.pusd
    if wanted.reply and one.fees_pusd and "fees per call" in wanted.causes:
        row = row or _Row(one.call.id, one.prompt_tokens)
        row.pusd += one.fees_pusd
    return row


def _scale(rows: list[_Row], frame: Frame) -> None:
    """The section's part of every call, summing to the section's frame."""
    tokens = cut([row.tokens for row in rows], frame.tokens)
    reads = cut([row.read_tokens for row in rows], frame.read_tokens)
    money = cut([row.pusd for row in rows], frame.pusd)
    read_money = [
        row.read_pusd * part // row.pusd if row.pusd else 0
        for row, part in zip(rows, money, strict=True)
    ]
    for row, *parts in zip(rows, tokens, reads, money, read_money, strict=True):
        row.tokens, row.read_tokens, row.pusd, row.read_pusd = parts
