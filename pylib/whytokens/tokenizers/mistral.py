"""Mistral's first vocabulary (v1 to v7), a SentencePiece BPE of 32,000 pieces with a blank before it.

Spec: `mistral_instruct_tokenizer_240323.model.v3` of PyPI `mistral-common` 1.13.1, whose pieces are
those of v1 and v7; which model reads with which: its `tokens/tokenizers` and the model cards. All
later models read with tekken (`open_models`).
"""

from __future__ import annotations

import re

from whytokens.tokenizers.sentence_piece import SentencePieceTokenizer

_SIGN = r"[^ A-Za-z0-9\x80-\U0010ffff]"
# No piece holds an ASCII letter beside ASCII punctuation, or a digit beside anything. Blanks merge
# last, so those before a word belong to it.
SPLIT = "|".join(
    (
        r" *[A-Za-z]+(?![A-Za-z\x80-\U0010ffff])",
        r" *[0-9]+",
        rf" *{_SIGN}+(?!{_SIGN}|[\x80-\U0010ffff])",
        r" *[^ ]+",
        " +",
    )
)
MODELS = re.compile(
    r"mi[sx]tral-?(?:7b|8x|tiny)|open-mi[sx]tral-(?:7b|8x)|mistral-(?:large|small)-240[247]|"
    r"mistral-small-2409|mistral-large-2411|mistral-medium-2312|mistral-(?:small|medium)-2312|"
    r"codestral-(?:22b|2405)|mathstral|pixtral-large|zephyr-7b",
    re.IGNORECASE,
)
MISTRAL = SentencePieceTokenizer("mistral-v3", "mistral.bin", MODELS, SPLIT, prefix=" ")
