"""Of a file that no importer takes: the format it is nearest to, and what is missing for it.

A body that is meant as a request is told what is wrong with it. Else nearest by the marks of its guide
(`importers.Guide.marks`) among the keys of the file's beginning; a mark of many formats says little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from whytokens.importers import Head, Importer
from whytokens.malformed import malformed
from whytokens.no_logs import told

MAX_KEYS, MAX_DEPTH = 2000, 5
# So many of a format's marks must be there before it is named, by weight and by number: one word in
# common is no likeness.
MIN_SHARE, MIN_MARKS = 0.25, 2
NO_TEXT = "It has counters but no text: content was not captured, or the export left it out."
COUNTERS = frozenset(("prompt_tokens", "input_tokens", "total_tokens", "tokens", "usage"))
TEXTS = frozenset(("messages", "content", "input", "prompt", "parts", "contents", "text"))


def hint(head: Head, importers: Sequence[Importer]) -> str:
    """What to do with the file, in one or two sentences."""
    wrong = malformed(head.values)
    if wrong:
        return f"{wrong} “What can I open?” has an example of one."
    keys = frozenset(_keys(head.values, 0)) | head.tables | frozenset(head.header)
    known = told(keys)
    if known:
        return known
    if head.header:
        return "Its export found nothing: widen its time range or take filters off."
    found = _nearest(keys, importers)
    if found is None:
        said = NO_TEXT + " " if keys & COUNTERS and not keys & TEXTS else ""
        return f"{said}“What can I open?” (or `whytokens formats`) lists every format."
    missing = sorted(found.guide.marks - keys)
    lacks = f", which also has {_listed(missing)}" if missing else ""
    return f"Nearest is {found.label}{lacks}. {found.guide.steps[0]}"


def _nearest(keys: frozenset[str], importers: Sequence[Importer]) -> Importer | None:
    owners = Counter(mark for one in importers for mark in one.guide.marks)

    def weight(marks: frozenset[str]) -> float:
        return sum(1 / owners[mark] for mark in marks)

    scored = [
        (weight(keys & one.guide.marks) / weight(one.guide.marks), one)
        for one in importers
        if len(keys & one.guide.marks) >= MIN_MARKS
    ]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= MIN_SHARE else None


def _keys(value: Any, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        for key, inner in list(value.items())[:MAX_KEYS]:
            yield str(key)
            if key == "type" and isinstance(inner, str):
                yield inner
            yield from _keys(inner, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value[:60]:
            yield from _keys(inner, depth + 1)


def _listed(words: Sequence[str]) -> str:
    shown = ", ".join(f"“{word}”" for word in words[:4])
    return shown + (" …" if len(words) > 4 else "")
