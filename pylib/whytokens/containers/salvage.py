"""What comes before the break of a JSON document (RFC 8259): the whole entries of its outermost list.

A list inside a request (its messages) is none of entries: a request without its end is no request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Strings (with the colon that makes one a key), brackets, nothing else decides where entries end.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"(?:\s*:)?|[\[\]{}]', re.DOTALL)
_CLOSER = {"[": "]", "{": "}"}
# Lists that are part of one request or reply, in any provider's words.
PARTS = frozenset(
    ("messages", "input", "contents", "tools", "system", "choices", "output", "content", "parts")
)
# Texts beyond are cut without being counted first: the walk takes a second per 30 MB in a tab.
COUNTED_CHARS = 32 * 2**20


@dataclass(slots=True)
class _List:
    """The outermost list of entries: how many brackets are open around its entries, the end of the
    last whole one, how many there are."""

    depth: int
    end: int
    closers: str
    entries: int = 0


def before(text: str, position: int) -> tuple[str, int] | None:
    """The document without all that follows the last whole entry before `position`, and the number of
    entries left; None where there is none."""
    stack: list[str] = []
    found: _List | None = None
    key = ""
    for match in _TOKEN.finditer(text, 0, position):
        token = match[0]
        if token in _CLOSER:
            stack.append(_CLOSER[token])
            if token == "[" and key not in PARTS and (found is None or found.depth > len(stack)):
                found = _List(len(stack), match.end(), "".join(reversed(stack)))
            key = ""
        elif token in "]}":
            if not stack or stack.pop() != token:
                break
            if found and len(stack) == found.depth:
                found.entries, found.end = found.entries + 1, match.end()
        else:
            key = token.rstrip(": \t\r\n").strip('"') if token.endswith(":") else ""
    if found is None or not found.entries:
        return None
    return text[: found.end] + found.closers, found.entries
