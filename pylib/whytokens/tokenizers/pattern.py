r"""A tiktoken `pat_str` (Rust's fancy-regex) as a pattern of Python's `re` for shadows (see `classes`).

Handles what those patterns use: ``\p{..}``, ``\s``, ``\S`` inside and outside of brackets,
``(?i:..)`` written out, and ``$``, which in Rust is only the very end. Possessive quantifiers are
`re`'s own since 3.11.
"""

from __future__ import annotations

import re

from whytokens.tokenizers.classes import LONG_S, SPACES, members

TOKEN = re.compile(r"\\p\{(\w+)\}|\\[sS]|\\.|\(\?i:|\(|\)|\[\^?|\]|\$|.", re.DOTALL)


def translate(pattern: str) -> str:
    """Matches in a shadow what `pattern` matches in its text.

    Raises ValueError on a construct that has no translation.
    """
    out, inside, groups = [], False, list[bool]()
    for match in TOKEN.finditer(pattern):
        part = match[0]
        if part.startswith("\\p"):
            text = members(match[1])
            out.append(text if inside else f"[{text}]")
        elif part == "\\s":
            out.append(SPACES if inside else f"[{SPACES}]")
        elif part == "\\S":
            if inside:
                raise ValueError(f"\\S inside brackets in {pattern!r}")
            out.append(f"[^{SPACES}]")
        elif part.startswith("(") and not inside:
            groups.append(part == "(?i:" or (bool(groups) and groups[-1]))
            out.append("(?:" if part == "(?i:" else part)
        elif part == ")" and not inside:
            groups.pop()
            out.append(part)
        elif part.startswith("[") and not inside:
            inside = True
            out.append(part)
        elif part == "]":
            inside = False
            out.append(part)
        elif part.isalpha() and any(groups):
            both = _both_cases(part)
            out.append(both if inside else f"[{both}]")
        else:
            out.append("\\Z" if part == "$" and not inside else part)
    return "".join(out)


def _both_cases(letter: str) -> str:
    """What a letter matches where case is ignored."""
    if letter in "kK":
        raise ValueError("k has a third case, U+212A, which no shadow keeps")
    return letter.lower() + letter.upper() + (LONG_S if letter in "sS" else "")
