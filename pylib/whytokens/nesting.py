"""JSON that anyone may have written, refused where it nests too deep.

WebAssembly's stack ends the whole program where CPython raises RecursionError: in the page 5,000
levels are fatal, 2,000 are not. Measured with Pyodide 314 under Node 20.
"""

from __future__ import annotations

import json
import re
from typing import Any

MAX_DEPTH = 500
# So short that ordinary JSON does not open MAX_DEPTH brackets in one.
CHUNK_CHARS = 2_048
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


def loads(text: str) -> Any:
    """The value of a JSON text. Raises ValueError only."""
    check(text)
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def check(text: str) -> None:
    """Raise ValueError where brackets nest deeper than MAX_DEPTH.

    Brackets are counted by chunks, in C; only where they could nest too deep, brackets inside strings
    among them, the tokens are looked at one by one.
    """
    depth = 0
    for start in range(0, len(text), CHUNK_CHARS):
        end = start + CHUNK_CHARS
        opened = text.count("{", start, end) + text.count("[", start, end)
        if depth + opened > MAX_DEPTH:
            if _is_deeper(text):
                raise ValueError("nested too deeply")
            return
        closed = text.count("}", start, end) + text.count("]", start, end)
        depth = max(0, depth + opened - closed)


def _is_deeper(text: str) -> bool:
    """By the real depth, brackets inside strings left out."""
    depth = 0
    for match in _TOKENS.finditer(text):
        token = match[0]
        if token in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif token in "]}":
            depth -= 1
    return False
