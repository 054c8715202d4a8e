"""Gemini and Gemma: the vocabularies of Gemma 2 and Gemma 3, SentencePiece BPE both.

No piece reaches over white space (but Gemma 3's ``> </``), line breaks and tabs are symbols of their
own, and so are runs of blanks and some tags. google-genai's own local tokenizer counts Gemini 2.x by
Gemma 3's (facts 2.4); the Developer API does so too from 2.5 on, Vertex from 3.5 on. Before, what is
billed is Gemma 2's: of 165 prompts 17 more come out exact and one does not, of replies 16 and 7.
"""

from __future__ import annotations

import re

from whytokens.tokenizers.sentence_piece import SentencePieceTokenizer

# Tags that are symbols of the vocabulary, whatever stands around them.
TAGS2 = (
    "b|blockquote|caption|code|em|h1|h2|h3|h4|h5|h6|i|s|strong|sub|sup|table|tbody|td|tfoot|th|"
    "thead|tr|u"
)
TAGS3 = f"{TAGS2}|a|bbox|body|div|footer|html|iframe|img|li|span|ul"
OVER_BLANK = r"(?<=>) (?=</)"


def _run(tags: str) -> str:
    return rf" {{2,31}}|\n{{1,31}}|\t{{1,31}}|</?(?:{tags})>"


def _split(tags: str, over: str) -> str:
    """No piece holds an ASCII letter beside ASCII punctuation, or a digit beside anything, so a word
    of ASCII is cut there; one that goes on in other characters stays whole. `over` is what a piece
    holds in spite of its blank."""
    sign = rf"[^ \n\t<A-Za-z0-9\x80-\U0010ffff]|<(?!/?(?:{tags})>){over}"
    return "|".join(
        (
            _run(tags),
            r" ?[A-Za-z]+(?![A-Za-z\x80-\U0010ffff])",
            r" ?[0-9]+",
            rf" ?(?:{sign})+(?!{sign}|[\x80-\U0010ffff])",
            rf" ?(?:[^ \n\t<]|<(?!/?(?:{tags})>){over})+",
            " ",
        )
    )


MODELS = re.compile(r"gemini|gemma|learnlm", re.IGNORECASE)
# Google maps these to a later vocabulary, which no package ships; English counts the same.
LATER = re.compile(r"gemini-([3-9]|\d\d)|gemma-?([4-9]|\d\d)", re.IGNORECASE)
# What counts by Gemma 2's vocabulary whoever is asked, and what on Vertex.
OLDER = re.compile(
    r"gemini-(1|2\.0)|(?<![a-z])(code|pali)?gemma(?!-?([3-9]|\d\d)(?!b))", re.IGNORECASE
)
OLDER_ON = {"vertex": re.compile(r"gemini-(2|3(?!\.[5-9]))", re.IGNORECASE)}
# Every other piece is one token (`tests/unit/test_vocabularies.py` tries all).
UNREACHABLE2 = frozenset((" ссср",))
UNREACHABLE3 = frozenset((" YYYY", " yyyy", " diffformul", " ::::::::"))
GEMMA2 = SentencePieceTokenizer(
    "gemma2", "gemma2.bin", OLDER, _split(TAGS2, ""), on=OLDER_ON,
    symbols=_run(TAGS2), unreachable=UNREACHABLE2,
)  # fmt: skip
GEMMA3 = SentencePieceTokenizer(
    "gemma3", "gemma3.bin", MODELS, _split(TAGS3, f"|{OVER_BLANK}"), unsure=LATER,
    symbols=_run(TAGS3), unreachable=UNREACHABLE3,
)  # fmt: skip
