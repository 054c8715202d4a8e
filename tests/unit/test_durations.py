"""Durations from hand-made headers."""

from __future__ import annotations

import base64
import struct

import pytest

from rendered import estimate
from whytokens.importers.durations import duration_ms

WAV = (
    b"RIFF\0\0\0\0WAVEfmt "
    + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16_000, 2, 16)
    + b"data"
    + struct.pack("<I", 16_000)
    + b"\0" * 16_000
)
MOVIE = b"\0\0\0\x18ftypisom" + b"\0" * 12 + b"\0\0\0\x6cmoov\0\0\0\x64mvhd"
MOVIE_0 = MOVIE + b"\0" * 12 + struct.pack(">II", 1000, 5500)
MOVIE_1 = MOVIE + b"\1" + b"\0" * 19 + struct.pack(">IQ", 600, 6600)
# MPEG 1 layer III, 128 kbit/s, 44.1 kHz; MPEG 2 layer III, 48 kbit/s, 24 kHz.
MP3 = b"ID3\x04\0\0\0\0\0\x02\0\0" + b"\xff\xfb\x90\x00" + b"\0" * 15_996
MP3_LOW = b"\xff\xf3\x64\x00" + b"\0" * 5996
XING = b"\xff\xfb\x90\x00" + b"\0" * 32 + b"Xing\0\0\0\x01" + struct.pack(">I", 100)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (WAV, 1000),
        (MOVIE_0, 5500),
        (MOVIE_1, 11_000),
        (MP3, 1000),
        (MP3_LOW, 1000),
        (XING, 100 * 1152 * 1000 // 44_100),
        (b"", None),
        (b"RIFF\0\0\0\0WAVEdata\1\0\0\0", None),
        (b"ID3" + b"\xff" * 40, None),
        (b"\0" * 900, None),
    ],
)
def test_durations(raw: bytes, expected: int | None) -> None:
    assert duration_ms(raw, len(raw)) == expected


def test_gemini_bills_sound_by_the_second() -> None:
    data = base64.b64encode(WAV).decode()
    part = {"inlineData": {"mimeType": "audio/wav", "data": data}}
    for model, frames, rate in (("gemini-2.0-flash", 0, 25), ("gemini-2.5-pro", 1, 32)):
        body = {"model": model, "contents": [{"role": "user", "parts": [part]}]}
        assert estimate("gemini.generate", body) == frames + rate
