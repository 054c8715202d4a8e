"""Tokenizers equal their references on random Unicode and adversarial repeats."""

from __future__ import annotations

import random

import ctok
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken._tiktoken import CoreBPE as Compiled

from whytokens import assets
from whytokens.tokenizers import claude, open_models, openai
from whytokens.tokenizers.core import CoreBPE
from whytokens.tokenizers.vocabulary import unpack
from whytokens.tokenizers.walk import LONG

ODD = [
    " ", "\n", "\t", "\r\n", "'s", "'LL", "’s", "\u2028", "\x85", "\xa0", "\x1c", "ſ", "K", "ǅ", "é", "e\u0301",
    "漢字", "한", "。", "①", "½", "٣", "🙂", "👩‍👩‍👧", "<|endoftext|>", "\ufeff", "\u200b", "aaaa", "    ", "/", "\\", "İ", "ẞ",
    "HELLO", "Hello", "iPhone", "—", "“x”", "ο\u0345", "\u0711", "กำ", "\u0e4d\u0e32",
]  # fmt: skip
text = st.lists(
    st.sampled_from(ODD) | st.text(max_size=6) | st.text("abcXYZ 019.,'\n", max_size=12),
    max_size=12,
).map("".join)
repeats = st.tuples(st.sampled_from(ODD), st.integers(1, 400)).map(lambda pair: pair[0] * pair[1])
OPEN = (open_models.LLAMA3, open_models.QWEN, open_models.QWEN35, open_models.TEKKEN)
CORES = {
    tokenizer.key: (
        CoreBPE(ranks, {}, tokenizer.pattern),
        Compiled(ranks, {}, tokenizer.pattern),
    )
    for tokenizer in (openai.O200K, openai.CL100K, openai.P50K, openai.R50K, *OPEN)
    for ranks in [unpack(assets.read(tokenizer.asset))]
}
VERSIONS = (("3.0", claude.V3), ("4.7", claude.V47), ("4.8", claude.V48))


@pytest.mark.parametrize("key", list(CORES))
def test_ids_equal_the_compiled_tiktoken(key: str) -> None:
    ours, compiled = CORES[key]

    @settings(max_examples=200, deadline=None)
    @given(text | repeats)
    def check(sample: str) -> None:
        expected = compiled.encode_ordinary(sample)
        assert ours.encode_ordinary(sample) == expected
        assert ours.count(sample) == len(expected)

    check()


@pytest.mark.parametrize("key", list(CORES))
def test_long_pieces_are_walked_to_the_same_ids(key: str) -> None:
    """From `walk.LONG` on; tokens in any order stand beside each other as texts never have them."""
    ours, compiled = CORES[key]
    tokens = ours.token_byte_values()
    some = st.lists(st.integers(0, len(tokens) - 1), min_size=1, max_size=9)

    @settings(max_examples=60, deadline=None)
    @given(some, st.integers(0, 2**32))
    def check(picked: list[int], seed: int) -> None:
        dice, piece = random.Random(seed), b""
        while len(piece) < 2 * LONG:
            piece += tokens[dice.choice(picked)] * dice.randrange(1, 9)
        assert ours.encode_single_piece(piece) == compiled.encode_single_piece(piece)

    check()


def test_every_character_in_several_places() -> None:
    """All of Unicode but the private planes, a sample of the far ones, in all encodings."""
    codes = [*range(0xD800), *range(0xE000, 0x20000), *range(0x20000, 0x110000, 997)]
    for ours, compiled in CORES.values():
        for start in range(0, len(codes), 64):
            chunk = "".join(f"a{chr(c)} {chr(c)}b1{chr(c)}\n" for c in codes[start : start + 64])
            assert ours.encode_ordinary(chunk) == compiled.encode_ordinary(chunk), start


@pytest.mark.parametrize(("version", "tokenizer"), VERSIONS)
def test_claude_counts_equal_the_reconstruction(
    version: str, tokenizer: claude.ClaudeTokenizer
) -> None:
    empty = ctok.token_count("", version)

    @settings(max_examples=400, deadline=None)
    @given(text | repeats)
    def check(sample: str) -> None:
        expected = ctok.token_count(sample, version) - empty
        assert tokenizer.count_many([sample]) == [expected]

    check()


@pytest.mark.parametrize("char", ["\n", " ", "_", "a", "0"])
def test_long_runs_of_one_character_equal_the_reconstruction(char: str) -> None:
    sample = "x" + char * (claude.LONG_RUN + 1001) + "."
    expected = ctok.token_count(sample, "3.0") - ctok.token_count("", "3.0")
    assert claude.V3.count_many([sample]) == [expected]
