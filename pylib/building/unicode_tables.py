"""Makes `whytokens/tokenizers/unicode_tables.py` from the Unicode data of Pyodide's Python.

Run only when the Unicode version of tiktoken's regular expressions changes; the output is
committed, so that every Python counts alike. Input: JSON of category to ranges on stdin.
"""

from __future__ import annotations

import json
import sys
import textwrap

HEAD = '''"""Unicode {version} ranges that the tokenizers' rules name. Made by `building/unicode_tables.py`.

Each table is ranges as gaps and lengths in base 36: from the end of the last range to the start
of the next, then how many code points it holds. "Mx" are BMP marks that are not Alphabetic.
"""

VERSION = "{version}"
PACKED: dict[str, str] = {{
'''
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
        if not number:
            return text


def pack(ranges: list[tuple[int, int]]) -> str:
    """Ranges of first and last code point as gap and length words."""
    words, end = [], 0
    for first, last in ranges:
        words += [base36(first - end), base36(last - first + 1)]
        end = last + 1
    return " ".join(words)


def main() -> None:
    version, tables = json.load(sys.stdin)
    out = HEAD.format(version=version)
    for name, ranges in tables.items():
        lines = textwrap.wrap(pack(ranges), 90)
        out += f'    "{name}": (\n'
        out += "".join(f'        "{line} "\n' for line in lines) + "    ),\n"
    sys.stdout.write(out + "}\n")


if __name__ == "__main__":
    main()
