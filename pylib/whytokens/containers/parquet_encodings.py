"""Encodings of Parquet's pages, and Snappy.

Spec: parquet.apache.org/docs/file-format/data-pages/encodings; google/snappy, format_description.txt.
"""

from __future__ import annotations

import struct
from typing import Any

from whytokens.containers.thrift import Reader

FIXED = {1: ("i", 4), 2: ("q", 8), 4: ("f", 4), 5: ("d", 8)}
JULIAN_EPOCH = 2_440_588
DAY_NS = 86_400 * 10**9


def plain(data: bytes, kind: int | None, length: int, count: int) -> list[Any]:
    """Values one after another."""
    if kind in FIXED:
        letter, size = FIXED[kind]
        return list(struct.unpack_from(f"<{count}{letter}", data[: count * size]))
    if kind == 0:
        return [bool(data[i >> 3] >> (i & 7) & 1) for i in range(count)]
    if kind == 3:  # INT96: nanoseconds of a day, and the day
        pairs = [struct.unpack_from("<qI", data, 12 * i) for i in range(count)]
        return [(day - JULIAN_EPOCH) * DAY_NS + ns for ns, day in pairs]
    if kind == 7:
        return [data[i * length : (i + 1) * length] for i in range(count)]
    found, at = list[Any](), 0
    for _ in range(count):
        size = struct.unpack_from("<I", data, at)[0]
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def hybrid(data: bytes, at: int, end: int, width: int, count: int) -> list[int]:
    """Runs and bit-packed groups."""
    if width == 0:
        return [0] * count
    reader, found = Reader(data, at), list[int]()
    size = (width + 7) // 8
    while len(found) < count and reader.at < end:
        head = reader.varint()
        if head & 1:
            groups = head >> 1
            packed = data[reader.at : reader.at + groups * width]
            reader.at += groups * width
            bits, mask = int.from_bytes(packed, "little"), (1 << width) - 1
            for _ in range(min(groups * 8, count - len(found))):
                found.append(bits & mask)
                bits >>= width
        else:
            value = int.from_bytes(data[reader.at : reader.at + size], "little")
            reader.at += size
            found += [value] * min(head >> 1, count - len(found))
    if len(found) < count:
        raise ValueError("a page ends too early")
    return found


def delta_ints(data: bytes, count: int) -> list[int]:
    """DELTA_BINARY_PACKED."""
    return _deltas(Reader(data, 0))[:count]


def _deltas(reader: Reader) -> list[int]:
    block, minis, total = reader.varint(), reader.varint(), reader.varint()
    found = [reader.zigzag()]
    per = block // max(minis, 1)
    while len(found) < total:
        least = reader.zigzag()
        widths = reader.data[reader.at : reader.at + minis]
        reader.at += minis
        for width in widths:
            if len(found) >= total:
                break
            size = per * width // 8
            bits = int.from_bytes(reader.data[reader.at : reader.at + size], "little")
            reader.at += size
            mask = (1 << width) - 1
            for _ in range(min(per, total - len(found))):
                found.append(found[-1] + least + (bits & mask))
                bits >>= width
    return found[:total]


def delta_lengths(data: bytes, count: int) -> list[bytes]:
    """DELTA_LENGTH_BYTE_ARRAY."""
    reader = Reader(data, 0)
    sizes, found = _deltas(reader), list[bytes]()
    at = reader.at
    for size in sizes[:count]:
        found.append(data[at : at + size])
        at += size
    return found


def delta_bytes(data: bytes, count: int) -> list[bytes]:
    """DELTA_BYTE_ARRAY: each value begins as the one before it."""
    reader = Reader(data, 0)
    shared = _deltas(reader)
    rests, found = delta_lengths(data[reader.at :], count), list[bytes]()
    for keep, rest in zip(shared, rests, strict=False):
        found.append((found[-1][:keep] if found else b"") + rest)
    return found


def unsnappied(data: bytes) -> bytes:
    """Snappy's raw format."""
    reader, found = Reader(data, 0), bytearray()
    size = reader.varint()
    at = reader.at
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            length = tag >> 2
            if length >= 60:
                extra = length - 59
                length = int.from_bytes(data[at : at + extra], "little")
                at += extra
            found += data[at : at + length + 1]
            at += length + 1
            continue
        if tag & 3 == 1:
            length, offset = (tag >> 2 & 7) + 4, (tag >> 5) << 8 | data[at]
            at += 1
        else:
            wide = 2 if tag & 3 == 2 else 4
            length, offset = (tag >> 2) + 1, int.from_bytes(data[at : at + wide], "little")
            at += wide
        if not 0 < offset <= len(found):
            raise ValueError("Snappy refers to what is not there")
        start = len(found) - offset
        if offset >= length:
            found += found[start : start + length]
        else:  # overlapping: the piece repeats itself
            piece = bytes(found[start:])
            found += (piece * (length // offset + 1))[:length]
    if len(found) != size:
        raise ValueError("Snappy's length does not fit")
    return bytes(found)
