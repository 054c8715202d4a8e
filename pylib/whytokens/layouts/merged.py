"""Merged layout: frames joined over all calls by what they are, heaviest first.

root > category > path of the segment > the text's sections; overhead by cause; replies under
"output".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from whytokens.apportion import cut
from whytokens.attribution.callers import Callers
from whytokens.attribution.either import billed, made
from whytokens.attribution.share import Attribution
from whytokens.attribution.tally import Tallies, Tally
from whytokens.bare import BareCalls
from whytokens.layouts import Layout
from whytokens.layouts.frames import FOLD_PARTS, Frame, columns, fold, settled, total
from whytokens.layouts.labels import branch, leaf
from whytokens.layouts.sections import sections
from whytokens.model import CallId, NodeId, Segment, SegmentId, Trace
from whytokens.protocol import Columns

OUTPUT = "output"
# Categories whose segments carry no telling path: every text is a frame of its own.
SECTIONED = ("system", "user")


def merged(
    trace: Trace,
    found: Sequence[Attribution],
    tallies: Tallies,
    count: Callable[[str], int],
    folded: bool = True,
) -> Columns:
    """The merged tree of a trace. `count` weighs the sections of a text; `folded` joins frames too
    small to see."""
    found = billed(found)
    callers = Callers(trace.prompts, made(found))
    root = tree(trace, found, tallies, count, callers)
    fold(root, root, FOLD_PARTS if folded else None)
    root.nodes.clear()

    def calls_of(frame: Frame) -> tuple[CallId, int]:
        if frame is root:
            return CallId(0) if found else CallId(-1), len(found)
        if frame.callers:
            return min(frame.callers), len(frame.callers)
        return callers.first_of(frame.nodes), callers.count(frame.nodes)

    return columns(root, calls_of)


def tree(
    trace: Trace,
    found: Sequence[Attribution],
    tallies: Tallies,
    count: Callable[[str], int],
    callers: Callers,
) -> Frame:
    """The frames of billed calls, summed, none folded."""
    root = Frame("all calls", "overhead")
    _add_segments(root, trace, tallies.prompt, _nodes(trace, callers), count)
    output = Frame(OUTPUT, "assistant")
    _add_segments(output, trace, tallies.reply, {}, None)
    _note_repliers(output, trace)
    _add_overhead(root.child("overhead", "overhead"), tallies.overhead, tallies, "prompt")
    _add_overhead(output, tallies.reply_overhead, tallies, "reply")
    root.children = {key: child for key, child in root.children.items() if _holds(child)}
    if _holds(output):
        root.children[OUTPUT] = output
    total(root)
    settled(root, found)
    return root


def _holds(frame: Frame) -> bool:
    return bool(frame.children or frame.tokens or frame.pusd)


def _nodes(trace: Trace, callers: Callers) -> dict[SegmentId, set[NodeId]]:
    """Where in the prompt tree each segment stands, in prompts that were sent."""
    found: dict[SegmentId, set[NodeId]] = {}
    for number, message in enumerate(trace.prompts.messages):
        if number and callers.through[number]:
            for segment in trace.messages[message].segments:
                found.setdefault(segment, set()).add(NodeId(number))
    return found


def _add_segments(
    root: Frame,
    trace: Trace,
    tallies: dict[SegmentId, Tally],
    nodes: dict[SegmentId, set[NodeId]],
    count: Callable[[str], int] | None,
) -> None:
    groups: dict[tuple[str, ...], list[Segment]] = {}
    for number in tallies:
        segment = trace.segments[number]
        groups.setdefault(branch(segment), []).append(segment)
    for path, group in groups.items():
        top = root
        for label in path:
            top = top.child(label, group[0].category)
        alone = len(group) == 1 and len(path) > 1
        for segment in sorted(group, key=_place):
            frame = top if alone else top.unique(leaf(segment), segment.category)
            frame.segment = segment.id
            frame.nodes |= nodes.get(segment.id, set())
            _fill(frame, segment, tallies[segment.id], count)


def _place(segment: Segment) -> tuple[str, int, str, str]:
    where = segment.where
    return (where.file, where.line or 0, where.pointer, segment.text or "")


def _fill(frame: Frame, segment: Segment, tally: Tally, count: Callable[[str], int] | None) -> None:
    parts = sections(segment.text or "") if count and segment.category in SECTIONED else []
    if not parts or count is None:
        frame.add(tally.tokens, tally.read_tokens, tally.pusd, tally.approx)
        return
    text = segment.text or ""
    weights = [count(text[part.start : part.end]) for part in parts]
    tokens = cut(weights, tally.tokens)
    reads, money = cut(tokens, tally.read_tokens), cut(tokens, tally.pusd)
    for part, share, read, pusd in zip(parts, tokens, reads, money, strict=True):
        below = frame
        for label in part.path:
            below = below.child(label, segment.category)
            below.nodes |= frame.nodes
        below.add(share, read, pusd, tally.approx)


def _add_overhead(
    parent: Frame, tallies: dict[str, Tally], all_tallies: Tallies, kind: str
) -> None:
    for cause, tally in sorted(tallies.items()):
        frame = parent.child(cause, "overhead")
        frame.add(tally.tokens, tally.read_tokens, tally.pusd, tally.approx)
        frame.callers |= all_tallies.callers.get((kind, cause), set())


def _note_repliers(output: Frame, trace: Trace) -> None:
    """Which calls a reply's frame belongs to."""
    calls: dict[SegmentId, set[CallId]] = {}
    if isinstance(trace.calls, BareCalls):  # which have no text in their replies
        return
    for call in trace.calls:
        for segment in call.reply:
            calls.setdefault(segment, set()).add(call.id)
    for frame in _frames(output.children.values()):
        frame.callers |= calls.get(frame.segment, set())


def _frames(frames: Iterable[Frame]) -> Iterable[Frame]:
    for frame in frames:
        yield frame
        yield from _frames(frame.children.values())


MERGED = Layout("merged", lambda on: merged(on.trace, on.attributions, on.tallies, on.count))
UNFOLDED = Layout(
    "unfolded", lambda on: merged(on.trace, on.attributions, on.tallies, on.count, folded=False)
)
