"""Lines that a log collector or a logger wrapped: Docker's and Kubernetes' JSON, CloudWatch's and Google's events,
a time and a level before the JSON.

Spec: Docker, json-file logging driver; Fluent Bit, Vector (`log`, `message`); CloudWatch Logs, events; Google Cloud
Logging, `LogEntry` (`textPayload`, `jsonPayload`). Asked only of what no importer takes as it stands.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, cast

from whytokens.containers import Source
from whytokens.containers.decode import Line, lines
from whytokens.nesting import loads

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TEXTS = ("log", "message", "@message", "msg", "textPayload", "line", "body")
OBJECTS = ("jsonPayload", "json", "parsed")
# A time, a level, a logger's name and a few words may stand before the JSON.
MAX_PREFIX_CHARS = 300
# So many lines are looked at for one that is wrapped.
TELLING_LINES = 60


def inner(text: str) -> str | None:
    """The JSON that a line wraps; None where it wraps none."""
    text = text.strip().lstrip("\ufeff")
    start = text.find("{", 0, MAX_PREFIX_CHARS)
    if start < 0 or not text.endswith("}"):
        return None
    try:
        value = loads(text[start:])
    except (ValueError, RecursionError):
        return None
    if start:
        return text[start:] if isinstance(value, dict) else None
    found = next((value[key] for key in OBJECTS if isinstance(value.get(key), dict)), None)
    if found is not None:
        return json.dumps(found, ensure_ascii=False)
    found = next((value[key] for key in TEXTS if isinstance(value.get(key), str)), "").strip()
    if found[:1] == "{" and found.endswith("}"):
        return " ".join(found.split("\n"))
    return inner(found) if found.endswith("}") and "{" in found[1:] else None


def unwrapped(source: Source, head: str) -> Source | None:
    """The source with the inside of each line, its number kept; None where no line of its beginning is wrapped."""
    if not any(inner(line) for line in head.split("\n")[:TELLING_LINES]):
        return None
    return replace(source, open=lambda: cast(BinaryIO, io.BufferedReader(_Inner(source))))


class _Inner(io.RawIOBase):
    """What lines wrap, as a stream that can be begun anew."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._begin()

    def _begin(self) -> None:
        self._lines: Iterator[Line] = lines(self._source)
        self._rest, self._at = b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation
        self._begin()
        return 0

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        while not self._rest:
            line = next(self._lines, None)
            if line is None:
                return 0
            found = inner(line.text)
            if found is None and line.text.strip():
                self._source.met.bare.setdefault(line.number)
            self._rest = ((found or "") + "\n").encode("utf-8", "replace")
        view = memoryview(buffer).cast("B")
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        self._at += size
        return size
