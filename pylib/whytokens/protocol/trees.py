"""Trees of frames and what is drawn from them: layouts, one frame's life, two traces beside each other."""

from __future__ import annotations

from typing import TypedDict


class Columns(TypedDict):
    """A tree of frames, parents first; node 0 is the root, its parent -1.

    `name` indexes `strings`, `category` indexes `categories`. `tokens`, `read` (tokens read from
    cache) and `nusd` (nanodollars) are totals with children included. `first` is the first call's
    id, `calls` how many calls carried it. `segment` is -1 where a frame is no single text.
    `approx` is 1 where any token below is an estimate.
    """

    strings: list[str]
    categories: list[str]
    name: list[int]
    parent: list[int]
    category: list[int]
    tokens: list[int]
    read: list[int]
    nusd: list[int]
    first: list[int]
    calls: list[int]
    segment: list[int]
    approx: list[int]


class LifeRow(TypedDict):
    """One call that carried a frame: `position` is the token offset of its first part; `read` and
    `read_nusd` are the part of `tokens` and `nusd` that the cache gave."""

    call: int
    position: int
    tokens: int
    read: int
    nusd: int
    read_nusd: int


class LifeValue(TypedDict):
    """The value of a "life" result."""

    path: list[str]
    rows: list[LifeRow]
    tokens: int
    read: int
    nusd: int
    read_nusd: int
    segments: int


class DiffColumns(Columns):
    """The tree of two traces. `tokens` and `nusd` are widths: what grew plus what shrank, summed over
    frames of their own; `*_before` and `*_after` are the totals of each trace. `kind` says whether
    a frame is in both (0), new (1) or gone (2)."""

    tokens_before: list[int]
    tokens_after: list[int]
    nusd_before: list[int]
    nusd_after: list[int]
    kind: list[int]


class Comparison(TypedDict):
    """The value of a "compare" result: from the first trace to the second. `shared_tokens` of
    `tokens` (both traces) are texts that both send; `identical`: the same `texts` in the same order.
    `note`: what the figures' reader must know, or nothing."""

    before: str
    after: str
    identical: bool
    related: bool
    texts: int
    shared_tokens: int
    tokens: int
    calls: list[int]
    note: str
    tree: DiffColumns
