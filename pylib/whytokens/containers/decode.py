"""Bytes of a source as text lines: gzip, Zstandard, bzip2 and xz unpacked (by magic number, never by
name), byte order marks honoured, huge lines refused, bytes that are no text marked and remembered."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, cast

from whytokens.containers import Source, zstd
from whytokens.containers.streams import TooBig, metered, pieces
from whytokens.errors import TraceError
from whytokens.model import Where

# One line, and one document that is not JSON Lines, must fit in memory as text and as objects.
MAX_LINE_CHARS = 256 * 2**20
PASSED_CHARS = 16 * 2**20
HEAD_BYTES = 64 * 1024


def gunzipped(raw: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, gzip.GzipFile(fileobj=raw))


def bunzipped(raw: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, bz2.BZ2File(raw))


def xz_unpacked(raw: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, lzma.LZMAFile(raw))


PACKED: tuple[tuple[bytes, Callable[[BinaryIO], BinaryIO]], ...] = (
    (b"\x1f\x8b", gunzipped),
    (zstd.MAGIC, zstd.stream),
    (b"BZh", bunzipped),
    (b"\xfd7zXZ\x00", xz_unpacked),
)
MAGIC_BYTES = 6
BROKEN: tuple[type[Exception], ...] = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    *zstd.errors(),
)


class Line(NamedTuple):
    """`read_bytes` is how far the file (before unpacking) has been read."""

    number: int
    text: str
    read_bytes: int


def _packing(raw: BinaryIO) -> Callable[[BinaryIO], BinaryIO] | None:
    if isinstance(raw, io.BufferedReader):  # a member of an archive cannot be rewound
        start = raw.peek(MAGIC_BYTES)[:MAGIC_BYTES]
    else:
        start = raw.read(MAGIC_BYTES)
        raw.seek(0)
    return next((unpack for magic, unpack in PACKED if start.startswith(magic)), None)


def is_packed(source: Source) -> bool:
    with source.open() as raw:
        return _packing(raw) is not None


def unpacked(raw: BinaryIO, source: Source) -> BinaryIO:
    """The stream without its packing; TooBig where it grows beyond any log."""
    unpack = _packing(raw)
    return metered(unpack(raw), source.size_bytes) if unpack else raw


def _encoding(start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start[1:8:2] == b"\x00" * 4 and start[:1] != b"\x00":
        return "utf-16-le"  # as Windows tools write it without a mark
    if start[0:8:2] == b"\x00" * 4 and start[1:2] != b"\x00":
        return "utf-16-be"
    return "utf-8-sig"


def head_bytes(source: Source) -> bytes:
    """The first HEAD_BYTES after unpacking."""
    try:
        with source.open() as raw:
            return unpacked(raw, source).read(HEAD_BYTES)
    except BROKEN as error:
        raise _broken(source, error) from error


def head_text(data: bytes) -> str:
    """The head as text; a character that the cut halved is left out."""
    text = data.decode(_encoding(data), "replace")
    return text.rstrip("\ufffd") if len(data) == HEAD_BYTES else text


def lines(source: Source) -> Iterator[Line]:
    """Every line with its number, line end included. What is no text in them goes to `source.met`, and so does a
    record too long for memory among others.

    Raises TraceError too-large, or broken-file for a broken gzip.
    """
    encoding, limit = _encoding(head_bytes(source)), source.reading.first_bytes
    with source.open() as raw:
        stream = unpacked(raw, source)
        text = io.TextIOWrapper(pieces(stream), encoding=encoding, errors=HELD, newline="\n")
        number, size, before, kept = 0, 0, _held[0], False
        try:
            while line := text.readline(MAX_LINE_CHARS):
                number += 1
                long = len(line) == MAX_LINE_CHARS and not line.endswith("\n")
                if long and limit is None:
                    if not line.startswith("{"):  # a part of a document: without it there is none
                        raise _too_long(source, number)
                    source.met.too_long[number] = None
                    _pass_over(text)
                    continue
                kept = kept or not line.isspace()
                if _held[0] != before:  # looked for only once something was met
                    line = _mended(source, number, line)
                yield Line(number, line, raw.tell())
                size += len(line)
                if long or (limit is not None and size > limit):
                    source.met.cut_after = number
                    return
        except BROKEN as error:
            raise _broken(source, error) from error
        if source.met.too_long and not kept:
            raise _too_long(source, next(iter(source.met.too_long)))


def _pass_over(text: io.TextIOWrapper) -> None:
    """The rest of a line."""
    while (part := text.readline(PASSED_CHARS)) and not part.endswith("\n"):
        pass


def _too_long(source: Source, number: int) -> TraceError:
    return TraceError(
        "too-large",
        f"Line {number:,} of {source.name} is longer than {MAX_LINE_CHARS // 2**20} MB.",
        "One line must fit in memory.",
        where=Where(file=source.name, line=number),
        hint="Split the file, or leave out embedded images before exporting.",
    )


# Bytes that are no text pass the decoder as lone surrogates, which no text holds, 0xFC as U+DCFC.
HELD = "whytokens-held"
_HELD_BYTE = re.compile("[\udc00-\udcff]")
_HELD_AT = 0xDC00
_held = [0]


def _hold(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _held[0] += 1
    bad = error.object[error.start : error.end]
    return "".join(chr(_HELD_AT + byte) for byte in bad), error.end


codecs.register_error(HELD, _hold)


def _mended(source: Source, number: int, line: str) -> str:
    """The line with a mark for every byte that is no text, or with what the byte is in Latin-1."""
    if source.reading.latin1:
        line, count = _HELD_BYTE.subn(lambda found: chr(ord(found[0]) - _HELD_AT), line)
    else:
        line, count = _HELD_BYTE.subn("\ufffd", line)
    if count:
        source.met.no_utf8[number] = count
    return line


def _broken(source: Source, error: Exception) -> TraceError:
    if isinstance(error, TooBig):
        return TraceError(
            "too-large", f"{source.name} is too large.", str(error),
            where=Where(file=source.name), hint="No log packs that well; unpack it to see.",
        )  # fmt: skip
    return TraceError(
        "broken-file",
        f"{source.name} cannot be unpacked.",
        str(error),
        where=Where(file=source.name),
        hint="Download it again; the file may be cut off.",
    )
