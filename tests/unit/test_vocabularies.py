"""What the fast ways of counting rely on, looked up in every piece of the vocabularies."""

from __future__ import annotations

from itertools import pairwise

import pytest

from whytokens import assets
from whytokens.tokenizers import gemma
from whytokens.tokenizers.claude_stream import BOW, CAPS, EOW, SHIFT
from whytokens.tokenizers.merge import merge
from whytokens.tokenizers.vocabulary import unpack

BLANKS = {" ": "blank", "\n": "line feed", "\t": "tab"}


def kind(char: str) -> str:
    if char in (BOW, EOW, SHIFT, CAPS):
        return {BOW: "begin", EOW: "end"}.get(char, "case")
    if not char.isascii():
        return "other"
    return "letter" if char.isalpha() else "digit" if char.isdigit() else BLANKS.get(char, "sign")


@pytest.mark.parametrize("asset", ["claude-v3.bin", "claude-v4.7.bin"])
def test_claude_pieces_are_of_one_class(asset: str) -> None:
    data = assets.read(asset)
    size = int.from_bytes(data[:4], "little")
    pieces = [piece.decode() for piece in unpack(data[4 : 4 + size])]
    assert len(pieces) > 14_000
    contractions = {f"'{word}{end}" for word in ("s", "t", "d", "m", "ll", "re", "ve") for end in ("", EOW)}  # fmt: skip
    for piece in pieces:
        met = {pair for pair in pairwise(map(kind, piece)) if pair[0] != pair[1]}
        odd = {pair for pair in met if "other" not in pair}
        odd -= {("begin", "letter"), ("begin", "sign"), ("case", "begin")}
        odd -= {("letter", "end"), ("sign", "end")}
        assert not odd or piece in contractions, repr(piece)
        assert EOW not in piece[:-1] and not any(p == ("other", "blank") for p in met), repr(piece)


@pytest.mark.parametrize(
    ("asset", "unreachable"),
    [("gemma2.bin", gemma.UNREACHABLE2), ("gemma3.bin", gemma.UNREACHABLE3)],
)
def test_gemma_pieces_end_where_words_are_cut(asset: str, unreachable: frozenset[str]) -> None:
    ranks = {piece.decode(): rank for piece, rank in unpack(assets.read(asset)).items()}
    for piece in ranks:
        met = {frozenset(map(kind, pair)) for pair in pairwise(piece)}
        assert frozenset(("letter", "sign")) not in met, piece
        assert len(piece) == 1 or not any("digit" in pair for pair in met), piece
    assert {piece for piece in ranks if len(merge(piece, ranks)) > 1} == unreachable
