"""In-order layout: calls from left to right, inside each the prompt in its true order.

What a call shares with the call before it in its session stands under "history"; where a cache
broke shows as history that was not read. Runs of frames too small to see are joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from whytokens.attribution.share import Attribution, Span
from whytokens.layouts import Layout
from whytokens.layouts.frames import FOLD_PARTS, Frame, columns, settled, total
from whytokens.layouts.labels import WORDS, branch, leaf
from whytokens.layouts.merged import OUTPUT
from whytokens.model import CallId, Category, Trace
from whytokens.protocol import Columns

# Beyond this many spans over all calls, history is drawn as one frame a call.
MAX_SPANS = 200_000


def in_order(trace: Trace, attributions: Iterable[Attribution]) -> Columns:
    """The in-order tree of the given attributions, in the order of their calls."""
    shared = [one for one in attributions if one.method != "unbilled"]
    root = Frame("all calls", "overhead")
    tokens = sum(one.prompt_tokens + one.output_tokens for one in shared)
    pusd = sum(one.cost_pusd for one in shared)
    spans = sum(trace.prompts.depths[one.call.prompt] for one in shared)
    previous: dict[str, Attribution] = {}
    for one in shared:
        frame = root.unique(f"call {one.call.id + 1}", "overhead")
        limit = (tokens // FOLD_PARTS, pusd // FOLD_PARTS)
        _fill(frame, trace, one, previous.get(one.call.session), spans <= MAX_SPANS, limit)
        previous[one.call.session] = one
        _mark(frame, one.call.id)
    total(root)
    settled(root, shared)

    def calls_of(frame: Frame) -> tuple[CallId, int]:
        return min(frame.callers, default=CallId(-1)), len(frame.callers)

    return columns(root, calls_of)


def _mark(frame: Frame, call: CallId) -> None:
    frame.callers.add(call)
    for child in frame.children.values():
        _mark(child, call)


def _fill(
    frame: Frame,
    trace: Trace,
    one: Attribution,
    before: Attribution | None,
    deep: bool,
    limit: tuple[int, int],
) -> None:
    spans = list(one.spans())
    known = _shared_tokens(trace, one, before)
    head = sum(piece.tokens for piece in one.lane.head(one.lane.head_end(one.call.prompt)))
    front = one.front_tokens
    history = [span for span in spans if front + head <= span.position < known]
    start = [span for span in spans if span.position < front + head]
    new = [span for span in spans if span.position >= max(known, front + head)]
    _runs(frame, trace, start, limit)
    if history:
        _history(frame.child("history", "assistant"), trace, history, deep, limit)
    _runs(frame, trace, (span for span in new if span.billed != "output"), limit)
    _output(frame, trace, one, (span for span in new if span.billed == "output"), limit)


def _shared_tokens(trace: Trace, one: Attribution, before: Attribution | None) -> int:
    """Position up to which the prompt repeats the session's previous call; 0 when it does not."""
    if before is None or one.pieces is not None:
        return 0
    parents, depths = trace.prompts.parents, trace.prompts.depths
    a, b = one.call.prompt, before.call.prompt
    while a != b:
        if depths[a] >= depths[b]:
            a = parents[a]
        else:
            b = parents[b]
    front = one.front_tokens
    return front + one.lane.upto(a) if a else 0


def _history(
    frame: Frame, trace: Trace, spans: list[Span], deep: bool, limit: tuple[int, int]
) -> None:
    if deep:
        _runs(frame, trace, spans, limit)
    else:
        for span in spans:
            _add(frame, span)


def _output(
    frame: Frame, trace: Trace, one: Attribution, spans: Iterable[Span], limit: tuple[int, int]
) -> None:
    output = Frame(OUTPUT, "assistant")
    _runs(output, trace, spans, limit)
    for extra in one.extras:
        output.child(extra.name, "overhead").pusd += extra.pusd
    if output.children:
        frame.children[OUTPUT] = output


def _runs(frame: Frame, trace: Trace, spans: Iterable[Span], limit: tuple[int, int]) -> None:
    """Neighbours of one category under one frame, in order."""
    for category, run in groupby(spans, key=lambda span: _category(trace, span)):
        top = frame.unique(WORDS[category], category)
        _leaves(top, trace, run, limit)


def _leaves(top: Frame, trace: Trace, run: Iterator[Span], limit: tuple[int, int]) -> None:
    """Frames of single segments; a run of tiny ones is one frame, its sums exact."""
    for tiny, group in groupby(run, key=lambda span: _tiny(span, limit)):
        spans = list(group)
        if tiny and len(spans) > 2:
            joined = top.unique(f"{len(spans):,} small items", top.category)
            for span in spans:
                _add(joined, span)
            continue
        for number, parts in groupby(spans, key=lambda span: (span.segment, span.cause)):
            label = _label(trace, number[0], number[1])
            below = top.unique(label, top.category)
            below.segment = number[0] if number[0] is not None else below.segment
            for span in parts:
                _add(below, span)


def _tiny(span: Span, limit: tuple[int, int]) -> bool:
    return span.tokens < limit[0] and span.pusd < limit[1]


def _add(frame: Frame, span: Span) -> None:
    read = span.tokens if span.billed == "read" else 0
    frame.add(span.tokens, read, span.pusd, not span.exact)


def _category(trace: Trace, span: Span) -> Category:
    return "overhead" if span.segment is None else trace.segments[span.segment].category


def _label(trace: Trace, segment: int | None, cause: str) -> str:
    if segment is None:
        return cause
    found = trace.segments[segment]
    path = branch(found)
    return " ".join(path[1:]) if len(path) > 1 else leaf(found)


IN_ORDER = Layout("in_order", lambda opened: in_order(opened.trace, opened.attributions))
