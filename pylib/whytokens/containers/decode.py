"""Bytes of a source as text lines: gzip, Zstandard, bzip2 and xz unpacked (by magic number, never by
name), byte order marks honoured, huge lines refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, cast

from whytokens.containers import Source, zstd
from whytokens.containers.streams import TooBig, metered, pieces
from whytokens.errors import TraceError
from whytokens.model import Where

# One line, and one document that is not JSON Lines, must fit in memory as text and as objects.
MAX_LINE_CHARS = 256 * 2**20
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
    """Every line with its number, line end included.

    Raises TraceError not-utf8, too-large, or bad-json for a broken gzip.
    """
    encoding = _encoding(head_bytes(source))
    with source.open() as raw:
        stream = unpacked(raw, source)
        text = io.TextIOWrapper(pieces(stream), encoding=encoding, newline="\n")
        number = 0
        try:
            while line := text.readline(MAX_LINE_CHARS):
                number += 1
                if len(line) == MAX_LINE_CHARS and not line.endswith("\n"):
                    raise _too_long(source, number)
                yield Line(number, line, raw.tell())
        except UnicodeDecodeError as error:
            raise _not_utf8(source, number + 1) from error
        except BROKEN as error:
            raise _broken(source, error) from error


def _too_long(source: Source, number: int) -> TraceError:
    return TraceError(
        "too-large",
        f"Line {number:,} of {source.name} is longer than {MAX_LINE_CHARS // 2**20} MB.",
        "One line must fit in memory.",
        where=Where(file=source.name, line=number),
        hint="Split the file, or leave out embedded images before exporting.",
    )


def _not_utf8(source: Source, line: int) -> TraceError:
    offset = _bad_byte(source)
    return TraceError(
        "not-utf8",
        f"{source.name}, byte {offset:,} is not UTF-8.",
        "Re-export as UTF-8.",
        where=Where(file=source.name, line=line),
        hint=f"iconv -f latin1 -t utf-8 {source.name}",
    )


def _bad_byte(source: Source) -> int:
    """Offset of the first byte that is no UTF-8, in the unpacked data."""
    done = 0
    with source.open() as raw:
        stream, rest = unpacked(raw, source), b""
        while chunk := stream.read(2**20):
            data = rest + chunk
            try:
                data.decode("utf-8")
                rest = b""
            except UnicodeDecodeError as error:
                if error.start < len(data) - 3:
                    return done + error.start
                rest = data[error.start :]
                data = data[: error.start]
            done += len(data)
    return done


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
