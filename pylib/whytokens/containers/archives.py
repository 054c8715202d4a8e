"""Archives: a source in, the sources of its members out, archives inside archives too.

Zip (APPNOTE 6.3.10; Zstandard members, method 93, read by slicing, as zipfile knows them only from
Python 3.14 on), tar (POSIX.1-2001), and either inside a packed stream. Members are read when asked.
"""

from __future__ import annotations

import io
import re
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO

from whytokens.containers import Met, Source, zstd
from whytokens.containers.decode import BROKEN, bunzipped, head_bytes, is_packed, unpacked
from whytokens.containers.streams import bomb, inflated, metered, part
from whytokens.errors import TraceError
from whytokens.model import Where

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
TAR_MAGIC, TAR_AT = b"ustar", 257
METHODS: dict[int, Callable[[BinaryIO], BinaryIO]] = {
    0: lambda raw: raw,
    8: inflated,
    12: bunzipped,
    93: zstd.stream,
}
FAILURES: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, tarfile.TarError, struct.error, ValueError, *BROKEN,
)  # fmt: skip
ENCRYPTED = 0x1
MAX_DEPTH = 3
MAX_MEMBERS = 200_000
# An archive that cannot be read in place (inside another, or packed as a whole) is held in memory.
MAX_HELD_BYTES = 512 * 2**20
# What systems put into archives by themselves.
JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")


def members(source: Source, errors: list[TraceError], depth: int = 0) -> Iterator[Source]:
    """The files in a source: itself when it is no archive. What cannot be unpacked is added to
    `errors` (broken-file, too-large); the rest is given."""
    try:
        reader = _reader(head_bytes(source))
        if reader is None:
            yield source
            return
        if depth >= MAX_DEPTH:
            raise _bad(source, f"It holds archives in archives more than {MAX_DEPTH} deep.")
        held = _held(source) if depth or is_packed(source) else source
        for found in reader(held):
            yield from members(found, errors, depth + 1)
    except TraceError as error:
        errors.append(error)
    except FAILURES as error:
        errors.append(_bad(source, f"{error}.".replace("..", ".")))


def _reader(start: bytes) -> Callable[[Source], Iterator[Source]] | None:
    if start.startswith(ZIP):
        return _zip
    return _tar if start[TAR_AT : TAR_AT + len(TAR_MAGIC)] == TAR_MAGIC else None


def _held(source: Source) -> Source:
    """The source in memory: archives are read from their end."""
    with source.open() as raw:
        data = unpacked(raw, source).read(MAX_HELD_BYTES + 1)
    if len(data) > MAX_HELD_BYTES:
        raise TraceError(
            "too-large", f"{source.name} unpacks to more than {MAX_HELD_BYTES // 2**20} MB.",
            where=Where(file=source.name), hint="Unpack it and drop the folder.",
        )  # fmt: skip
    return replace(
        source, size_bytes=len(data), open=lambda: io.BytesIO(data), path=None, met=Met()
    )


def _zip(source: Source) -> Iterator[Source]:
    with source.open() as raw, zipfile.ZipFile(raw) as archive:
        found = [info for info in archive.infolist() if not info.is_dir()]
    _check(source, len(found), sum(info.file_size for info in found))
    for info in found:
        if JUNK.search(info.filename):
            continue
        if info.flag_bits & ENCRYPTED:
            raise _bad(source, "It is protected by a password.")
        yield Source(
            name=f"{source.name}/{info.filename}",
            size_bytes=info.file_size,
            open=_opener(source, info),
            reading=source.reading,
        )


def _opener(source: Source, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    """Members by slicing: a ZipFile for each would read the whole directory again."""
    unpack = METHODS.get(info.compress_type)

    def opened() -> BinaryIO:
        raw = source.open()
        if unpack is None:
            raw.close()
            raise OSError(f"method {info.compress_type} of packing is not known")
        packed = part(raw, _data_start(raw, info), info.compress_size)
        return metered(unpack(packed), info.compress_size)

    return opened


def _data_start(raw: BinaryIO, info: zipfile.ZipInfo) -> int:
    """Where a member's data begins: its local header repeats name and extra field (4.3.7)."""
    raw.seek(info.header_offset + 26)
    name_bytes, extra_bytes = struct.unpack("<HH", raw.read(4))
    return info.header_offset + 30 + int(name_bytes) + int(extra_bytes)


def _tar(source: Source) -> Iterator[Source]:
    with source.open() as raw, tarfile.open(fileobj=raw, mode="r:") as archive:
        found = [info for info in archive.getmembers() if info.isreg()]
    _check(source, len(found), 0)
    for info in found:
        if not JUNK.search(info.name):
            yield _tar_member(source, info)


def _tar_member(source: Source, info: tarfile.TarInfo) -> Source:
    return Source(
        name=f"{source.name}/{info.name.removeprefix('./')}",
        size_bytes=info.size,
        open=lambda: part(source.open(), info.offset_data, info.size),
        reading=source.reading,
    )


def _check(source: Source, count: int, unpacked_bytes: int) -> None:
    if count > MAX_MEMBERS or bomb(unpacked_bytes, source.size_bytes):
        raise TraceError(
            "too-large", f"{source.name} unpacks to {unpacked_bytes:,} bytes in {count:,} files.",
            "That is no archive of logs.", where=Where(file=source.name),
            hint="Unpack it and drop the logs alone.",
        )  # fmt: skip


def _bad(source: Source, reason: str) -> TraceError:
    return TraceError(
        "broken-file", f"{source.name} cannot be unpacked.", reason,
        where=Where(file=source.name), hint="Unpack it yourself and drop the folder.",
    )  # fmt: skip
