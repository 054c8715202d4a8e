"""Byte pair merging of long pieces in linear time, from their start.

Spec: "So many tokens, so little time" (GitHub, 2024; the `bpe` crate). A row of tokens is what merging
makes of its text exactly when every two neighbours are what merging makes of theirs. So the longest
token that may stand beside the one before it is taken, and given back where nothing can follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import AnyStr, Generic

from whytokens.tokenizers.merge import merge

# From here on a walk is worth its index: a run of one character is done 100 times as fast as by a heap
# (100,000 blanks), random letters at half its speed.
LONG = 1000
# Longer tokens are found by how they begin. Of a million pairs remembered each takes some 200 bytes.
HEAD, MAX_PAIRS = 4, 200_000
_ANY = 1 << 30


class Merger(Generic[AnyStr]):
    """Merging by one vocabulary."""

    def __init__(self, ranks: Mapping[AnyStr, int]) -> None:
        self._ranks: Mapping[AnyStr, int] = ranks
        self._walker: _Walker[AnyStr] | None = None

    def ids(self, piece: AnyStr) -> list[int]:
        """Token ids of a piece that is no token itself."""
        if len(piece) < LONG:
            return merge(piece, self._ranks)
        if self._walker is None:
            self._walker = _Walker(self._ranks)
        row = self._walker.row(piece)
        return merge(piece, self._ranks) if row is None else [self._ranks[token] for token in row]


class _Walker(Generic[AnyStr]):
    def __init__(self, ranks: Mapping[AnyStr, int]) -> None:
        self._ranks: Mapping[AnyStr, int] = ranks
        self._pairs: dict[tuple[AnyStr, AnyStr], bool] = {}
        sizes: dict[AnyStr, set[int]] = {}
        for token in ranks:
            if len(token) >= HEAD:
                sizes.setdefault(token[:HEAD], set()).add(len(token))
        self._sizes: dict[AnyStr, list[int]] = {
            head: sorted(found, reverse=True) for head, found in sizes.items()
        }

    def row(self, piece: AnyStr) -> list[AnyStr] | None:
        """Tokens of a piece; None where a vocabulary has tokens that merging never makes, and the
        rule above finds no way through them."""
        row, dead = list[AnyStr](), bytearray(len(piece) + 1)
        at, below = 0, _ANY
        while at < len(piece):
            for size in self._at(piece, at, below):
                token = piece[at : at + size]
                if not dead[at + size] and (not row or self._stay(row[-1], token)):
                    row.append(token)
                    at, below = at + size, _ANY
                    break
            else:
                dead[at] = 1
                if not row:
                    return None
                below = len(row.pop())
                at -= below
        return row

    def _at(self, piece: AnyStr, at: int, below: int) -> Iterator[int]:
        """Sizes of the tokens that begin at a place, less than `below`, the largest first."""
        ranks, rest = self._ranks, len(piece) - at
        for size in self._sizes.get(piece[at : at + HEAD], ()):
            if size < below and size <= rest and piece[at : at + size] in ranks:
                yield size
        for size in range(min(HEAD, below, rest + 1) - 1, 0, -1):
            if piece[at : at + size] in ranks:
                yield size

    def _stay(self, one: AnyStr, other: AnyStr) -> bool:
        """Whether merging leaves two neighbours as they are."""
        found = self._pairs.get((one, other))
        if found is None:
            if len(self._pairs) >= MAX_PAIRS:
                self._pairs.clear()
            own = [self._ranks[one], self._ranks[other]]
            found = self._pairs[one, other] = merge(one + other, self._ranks) == own
        return found
