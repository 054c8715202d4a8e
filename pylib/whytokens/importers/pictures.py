"""Media out of base64: kind, real size in pixels, never the data itself.

Headers by their specifications: PNG (ISO 15948), GIF89a, JPEG (T.81 SOF markers), WebP (RFC 9649).
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

from whytokens.importers import durations
from whytokens.model import Media

# Enough for a JPEG's application segments before its size.
HEADER_CHARS = 400_000
DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=.-]+)*;base64,", re.IGNORECASE)
REFERENCE = "ctxcapture:"
PDF = "application/pdf"
MEDIA_BOX = re.compile(rb"/MediaBox\s*\[\s*([-\d.]+)\s+([-\d.]+)\s+([-\d.]+)\s+([-\d.]+)")
PACKED = re.compile(rb"/ObjStm\b(?:(?!endobj|stream).){0,400}stream\r?\n", re.DOTALL)
MAX_OBJECTS_BYTES = 16 * 2**20
PAGE = re.compile(rb"/Type\s*/Page(?![s\w])")


def media(data: str | None, mime: str | None, detail: str | None = None) -> Media:
    """What a base64 text holds, or a reference to one. A URL to elsewhere has no size."""
    mime = mime or "application/octet-stream"
    kind = mime.split("/")[0]
    if data and data.startswith(REFERENCE):
        return _referred(data, kind, mime, detail)
    if mime == PDF:
        return _document(data or "")
    raw = _raw(data or "")
    size = _size(raw) if kind == "image" else None
    return Media(
        kind=kind if kind in ("image", "audio", "video") else "document",  # type: ignore[arg-type]
        mime=mime,
        size_bytes=len(data or "") * 3 // 4,
        width=size[0] if size else None,
        height=size[1] if size else None,
        duration_ms=durations.duration_ms(raw, len(data or "") * 3 // 4)
        if kind in ("audio", "video")
        else None,
        detail=detail,
    )


def _document(data: str) -> Media:
    """A PDF's pages by their objects, those in packed ones too (ISO 32000-1, 7.5.7); its text is read later."""
    raw = _raw(data, None)
    objects = b"\n".join([raw, *_packed_objects(raw)])
    size = _page_size(objects)
    return Media(
        kind="document",
        mime=PDF,
        size_bytes=len(data) * 3 // 4,
        width=size[0] if size else None,
        height=size[1] if size else None,
        pages=len(PAGE.findall(objects)) or None,
        data=data or None,
    )


def _packed_objects(raw: bytes) -> Iterator[bytes]:
    for match in PACKED.finditer(raw):
        unpacker = zlib.decompressobj()
        with suppress(zlib.error):
            yield unpacker.decompress(raw[match.end() :], MAX_OBJECTS_BYTES)


def _referred(data: str, kind: str, mime: str, detail: str | None) -> Media:
    """Media whose data a log left out: ctxcapture writes down what a provider bills by."""
    words = (part.partition("=") for part in data.removeprefix(REFERENCE).split(";"))
    said = {key: int(value) for key, _, value in words if value.isdigit() and len(value) < 16}
    return Media(
        kind=kind if kind in ("image", "audio", "video") else "document",  # type: ignore[arg-type]
        mime=mime,
        size_bytes=said.get("bytes", 0),
        width=said.get("width") or None,
        height=said.get("height") or None,
        pages=said.get("pages") or None,
        detail=detail,
    )


def text(data: str | None) -> str | None:
    """A text file out of base64; None when it is neither."""
    try:
        return base64.b64decode("".join((data or "").split())).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def from_url(url: str, detail: str | None = None) -> Media:
    """A data URL's content, or an image that is not in the file."""
    match = DATA_URL.match(url)
    if not match:
        return Media(kind="image", detail=detail)
    return media(url[match.end() :], match[1], detail)


def _raw(data: str, chars: int | None = HEADER_CHARS) -> bytes:
    head = "".join(data[:chars].split())
    try:
        return base64.b64decode(head[: len(head) // 4 * 4], validate=False)
    except (binascii.Error, ValueError):
        return b""


def _size(raw: bytes) -> tuple[int, int] | None:
    try:
        if raw.startswith(b"\x89PNG\r\n\x1a\n"):
            found: tuple[int, int] | None = struct.unpack(">II", raw[16:24])
        elif raw[:6] in (b"GIF87a", b"GIF89a"):
            found = struct.unpack("<HH", raw[6:10])
        elif raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
            found = _webp(raw)
        else:
            found = _jpeg(raw) if raw[:2] == b"\xff\xd8" else None
    except (struct.error, IndexError):
        return None
    return found if found and found[0] and found[1] else None


def _page_size(raw: bytes) -> tuple[int, int] | None:
    """Points of a PDF's first page (ISO 32000-1, 14.11.2), where it is not in a packed object."""
    match = MEDIA_BOX.search(raw)
    if not match:
        return None
    try:
        left, bottom, right, top = (float(number) for number in match.groups())
    except ValueError:
        return None
    size = round(right - left), round(top - bottom)
    return size if min(size) > 0 else None


def _webp(raw: bytes) -> tuple[int, int] | None:
    kind = raw[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(raw[24:27], "little") + 1
        return width, int.from_bytes(raw[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(raw[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", raw[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(raw: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(raw):
        if raw[at] != 0xFF:
            return None
        marker = raw[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", raw[at + 2 : at + 4])[0])
    return None
