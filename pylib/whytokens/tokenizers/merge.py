"""Byte pair merging of one piece: always the lowest rank first, the leftmost of equals.

Short pieces by plain scanning, long ones with a heap, so that a million letters take linear times
logarithmic time instead of quadratic. Spec: tiktoken's `byte_pair_merge`.
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import AnyStr

# Scanning wins below about a hundred bytes (tiktoken switches at 100 too).
SCAN_BYTES = 100
_NEVER = 1 << 62


def merge(piece: AnyStr, ranks: Mapping[AnyStr, int]) -> list[int]:
    """Token ids of a piece, merged from its bytes, or from its characters."""
    if len(piece) < SCAN_BYTES:
        return _scan(piece, ranks)
    return _heap(piece, ranks)


def _scan(piece: AnyStr, ranks: Mapping[AnyStr, int]) -> list[int]:
    parts = [piece[i : i + 1] for i in range(len(piece))]
    get = ranks.get
    pairs = [get(a + b, _NEVER) for a, b in pairwise(parts)]
    while pairs:
        low = min(pairs)
        if low == _NEVER:
            break
        i = pairs.index(low)
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
        del pairs[i]
        if i < len(pairs):
            pairs[i] = get(parts[i] + parts[i + 1], _NEVER)
        if i:
            pairs[i - 1] = get(parts[i - 1] + parts[i], _NEVER)
    return [ranks[part] for part in parts]


def _heap(piece: AnyStr, ranks: Mapping[AnyStr, int]) -> list[int]:
    """Parts as a linked list over byte offsets; stale heap entries are known by their rank."""
    size = len(piece)
    after = list(range(1, size + 1))  # where the next part starts
    before = list(range(-1, size - 1))
    get = ranks.get
    pair = [get(piece[i : i + 2], _NEVER) for i in range(size - 1)] + [_NEVER]
    heap = [(rank, i) for i, rank in enumerate(pair) if rank != _NEVER]
    heapify(heap)

    def again(i: int) -> None:
        middle = after[i]
        rank = get(piece[i : after[middle]], _NEVER) if middle < size else _NEVER
        pair[i] = rank
        if rank != _NEVER:
            heappush(heap, (rank, i))

    while heap:
        rank, i = heappop(heap)
        if pair[i] != rank:
            continue
        gone = after[i]
        pair[gone] = _NEVER
        after[i] = after[gone]
        if after[i] < size:
            before[after[i]] = i
        again(i)
        if before[i] >= 0:
            again(before[i])
    found, i = [], 0
    while i < size:
        found.append(ranks[piece[i : after[i]]])
        i = after[i]
    return found
