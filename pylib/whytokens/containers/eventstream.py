"""Amazon's event stream: the frames of a streamed Bedrock answer as JSON events.

Spec: smithy.io, "Amazon Event Stream" (prelude of 12 bytes, headers, payload, checksum). InvokeModel wraps
each event in base64 under "bytes"; Converse names it in the header ":event-type".
"""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Any

from whytokens.nesting import loads

PRELUDE, CHECKSUM = 12, 4
STRING = 7  # the type of header that every event carries
FIXED = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}


def is_stream(data: bytes) -> bool:
    """Do the lengths of the first frame fit?"""
    if len(data) < PRELUDE + CHECKSUM:
        return False
    total, headers = struct.unpack(">II", data[:8])
    return bool(PRELUDE + CHECKSUM + headers <= total <= len(data) and total < 2**24)


def events(data: bytes) -> list[Any]:
    """Every event that can be read; the stream may be cut."""
    found: list[Any] = []
    while is_stream(data):
        total, size = struct.unpack(">II", data[:8])
        headers = _headers(data[PRELUDE : PRELUDE + size])
        payload = data[PRELUDE + size : total - CHECKSUM]
        data = data[total:]
        try:
            value = loads(payload.decode("utf-8", "replace") or "{}")
            if isinstance(value, dict) and isinstance(value.get("bytes"), str):
                value = loads(base64.b64decode(value["bytes"]).decode("utf-8", "replace"))
        except (ValueError, binascii.Error):
            continue
        kind = headers.get(":event-type")
        found.append(value if kind in (None, "chunk") else {kind: value})
    return found


def _headers(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at + 2 < len(data):
        end = at + 1 + data[at]
        name, kind = (
            data[at + 1 : end].decode("utf-8", "replace"),
            data[end] if end < len(data) else -1,
        )
        at = end + 1
        if kind in (6, STRING) and at + 2 <= len(data):
            size = int(struct.unpack(">H", data[at : at + 2])[0])
            found[name] = data[at + 2 : at + 2 + size].decode("utf-8", "replace")
            at += 2 + size
        elif kind in FIXED:
            at += FIXED[kind]
        else:
            break
    return found
