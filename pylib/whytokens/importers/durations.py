"""How long a recording lasts, from its header: WAV, MP3, MP4 and QuickTime.

Spec: RIFF WAVE (fmt and data chunks); MPEG audio frame header (ISO 11172-3, 2.4.2.3) at a constant bit
rate, or the frame count of its Xing header; ISO base media (ISO 14496-12, 8.2.2 "mvhd").
"""

from __future__ import annotations

import struct

# Kilobits per second of layer III by index: MPEG 1, then MPEG 2 and 2.5.
BIT_RATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
)
SAMPLE_RATES = (44_100, 48_000, 32_000, 0)
MPEG_1, LAYER_3 = 3, 1
# Sample rates of MPEG 2 are half of these, of 2.5 a quarter.
HALVED = {3: 0, 2: 1, 0: 2}
SAMPLES_PER_FRAME = {True: 1152, False: 576}
# Sound starts behind an ID3 tag or at once.
SCAN_BYTES = 4096
# Version 1 of the movie header has times of 8 bytes.
MOVIE_HEADER = {0: (12, ">II"), 1: (20, ">IQ")}


def duration_ms(raw: bytes, size_bytes: int) -> int | None:
    """Milliseconds; `raw` may be the beginning of a file of `size_bytes`."""
    try:
        if raw[:4] == b"RIFF" and raw[8:12] == b"WAVE":
            return _wav(raw, size_bytes)
        if raw[4:8] == b"ftyp" or b"mvhd" in raw[:SCAN_BYTES]:
            return _movie(raw)
        return _mp3(raw, size_bytes)
    except (struct.error, IndexError, ZeroDivisionError):
        return None


def _wav(raw: bytes, size_bytes: int) -> int | None:
    at, bytes_per_second = 12, 0
    while at + 8 <= len(raw):
        name, size = struct.unpack("<4sI", raw[at : at + 8])
        if name == b"fmt ":
            bytes_per_second = int(struct.unpack("<I", raw[at + 16 : at + 20])[0])
        if name == b"data":  # a streamed file says more than it holds
            return int(min(size, size_bytes - at - 8)) * 1000 // bytes_per_second
        at += 8 + size + size % 2
    return None


def _movie(raw: bytes) -> int | None:
    at = raw.find(b"mvhd")
    if at < 0:
        return None
    offset, form = MOVIE_HEADER[1 if raw[at + 4] == 1 else 0]
    scale, length = struct.unpack_from(form, raw, at + 4 + offset)
    return int(length) * 1000 // int(scale)


def _mp3(raw: bytes, size_bytes: int) -> int | None:
    start = 0
    if raw[:3] == b"ID3":
        start = 10 + sum((raw[6 + i] & 127) << (7 * (3 - i)) for i in range(4))
    for at in range(start, min(len(raw) - 4, start + SCAN_BYTES)):
        header = int.from_bytes(raw[at : at + 4], "big")
        version, layer = header >> 19 & 3, header >> 17 & 3
        if header >> 21 != 0x7FF or layer != LAYER_3 or version not in HALVED:
            continue
        new = version == MPEG_1
        rate = BIT_RATES[0 if new else 1][header >> 12 & 15]
        samples = SAMPLE_RATES[header >> 10 & 3] >> HALVED[version]
        if not rate or not samples:
            continue
        frames = _frames(raw, at)
        if frames:
            return frames * SAMPLES_PER_FRAME[new] * 1000 // samples
        return (size_bytes - at) * 8 // rate
    return None


def _frames(raw: bytes, at: int) -> int:
    """Frames by the Xing header of the first one; 0 without."""
    for mark in (b"Xing", b"Info"):
        found = raw.find(mark, at, at + 64)
        if found >= 0 and raw[found + 7] & 1:
            return int.from_bytes(raw[found + 8 : found + 12], "big")
    return 0
