"""SentencePiece BPE: pieces merge in the order of the vocabulary, starting from characters, over the
whole text: nothing is split off first. Characters without a piece are their UTF-8 bytes.

Yet texts can be counted by words, where no piece reaches over what a family's pattern splits at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from whytokens import assets
from whytokens.tokenizers import Exactness
from whytokens.tokenizers.pieces import Counter, well_formed
from whytokens.tokenizers.vocabulary import unpack
from whytokens.tokenizers.walk import Merger

# After every other piece: runs of blanks merge last, from the left, whatever their length.
LAST = 1 << 40
BLANK = "▁"  # how SentencePiece writes a blank; as text it counts as one


class Words:
    """What a word costs."""

    def __init__(
        self, pieces: Mapping[bytes, int], symbols: re.Pattern[str], unreachable: frozenset[str]
    ) -> None:
        texts = {piece.decode("utf-8"): rank for piece, rank in pieces.items()}
        self._ranks = {text: rank if text.strip(" ") else LAST for text, rank in texts.items()}
        self._merger = Merger(self._ranks)
        self._symbols, self._unreachable = symbols, unreachable
        known = "".join(re.escape(piece) for piece in self._ranks if len(piece) == 1)
        self._runs = re.compile(f"[{known}]+")

    def cost(self, word: str) -> int:
        if word in self._ranks and word not in self._unreachable:
            return 1
        if self._symbols.fullmatch(word):
            return 1
        runs = self._runs.findall(word)
        rest = len(word) - sum(map(len, runs))
        tokens = sum(len(self._merger.ids(run)) for run in runs)
        if rest:
            tokens += len(self._runs.sub("", word).encode("utf-8"))
        return tokens


class SentencePieceTokenizer:
    """One vocabulary. `split` finds words, `symbols` are tokens whatever stands around them,
    `unreachable` are pieces that merging never makes, `prefix` stands before every text. It is that
    of `models` whoever serves them, and `on` a provider of others too."""

    band_per_mille = 0

    def __init__(
        self,
        key: str,
        asset: str,
        models: re.Pattern[str],
        split: str,
        *,
        on: Mapping[str, re.Pattern[str]] | None = None,
        unsure: re.Pattern[str] | None = None,
        symbols: str = r"(?!)",
        unreachable: frozenset[str] = frozenset(),
        prefix: str = "",
    ) -> None:
        self.key, self.asset = key, asset
        self.unreachable = unreachable
        self._models, self._on = models, on or {}
        self._unsure, self._split = unsure, split
        self._symbols, self._prefix = re.compile(symbols), prefix
        self._counter: Counter | None = None

    def knows(self, model: str, provider: str | None) -> Exactness | None:
        there = self._on.get(provider or "")
        if not self._models.search(model) and not (there and there.search(model)):
            return None
        unsure = self._unsure is not None and self._unsure.search(model)
        return "reconstructed" if unsure else "exact"

    def count_many(self, texts: Iterable[str]) -> list[int]:
        count = self._ready().count
        return [count(self._written(text)) if text else 0 for text in texts]

    def pieces(self, text: str) -> list[tuple[str, int]]:
        found = self._ready().shown(self._written(text)) if text else []
        # The prefix is no part of the text; its token is the first word's.
        skip, out, at = len(self._prefix), list[tuple[str, int]](), 0
        for piece, tokens in found:
            end = at + len(piece) - skip
            out.append((text[at:end], tokens))
            at, skip = end, 0
        return out

    def _written(self, text: str) -> str:
        return self._prefix + well_formed(text).replace(BLANK, " ")

    def _ready(self) -> Counter:
        if self._counter is None:
            pieces = unpack(assets.read(self.asset))
            words = Words(pieces, self._symbols, self.unreachable)
            self._counter = Counter(self._split, words.cost)
        return self._counter
