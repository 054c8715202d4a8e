"""Literals of JavaScript in a text: what console.log prints and what stands in a program, parsed, never run.

Spec: ECMA-262, 12.9 "Literals", 13.2.5 "Object Initializer"; Node.js, util.inspect. What only running tells (names,
         calls,
`[Object]`) is nothing; a template's `${…}` stays as it is written.
"""

from __future__ import annotations

import re
from typing import Any

# Each level is three calls on the stack; a request's schemas nest about twenty deep.
MAX_DEPTH = 60
_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_NUMBER = re.compile(r"[-+]?(?:0x[\da-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)n?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
# What a text holds up to its quote, an escape or a line end.
_PLAIN = {
    mark: re.compile(rf"[^\\{mark}{end}]*") for mark, end in (("'", r"\n"), ('"', r"\n"), ("`", ""))
}
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
# Of an array or text that is printed in part: "... 12 more items", "... 300 more characters".
_MORE = re.compile(r"\.\.\. \d+ more (?:items?|characters?)")


class NoLiteral(ValueError):
    """The text does not go on as a literal."""


def literal(text: str, start: int) -> tuple[Any, int]:
    """The value that begins here, and where it ends. Raises NoLiteral."""
    return _Reader(text).value(start, 0)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text

    def space(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        """A value with what is added to it: texts joined by +, anything else left alone."""
        found, at = self._one(at, depth)
        after = self.space(at)
        while self.text.startswith("+", after) and isinstance(found, str):
            more, at = self._one(after + 1, depth)
            found += more if isinstance(more, str) else ""
            after = self.space(at)
        return found, at

    def _one(self, at: int, depth: int) -> tuple[Any, int]:
        at = self.space(at)
        char = self.text[at : at + 1]
        if depth > MAX_DEPTH or not char:
            raise NoLiteral
        if char == "{":
            return self._object(at + 1, depth)
        if char == "[":
            return self._array(at + 1, depth)
        if char in "'\"`":
            return self._string(at, char)
        if (match := _NUMBER.match(self.text, at)) is not None and match[0].strip("+-"):
            return _number(match[0]), match.end()
        return self._name(at)

    def _name(self, at: int) -> tuple[Any, int]:
        """A word of the language, or an expression that only running tells."""
        match = _NAME.match(self.text, at)
        if match is None:
            raise NoLiteral
        if match[0] in _WORDS and not self.text.startswith((".", "("), match.end()):
            return _WORDS[match[0]], match.end()
        return None, self._past(at)

    def _past(self, at: int) -> int:
        """The end of an expression: before the comma or bracket that closes what it stands in."""
        open_: list[str] = []
        while at < len(self.text):
            char = self.text[at]
            if char in "'\"`":
                _, at = self._string(at, char)
                continue
            if not open_ and char in ",]})\n;":
                return at
            if char in _CLOSERS:
                open_.append(_CLOSERS[char])
            elif open_ and char == open_[-1]:
                open_.pop()
            at += 1
        raise NoLiteral

    def _object(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        while True:
            at = self.space(at)
            if self.text.startswith("}", at):
                return found, at + 1
            if self.text.startswith("...", at):
                at = self._past(at + 3)
            else:
                key, at = self._key(at)
                after = self.space(at)
                if self.text.startswith(":", after):
                    found[key], at = self.value(after + 1, depth + 1)
                else:
                    at = self._past(at)  # shorthand: its value stands elsewhere
            at = self._comma(at, "}")

    def _key(self, at: int) -> tuple[str, int]:
        if self.text[at : at + 1] in ("'", '"'):
            return self._string(at, self.text[at])
        match = _NAME.match(self.text, at)
        if match is None:
            raise NoLiteral
        return match[0], match.end()

    def _array(self, at: int, depth: int) -> tuple[Any, int]:
        if (
            shown := re.match(
                r"(?:Object|Array|Function[^\]\n]*|Circular[^\]\n]*)\]", self.text[at : at + 80]
            )
        ) is not None:
            return None, at + shown.end()  # deeper than the printer went
        found: list[Any] = []
        while True:
            at = self.space(at)
            if self.text.startswith("]", at):
                return found, at + 1
            if (more := _MORE.match(self.text, at)) is not None:
                at = more.end()
            elif self.text.startswith("...", at):
                at = self._past(at + 3)
            else:
                value, at = self.value(at, depth + 1)
                found.append(value)
            at = self._comma(at, "]")

    def _comma(self, at: int, closer: str) -> int:
        at = self.space(at)
        if self.text.startswith(",", at):
            return at + 1
        if self.text.startswith(closer, at):
            return at
        if self.text.startswith((".", "?", "|", "&"), at):  # a method of a literal
            return self._comma(self._past(at + 1), closer)
        raise NoLiteral

    def _string(self, at: int, quote: str) -> tuple[str, int]:
        parts: list[str] = []
        at += 1
        while (match := _PLAIN[quote].match(self.text, at)) is not None:
            parts.append(match[0])
            at = match.end()
            if self.text.startswith(quote, at):
                return "".join(parts), at + 1
            if not self.text.startswith("\\", at):
                break
            part, at = self._escape(at + 1)
            parts.append(part)
        raise NoLiteral

    def _escape(self, at: int) -> tuple[str, int]:
        char = self.text[at : at + 1]
        for pattern in (r"u\{([\da-fA-F]{1,6})\}", r"u([\da-fA-F]{4})", r"x([\da-fA-F]{2})"):
            match = re.compile(pattern).match(self.text, at)
            if match is not None and int(match[1], 16) < 0x110000:
                return chr(int(match[1], 16)), match.end()
        return _ESCAPES.get(char, char), at + 1


def _number(text: str) -> int | float:
    plain = text.replace("_", "").rstrip("n")
    if "0x" in plain:
        return int(plain, 16)
    return int(plain) if re.fullmatch(r"[-+]?\d{1,18}", plain) else float(plain)
