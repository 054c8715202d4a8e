"""Frames: the mutable tree a layout fills, and its columns for the seam.

Invariants (property-tested): in tokens, read tokens and nanodollars a frame is itself plus its
children; the root is the sum of everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from whytokens.apportion import cut
from whytokens.attribution.either import apart
from whytokens.attribution.share import Attribution
from whytokens.model import CATEGORIES, CallId, Category, NodeId, SegmentId
from whytokens.protocol import Columns

# Siblings below this share of the root in tokens and in dollars are folded into one frame with the
# exact sums: 0.05 % is half a pixel of a 1,000 px chart (UX 2.7).
FOLD_PARTS = 2000
NONE = SegmentId(-1)


@dataclass(slots=True)
class Frame:
    """`tokens`, `read_tokens` and `pusd` are the frame's own; totals are summed on the way out."""

    label: str
    category: Category
    tokens: int = 0
    read_tokens: int = 0
    pusd: int = 0
    approx: bool = False
    segment: SegmentId = NONE
    children: dict[str, Frame] = field(default_factory=dict)
    nodes: set[NodeId] = field(default_factory=set)
    callers: set[CallId] = field(default_factory=set)

    def child(self, label: str, category: Category) -> Frame:
        """The child of that label, made when new."""
        if label not in self.children:
            self.children[label] = Frame(label, category)
        return self.children[label]

    def unique(self, label: str, category: Category) -> Frame:
        """A new child even where the label is taken: "README.md (2)"."""
        name, n = label, 2
        while name in self.children:
            name, n = f"{label} ({n})", n + 1
        return self.child(name, category)

    def add(self, tokens: int, read_tokens: int, pusd: int, approx: bool) -> None:
        self.tokens += tokens
        self.read_tokens += read_tokens
        self.pusd += pusd
        self.approx |= approx


def total(frame: Frame) -> None:
    """Make every frame's sums include its children. Once, after filling."""
    for child in frame.children.values():
        total(child)
        frame.tokens += child.tokens
        frame.read_tokens += child.read_tokens
        frame.pusd += child.pusd
        frame.approx |= child.approx
        frame.nodes |= child.nodes
        frame.callers |= child.callers


def fold(frame: Frame, root: Frame, parts: int | None) -> None:
    """Join children below a `parts`-th of the root, heaviest first; None joins none. After `total`."""
    small: list[Frame] = []
    kept: list[Frame] = []
    for child in frame.children.values():
        seen = parts is None or (
            child.tokens * parts > root.tokens or child.pusd * parts > root.pusd
        )
        (kept if seen else small).append(child)
    if len(small) > 2:
        kept.append(_joined(small))
    else:
        kept += small
    kept.sort(key=lambda child: (-child.tokens, -child.pusd, child.label))
    frame.children = {child.label: child for child in kept}
    for child in kept:
        fold(child, root, parts)


def _joined(frames: list[Frame]) -> Frame:
    largest = max(frames, key=lambda frame: (frame.tokens, frame.label))
    joined = Frame(f"{len(frames):,} small items", largest.category)
    for frame in frames:
        joined.add(frame.tokens, frame.read_tokens, frame.pusd, frame.approx)
        joined.nodes |= frame.nodes
        joined.callers |= frame.callers
    return joined


def settled(root: Frame, found: Sequence[Attribution]) -> None:
    """After `total`: the root is what was billed, exact where every call reports its usage."""
    root.approx = any(one.method == "counted" or one.output_counted for one in apart(found))


def columns(root: Frame, calls_of: Callable[[Frame], tuple[CallId, int]]) -> Columns:
    """The tree as columns, parents first. `calls_of` gives first call and number of calls."""
    strings: dict[str, int] = {}
    out = Columns(
        strings=[], categories=list(CATEGORIES), name=[], parent=[], category=[], tokens=[], read=[],
        nusd=[], first=[], calls=[], segment=[], approx=[],
    )  # fmt: skip
    for frame, parent, nusd in _walk(root):
        first, calls = calls_of(frame)
        out["name"].append(strings.setdefault(frame.label, len(strings)))
        out["parent"].append(parent)
        out["category"].append(CATEGORIES.index(frame.category))
        out["tokens"].append(frame.tokens)
        out["read"].append(frame.read_tokens)
        out["nusd"].append(nusd)
        out["first"].append(first)
        out["calls"].append(calls)
        out["segment"].append(frame.segment)
        out["approx"].append(int(frame.approx))
    out["strings"] = list(strings)
    return out


def _walk(root: Frame) -> Iterator[tuple[Frame, int, int]]:
    """Frames level by level, each with its parent's row and its nanodollars.

    Nanodollars are shared out from the root downwards, so that they add up at every frame.
    """
    level, row = [(root, -1, (root.pusd + 500) // 1000)], 0
    while level:
        below = []
        for frame, parent, nusd in level:
            yield frame, parent, nusd
            children = list(frame.children.values())
            own = frame.pusd - sum(child.pusd for child in children)
            shares = cut([*(child.pusd for child in children), own], nusd)
            below += [(child, row, share) for child, share in zip(children, shares, strict=False)]
            row += 1
        level = below
