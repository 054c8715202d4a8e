"""Files that are one thing: request and response ("x-request.json", "x-response.json"), a database
and its write-ahead log.

A joined request and response read as one exchange in the request's name.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace

from whytokens.containers import Source
from whytokens.containers.database import SHM_SUFFIX, WAL_SUFFIX, is_database, is_wal
from whytokens.containers.decode import head_bytes
from whytokens.errors import TraceError
from whytokens.nesting import loads

NAMES = re.compile(
    r"^(.*?)(request|response)(?:\.\w+)?\.(?:json|jsonl|ndjson|sse|txt)$", re.IGNORECASE
)
# Bodies of one call; bigger files are logs and stand for themselves.
MAX_BYTES = 64 * 2**20


def join(sources: Sequence[Source]) -> list[Source]:
    """The sources with such pairs as one; everything else as it was."""
    found: dict[tuple[str, str], Source] = {}
    rest: list[Source] = []
    for source in _databases(sources):
        match = NAMES.match(source.name)
        if match and source.size_bytes <= MAX_BYTES:
            found[(match[1], match[2].lower())] = source
        else:
            rest.append(source)
    for (stem, kind), source in found.items():
        other = found.get((stem, "response" if kind == "request" else "request"))
        if other is None:
            rest.append(source)
        elif kind == "request":
            rest.append(_pair(source, other))
    return rest


def _databases(sources: Sequence[Source]) -> list[Source]:
    """Databases with their logs beside them, told by name, or by being the only two."""
    starts = [_start(source) for source in sources]
    logs = [s for s, start in zip(sources, starts, strict=True) if is_wal(start)]
    if not logs:
        return list(sources)
    owners = [s for s, start in zip(sources, starts, strict=True) if is_database(start)]
    found = []
    for source in sources:
        own = [log for log in logs if log.name == source.name + WAL_SUFFIX]
        if source in owners and not own and len(owners) == len(logs) == 1:
            own = logs
        if source not in logs and not source.name.endswith(SHM_SUFFIX):
            found.append(replace(source, beside=tuple(own)))
    return found


def _start(source: Source) -> bytes:
    try:
        return head_bytes(source)[:16]
    except TraceError:
        return b""


def _pair(request: Source, response: Source) -> Source:
    with request.open() as one, response.open() as two:
        parts = (b'{"request":', _value(one.read()), b',"response":', _value(two.read()), b"}")
    data = b"".join(parts)
    return Source(
        name=request.name, size_bytes=len(data), open=lambda: io.BytesIO(data),
        reading=request.reading,
    )  # fmt: skip


def _value(data: bytes) -> bytes:
    """A body as JSON: a streamed response is no JSON document but its transcript, a text."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        loads(data.decode("utf-8", "replace"))
    except ValueError:
        return json.dumps(data.decode("utf-8", "replace")).encode()
    return data
