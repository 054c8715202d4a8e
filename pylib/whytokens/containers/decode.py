"""Bytes of a source as text lines: gzip unpacked, byte order marks honoured, huge lines refused."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, cast

from whytokens.containers import Source
from whytokens.errors import TraceError
from whytokens.model import Where

# One line, and one document that is not JSON Lines, must fit in memory as text and as objects.
MAX_LINE_CHARS = 256 * 2**20
HEAD_BYTES = 64 * 1024
GZIP = b"\x1f\x8b"


class Line(NamedTuple):
    """`read_bytes` is how far the file (before unpacking) has been read."""

    number: int
    text: str
    read_bytes: int


def _unpacked(raw: BinaryIO, source: Source) -> BinaryIO:
    start = raw.read(2)
    raw.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if start == GZIP else raw


def _encoding(start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8-sig"


def head_bytes(source: Source) -> bytes:
    """The first HEAD_BYTES after unpacking."""
    try:
        with source.open() as raw:
            return _unpacked(raw, source).read(HEAD_BYTES)
    except (OSError, EOFError, zlib.error) as error:
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
        text = io.TextIOWrapper(_unpacked(raw, source), encoding=encoding, newline="\n")
        number = 0
        try:
            while line := text.readline(MAX_LINE_CHARS):
                number += 1
                if len(line) == MAX_LINE_CHARS and not line.endswith("\n"):
                    raise _too_long(source, number)
                yield Line(number, line, raw.tell())
        except UnicodeDecodeError as error:
            raise _not_utf8(source, number + 1) from error
        except (OSError, EOFError, zlib.error) as error:
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
        stream, rest = _unpacked(raw, source), b""
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
    return TraceError(
        "bad-json",
        f"{source.name} is a broken gzip file.",
        str(error),
        where=Where(file=source.name),
        hint="Download it again; the file may be cut off.",
    )
