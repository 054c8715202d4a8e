"""Numbers as spreadsheets write them: 1,234.50, 1.234,50, $0.0123, 0,0123.

Spec: CLDR, number patterns of en and de; told by a whole column, never by one cell: "1,234" alone is a
thousand or a bit more than one, and a reply may read so too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# So many rows tell how a file writes its numbers.
TELLING_ROWS = 50
DOLLARS = re.compile(r"(?:US\$|USD|\$)\s*(?=[\d.,])|(?<=\d)\s*(?:US\$|USD|\$)$")
PLAIN = re.compile(r"-?\d*\.?\d+(?:e-?\d{1,3})?", re.IGNORECASE)
POINT = re.compile(r"-?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)?")
COMMA = re.compile(r"-?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d+)?")
# A comma before one, two or more than three digits divides no thousands, nor does one after a zero.
DECIMAL_COMMA = re.compile(r"-?(?:0,\d+|\d[\d.]*,(?:\d{1,2}|\d{4,}))")
DECIMAL_POINT = re.compile(r"-?(?:0\.\d+|\d[\d,]*\.(?:\d{1,2}|\d{4,}))")


def _bare(text: str) -> str:
    return DOLLARS.sub("", text.strip())


def styles(rows: Sequence[Sequence[str]], mark: str) -> dict[int, str]:
    """Columns of numbers, and the decimal mark of each: those that no separator needs may get one below."""
    columns: dict[int, list[str]] = {}
    for cells in rows:
        for at, text in enumerate(cells):
            if text.strip():
                columns.setdefault(at, []).append(text.strip())
    found: dict[int, str] = {}
    comma = _decimal_comma(columns, mark)
    for at, texts in columns.items():
        shape = COMMA if comma else POINT
        bare = (_bare(text) for text in texts)
        if all(shape.fullmatch(text) or PLAIN.fullmatch(text) for text in bare):
            found[at] = "," if comma else "."
    return found


def _decimal_comma(columns: dict[int, list[str]], mark: str) -> bool:
    """Does the file write 0,5 for a half? Only where some number can be read in no other way."""
    texts = [_bare(text) for some in columns.values() for text in some]
    if mark == "," and not any("," in text for text in texts):
        return False
    half = any(DECIMAL_COMMA.fullmatch(text) for text in texts)
    return half and not any(DECIMAL_POINT.fullmatch(text) for text in texts)


def plain(text: str, decimal: str) -> str:
    """The number as computers write it; a text that is none stays as it is."""
    if text.isdigit():
        return text
    bare = _bare(text)
    if decimal == "," and COMMA.fullmatch(bare):
        return bare.replace(".", "").replace(",", ".")
    if decimal == "." and POINT.fullmatch(bare):
        return bare.replace(",", "")
    return text
