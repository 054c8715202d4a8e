"""JSON of logs whose requests send an earlier request's messages again, and a few more.

Where the text of a list is that of an earlier list to begin with, its elements are not parsed again:
the same objects stand in both, so nobody may change what was parsed. Everything else is plain JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

LISTS = frozenset(("messages", "contents", "input", "tools"))
# Below this a text is parsed sooner than looked at.
SMALL_CHARS = 16_384
# A list below this is not remembered.
LIST_CHARS = 2_048
# Requests may take turns, as those of sub-agents do; each has its messages and its tools.
REMEMBERED = 16
REMEMBERED_CHARS = 32 * 2**20
MAX_DEPTH = 4
_DECODER = json.JSONDecoder()
# The steps of the decoder, which the standard library's stubs do not name.
_scan_once = cast(Callable[[str, int], tuple[Any, int]], vars(_DECODER)["scan_once"])
_scan_string = cast(Callable[[str, int, bool], tuple[str, int]], vars(_DECODER)["parse_string"])
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(slots=True, eq=False)
class _List:
    """A list: its text, its elements, and where each ends."""

    text: str
    values: list[Any]
    ends: list[int]

    def common(self, text: str, at: int) -> int:
        """How many of its elements the list that starts there begins with."""
        low, high = 0, len(self.ends)
        guess = high  # most often all of them, or all but those whose cache mark has moved on
        while low < high:
            if text.startswith(self.text[: self.ends[guess - 1]], at):
                low = guess
            else:
                high = guess - 1
            guess = high if high - low <= 2 else (low + high + 1) // 2
        return low


class Resent:
    """A parser that remembers the lists of the last requests."""

    def __init__(self) -> None:
        self._lists: list[_List] = []

    def parse(self, text: str) -> Any:
        """What `json.loads` gives, and the errors it raises."""
        if len(text) >= SMALL_CHARS:
            try:
                value, end = self._value(text, _skip(text, 0), 0)
                if _skip(text, end) == len(text):
                    return value
            except (ValueError, StopIteration, IndexError):
                pass  # said once more, and in words, below
        return _DECODER.decode(text)

    def _value(self, text: str, at: int, depth: int) -> tuple[Any, int]:
        if text[at] == "{" and depth < MAX_DEPTH:
            return self._object(text, at, depth)
        if text[at] == "[" and depth == 0:
            return self._list(text, at)
        return _scan_once(text, at)

    def _object(self, text: str, at: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = _skip(text, at + 1)
        if text[at] == "}":
            return found, at + 1
        while True:
            key, at = _key(text, at)
            if key in LISTS and text[at] == "[":
                found[key], at = self._list(text, at)
            else:
                found[key], at = self._value(text, at, depth + 1)
            at = _skip(text, at)
            if text[at] == "}":
                return found, at + 1
            at = _skip(text, _expect(text, at, ","))

    def _list(self, text: str, start: int) -> tuple[list[Any], int]:
        old, known = self._longest(text, start)
        values = old.values[:known] if old else []
        ends = old.ends[:known] if old else []
        at = start + ends[-1] if ends else start + 1
        for value, end in _elements(text, at, first=not ends):
            if value is _END:
                at = end
                break
            values.append(value)
            ends.append(end - start)
        if old is not None and known == len(old.values):
            self._lists.remove(old)  # identity: it goes on in this one
        self._remember(_List(text[start:at], values, ends))
        return list(values), at

    def _longest(self, text: str, at: int) -> tuple[_List | None, int]:
        best: tuple[_List | None, int] = (None, 0)
        for old in reversed(self._lists):
            known = old.common(text, at)
            if known > best[1]:
                best = (old, known)
            if known == len(old.ends):
                break
        return best

    def _remember(self, found: _List) -> None:
        """Objects alone: of a number one cannot see in its text where it ends."""
        if len(found.text) < LIST_CHARS or any(type(value) is not dict for value in found.values):
            return
        self._lists.append(found)
        size = 0
        for number, one in enumerate(reversed(self._lists)):
            size += len(one.text)
            if number == REMEMBERED or (number and size > REMEMBERED_CHARS):
                del self._lists[: len(self._lists) - number]
                break


_END = object()


def _elements(text: str, at: int, *, first: bool) -> Iterator[tuple[Any, int]]:
    """Elements from there on with their ends; `_END` with the end of the list."""
    at = _skip(text, at)
    while text[at] != "]":
        if not first:
            at = _skip(text, _expect(text, at, ","))
        first = False
        value, at = _scan(text, at)
        yield value, at
        at = _skip(text, at)
    yield _END, at + 1


def _scan(text: str, at: int) -> tuple[Any, int]:
    try:
        return _scan_once(text, at)
    except StopIteration as error:  # which a generator may not raise
        raise ValueError("no value") from error


def _key(text: str, at: int) -> tuple[str, int]:
    """A member's name, and where its value starts."""
    key, at = _scan_string(text, _expect(text, at, '"'), True)
    return key, _skip(text, _expect(text, _skip(text, at), ":"))


def _expect(text: str, at: int, what: str) -> int:
    if text[at] != what:
        raise ValueError(f"no {what}")
    return at + 1


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
