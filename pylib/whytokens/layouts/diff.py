"""Diff layout: two traces as one tree, after pprof: width is what grew plus what shrank.

Frames are aligned by their labels, then by the identity of their text. `diff(a, a)` is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from whytokens.attribution.callers import Callers
from whytokens.layouts.frames import FOLD_PARTS, NONE, Frame
from whytokens.layouts.merged import tree
from whytokens.model import CATEGORIES, Call, Category, MessageId, NodeId, Role, Segment, Trace
from whytokens.opened import Opened
from whytokens.protocol import Comparison, DiffColumns

# Below this share of common text only categories are compared (UX 2.5).
RELATED_PARTS = 10
BOTH, NEW, GONE = 0, 1, 2
_Identity = tuple[Category, str | None, tuple[str, ...]]
_Said = tuple[Role, str | None, tuple[_Identity, ...]]


@dataclass(slots=True)
class Pair:
    """A frame of both traces. `tokens` and `nusd` hold (before, after); `wide` the widths."""

    label: str
    category: Category
    kind: int
    segment: int
    tokens: tuple[int, int]
    nusd: tuple[int, int]
    wide_tokens: int = 0
    wide_nusd: int = 0
    children: list[Pair] = field(default_factory=list)


def compare(before: Opened, after: Opened) -> Comparison:
    """What changed from one trace to another."""
    one, two = before.trace, after.trace
    shared, whole = _shared_tokens(before, after)
    related = shared * RELATED_PARTS >= whole
    root = _pair(_tree(before), _tree(after), one, two, None if related else 1)
    _fold(root, root)
    texts = {identity(segment) for segment in two.segments if segment.text is not None}
    return Comparison(
        before=one.name, after=two.name, identical=same_prompts(before, after), related=related,
        texts=len(texts), shared_tokens=shared, tokens=whole, note="",
        calls=[len(before.attributions), len(after.attributions)], tree=_columns(root),
    )  # fmt: skip


def identity(segment: Segment) -> _Identity:
    """What makes two segments of different traces the same."""
    return segment.category, segment.text, (*segment.path, segment.name or "")


def same_prompts(before: Opened, after: Opened) -> bool:
    """Whether both send the same segments in the same order, call by call (a part's own calls)."""
    one, two = before.trace, after.trace
    if len(before.attributions) != len(after.attributions):
        return False
    children: dict[tuple[NodeId, _Said], NodeId] = {}
    for number in range(1, len(two.prompts.parents)):
        key = _message(two, two.prompts.messages[number])
        children[(two.prompts.parents[number], key)] = NodeId(number)
    twin: dict[NodeId, NodeId | None] = {NodeId(0): NodeId(0)}
    for number in range(1, len(one.prompts.parents)):
        above = twin[one.prompts.parents[number]]
        key = _message(one, one.prompts.messages[number])
        twin[NodeId(number)] = None if above is None else children.get((above, key))
    return all(
        (a.prompt or a.usage == b.usage)  # without text, counts are all there is to be the same
        and twin[a.prompt] == b.prompt
        and [identity(one.segments[s]) for s in a.reply]
        == [identity(two.segments[s]) for s in b.reply]
        for a, b in zip(_calls(before), _calls(after), strict=True)
    )


def _calls(opened: Opened) -> list[Call]:
    return [one.call for one in opened.attributions]


def _message(trace: Trace, number: MessageId) -> _Said:
    message = trace.messages[number]
    parts = tuple(identity(trace.segments[segment]) for segment in message.segments)
    return message.role, message.name, parts


def _shared_tokens(before: Opened, after: Opened) -> tuple[int, int]:
    """Tokens of texts that both traces send, and of all texts, over both."""
    sums: list[dict[_Identity, int]] = []
    for opened in (before, after):
        found: dict[_Identity, int] = {}
        for table in (opened.tallies.prompt, opened.tallies.reply):
            for number, tally in table.items():
                key = identity(opened.trace.segments[number])
                found[key] = found.get(key, 0) + tally.tokens
        sums.append(found)
    both = sums[0].keys() & sums[1].keys()
    return sum(one[key] for one in sums for key in both), sum(sum(one.values()) for one in sums)


def _tree(opened: Opened) -> Frame:
    found = [one for one in opened.attributions if one.method != "unbilled"]
    callers = Callers(opened.trace.prompts, [one.call for one in found])
    return tree(opened.trace, found, opened.tallies, opened.count, callers)


def _nusd(frame: Frame | None) -> int:
    return 0 if frame is None else (frame.pusd + 500) // 1000


def _pair(a: Frame | None, b: Frame | None, one: Trace, two: Trace, depth: int | None) -> Pair:
    """Both frames and all below them; `depth` limits how far down."""
    here = b or a
    if here is None:
        raise ValueError("a pair needs a frame")
    kind = BOTH if a and b else NEW if b else GONE
    pair = Pair(
        here.label,
        here.category,
        kind,
        b.segment if b else NONE,
        (a.tokens if a else 0, b.tokens if b else 0),
        (_nusd(a), _nusd(b)),
    )
    if depth != 0:
        below = None if depth is None else depth - 1
        pair.children = [_pair(x, y, one, two, below) for x, y in _aligned(a, b, one, two)]
    # A frame's own change is what its children do not explain; so widths add up.
    own_tokens = _change(pair.tokens) - sum(_change(child.tokens) for child in pair.children)
    own_nusd = _change(pair.nusd) - sum(_change(child.nusd) for child in pair.children)
    pair.wide_tokens = abs(own_tokens) + sum(child.wide_tokens for child in pair.children)
    pair.wide_nusd = abs(own_nusd) + sum(child.wide_nusd for child in pair.children)
    pair.children = [child for child in pair.children if child.wide_tokens or child.wide_nusd]
    return pair


def _change(values: tuple[int, int]) -> int:
    return values[1] - values[0]


def _aligned(
    a: Frame | None, b: Frame | None, one: Trace, two: Trace
) -> Iterator[tuple[Frame | None, Frame | None]]:
    """Children of both, by label, then by text; the rest alone."""
    left = dict(a.children) if a else {}
    right = dict(b.children) if b else {}
    # The same text first: "README.md (2)" may be "README.md (3)" of the other trace.
    texts = {
        identity(two.segments[frame.segment]): label
        for label, frame in right.items()
        if frame.segment != NONE and label not in left
    }
    for label in list(left):
        frame = left[label]
        twin = label if label in right else None
        if twin is None and frame.segment != NONE:
            twin = texts.pop(identity(one.segments[frame.segment]), None)
        yield left.pop(label), right.pop(twin) if twin is not None else None
    yield from ((None, frame) for frame in right.values())


def _fold(pair: Pair, root: Pair) -> None:
    """Join children too small to see, as in every layout; widest first."""
    small: list[Pair] = []
    kept: list[Pair] = []
    for child in pair.children:
        seen = (
            child.wide_tokens * FOLD_PARTS > root.wide_tokens
            or child.wide_nusd * FOLD_PARTS > root.wide_nusd
        )
        (kept if seen else small).append(child)
    if len(small) > 2:
        kept.append(_joined(small))
    else:
        kept += small
    kept.sort(key=lambda child: (-child.wide_tokens, -child.wide_nusd, child.label))
    pair.children = kept
    for child in kept:
        _fold(child, root)


def _joined(small: list[Pair]) -> Pair:
    return Pair(
        f"{len(small):,} small items", small[0].category, BOTH, NONE,
        (sum(one.tokens[0] for one in small), sum(one.tokens[1] for one in small)),
        (sum(one.nusd[0] for one in small), sum(one.nusd[1] for one in small)),
        sum(one.wide_tokens for one in small), sum(one.wide_nusd for one in small),
    )  # fmt: skip


def _columns(root: Pair) -> DiffColumns:
    strings: dict[str, int] = {}
    out = DiffColumns(
        strings=[], categories=list(CATEGORIES), name=[], parent=[], category=[], tokens=[], read=[],
        nusd=[], first=[], calls=[], segment=[], approx=[], tokens_before=[], tokens_after=[],
        nusd_before=[], nusd_after=[], kind=[],
    )  # fmt: skip
    level, row = [(root, -1)], 0
    while level:
        below = []
        for pair, parent in level:
            out["name"].append(strings.setdefault(pair.label, len(strings)))
            out["parent"].append(parent)
            out["category"].append(CATEGORIES.index(pair.category))
            out["tokens"].append(pair.wide_tokens)
            out["nusd"].append(pair.wide_nusd)
            for key in ("read", "calls", "approx"):
                out[key].append(0)
            out["first"].append(-1)
            out["segment"].append(pair.segment)
            out["tokens_before"].append(pair.tokens[0])
            out["tokens_after"].append(pair.tokens[1])
            out["nusd_before"].append(pair.nusd[0])
            out["nusd_after"].append(pair.nusd[1])
            out["kind"].append(pair.kind)
            below += [(child, row) for child in pair.children]
            row += 1
        level = below
    out["strings"] = list(strings)
    return out
