r"""ASCII of Claude's stream cut into units that are counted one by one, each different one once.

A stream's pieces are of one class (letters, digits, punctuation, blanks, line feeds, tabs), open
only with a boundary and close only with one: no piece holds a letter and a digit, or anything after
an end of word. (`tests/unit/test_vocabularies.py` looks at every piece.) So tokens of an ASCII
text are a sum over its runs, where a run's markers follow from itself and the blanks beside it.

Each blank is written as two characters, `A` then `B`: a run that ends before one takes its `A`, a run
that starts behind one takes its `B`, and so a unit's text says all that its cost depends on. A single
blank between two runs with boundaries is absorbed and costs nothing; where it does cost, the unit
that shows it pays: digits, a word behind a lone apostrophe, or blanks of their own.
"""

from __future__ import annotations

import re

A, B = "\x01", "\x02"  # controls are no part of normalised text
BLANK = A + B
_PUNCT = "!-/:-@\\[-`{-~"
_LATER = f"[^{A}{B}\\n\\t]"
_QUOTED = "'[A-Za-z]"  # a lone apostrophe that opens a word; its blank is not absorbed
UNIT = "|".join(
    (
        f"{B}?[A-Za-z]+(?:{A}(?={B}{_LATER}))?",
        f"{B}?'[A-Za-z]+(?:{A}(?={B}{_LATER}))?",
        f"{B}?[0-9]+(?:{BLANK}[0-9]+)*(?:{A}(?={B}(?!{_QUOTED}){_LATER}))?",
        f"{B}?[{_PUNCT}]+(?:{A}(?={B}(?!{A})))?",
        f"[{A}{B}\\n\\t]*[{A}\\n\\t](?={B}(?!{_QUOTED})[{_PUNCT}])",
        f"[{A}{B}\\n\\t]+",
    )
)
_HEADED = re.compile(f"[{_PUNCT}]")
_BARE_HEAD = re.compile("[0-9\n\t]")


def marked(text: str, *, frame_bow: bool) -> tuple[str, int]:
    """The text with its blanks marked, and the tokens of a boundary that stands before it alone."""
    written = text.replace(" ", BLANK)
    if frame_bow and _HEADED.match(written):
        return B + written, 0
    return written, 1 if frame_bow and _BARE_HEAD.match(written) else 0


def unmarked(unit: str) -> str:
    """A unit's own text."""
    return unit.replace(BLANK, " ").replace(A, "").replace(B, "")


def blanks(unit: str) -> str:
    """A run of blanks, line feeds and tabs as it stood, halves counted as whole."""
    return unit.replace(BLANK, " ").replace(A, " ").replace(B, " ")


def shown(unit: str) -> str:
    """What a unit shows of the text: a blank belongs to the run that ends before it."""
    return unit.replace(BLANK, " ").replace(A, " ").replace(B, "")
