"""Gemini and Gemma: the Gemma 3 vocabulary, a SentencePiece BPE.

No piece reaches over white space (but ``> </``), line breaks and tabs are symbols of their own, and
so are runs of blanks and some tags. google-genai's own local tokenizer counts Gemini 2.x by this
vocabulary (facts 2.4).
"""

from __future__ import annotations

import re

from whytokens.tokenizers.sentence_piece import SentencePieceTokenizer

# Tags that are symbols of the vocabulary, whatever stands around them.
TAGS = (
    "a|b|bbox|blockquote|body|caption|code|div|em|footer|h1|h2|h3|h4|h5|h6|html|i|iframe|img|li|s|"
    "span|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul"
)
_RUN = rf" {{2,31}}|\n{{1,31}}|\t{{1,31}}|</?(?:{TAGS})>"
# No piece holds an ASCII letter beside ASCII punctuation, or a digit beside anything, so a word of
# ASCII is cut there; one that goes on in other characters stays whole.
_SIGN = rf"[^ \n\t<A-Za-z0-9\x80-\U0010ffff]|<(?!/?(?:{TAGS})>)|(?<=>) (?=</)"
SPLIT = "|".join(
    (
        _RUN,
        r" ?[A-Za-z]+(?![A-Za-z\x80-\U0010ffff])",
        r" ?[0-9]+",
        rf" ?(?:{_SIGN})+(?!{_SIGN}|[\x80-\U0010ffff])",
        rf" ?(?:[^ \n\t<]|<(?!/?(?:{TAGS})>)|(?<=>) (?=</))+",
        " ",
    )
)
MODELS = re.compile(r"gemini|gemma|learnlm", re.IGNORECASE)
# Google maps these to a later vocabulary, which no package ships; English counts the same.
LATER = re.compile(r"gemini-([3-9]|\d\d)|gemma-?([4-9]|\d\d)", re.IGNORECASE)
# Every other piece is one token (`tests/unit/test_vocabularies.py` tries all).
UNREACHABLE = frozenset((" YYYY", " yyyy", " diffformul", " ::::::::"))
GEMMA = SentencePieceTokenizer(
    "gemma3", "gemma3.bin", MODELS, SPLIT, unsure=LATER, symbols=_RUN, unreachable=UNREACHABLE
)
