"""Reading a part of a file, and reading something packed without letting it grow without bound."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# What is packed more than 400 times smaller is no log: deflate cannot pack JSON of any kind below
# 1:60, Zstandard a re-sent conversation about 1:150; a bomb of zeros is 1:1,030.
MAX_RATIO = 400
# Below this even a bomb does no harm.
HARMLESS_BYTES = 128 * 2**20
BUFFER_BYTES = 2**17
PIECE_BYTES = 2**20


class TooBig(OSError):
    """Unpacked data beyond any plausible log."""


def bomb(unpacked_bytes: int, packed_bytes: int) -> bool:
    """Is this more than a log could unpack to?"""
    return unpacked_bytes > HARMLESS_BYTES and unpacked_bytes > packed_bytes * MAX_RATIO


class _Slice(io.RawIOBase):
    """`size` bytes of a seekable file from `start` on."""

    def __init__(self, raw: BinaryIO, start: int, size: int) -> None:
        self._raw, self._start, self._size, self._at = raw, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = (0, self._at, self._size)[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        wanted = max(0, min(len(view), self._size - self._at))
        self._raw.seek(self._start + self._at)
        data = self._raw.read(wanted)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Metered(io.RawIOBase):
    """A stream that refuses to become a bomb."""

    def __init__(self, inner: BinaryIO, packed_bytes: int) -> None:
        self._inner, self._packed_bytes, self._done = inner, packed_bytes, 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._done

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        data = self._inner.read(len(view))
        view[: len(data)] = data
        self._done += len(data)
        if bomb(self._done, self._packed_bytes):
            raise TooBig(f"It unpacks to more than {MAX_RATIO} times its size.")
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


class _Inflated(io.RawIOBase):
    """A raw deflate stream (RFC 1951), as zip members are."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self._inflate, self._rest = raw, zlib.decompressobj(-zlib.MAX_WBITS), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        data = b""
        while not data and not self._inflate.eof:
            packed = self._rest or self._raw.read(BUFFER_BYTES)
            if not packed:
                raise EOFError("a member of the archive is cut off")
            data = self._inflate.decompress(packed, len(view))
            self._rest = self._inflate.unconsumed_tail
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Pieces(io.BufferedIOBase):
    """Gives large pieces to a reader that asks for small ones."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1, /) -> bytes:
        return self._inner.read(max(size, PIECE_BYTES))

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def pieces(inner: BinaryIO) -> BinaryIO:
    """The stream for `io.TextIOWrapper`, which asks for 8 kB at a time and lets no buffer help it:
    every read of a file that is mounted in the page is a question to the browser."""
    return cast(BinaryIO, _Pieces(inner))


def inflated(raw: BinaryIO) -> BinaryIO:
    return io.BufferedReader(_Inflated(raw), BUFFER_BYTES)


def part(raw: BinaryIO, start: int, size: int) -> BinaryIO:
    """A window on a file; closing it closes the file."""
    return io.BufferedReader(_Slice(raw, start, size), BUFFER_BYTES)


def metered(inner: BinaryIO, packed_bytes: int) -> BinaryIO:
    """The stream, with TooBig raised where it grows beyond any log."""
    return io.BufferedReader(_Metered(inner, packed_bytes), BUFFER_BYTES)
