"""Sections of a long text by its Markdown headings, so that a system prompt opens into its parts."""

from __future__ import annotations

import re
from typing import NamedTuple

HEADING = re.compile(r"^(#{1,6})[ \t]+(\S[^\n]*)$", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
# Below this a text is one idea; two headings at least make it worth opening.
MIN_CHARS, MIN_HEADINGS = 400, 2


class Section(NamedTuple):
    """`path` holds the headings above and its own; the text is ``text[start:end]``."""

    path: tuple[str, ...]
    start: int
    end: int


def sections(text: str) -> list[Section]:
    """The whole text cut at its headings, in order; empty when it has too few."""
    if len(text) < MIN_CHARS:
        return []
    fences = [match.span() for match in FENCE.finditer(text)]
    heads = [
        match
        for match in HEADING.finditer(text)
        if not any(start <= match.start() < end for start, end in fences)
    ]
    if len(heads) < MIN_HEADINGS:
        return []
    found = (
        [Section(("before the first heading",), 0, heads[0].start())] if heads[0].start() else []
    )
    above: list[tuple[int, str]] = []
    for match, following in zip(heads, [*heads[1:], None], strict=True):
        depth = len(match[1])
        above = [(level, title) for level, title in above if level < depth]
        above.append((depth, match[2].strip(" #")))
        end = following.start() if following else len(text)
        found.append(Section(tuple(title for _, title in above), match.start(), end))
    return found
