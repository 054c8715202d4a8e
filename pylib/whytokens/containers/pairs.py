"""Request and response in two files of one name ("x-request.json", "x-response.json"), joined.

The joined source reads as one exchange in the request's name.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from whytokens.containers import Source

NAMES = re.compile(r"^(.*?)(request|response)(\.json)$", re.IGNORECASE)
# Bodies of one call; bigger files are logs and stand for themselves.
MAX_BYTES = 64 * 2**20


def join(sources: Sequence[Source]) -> list[Source]:
    """The sources with such pairs as one; everything else as it was."""
    found: dict[tuple[str, str], Source] = {}
    rest: list[Source] = []
    for source in sources:
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


def _pair(request: Source, response: Source) -> Source:
    with request.open() as one, response.open() as two:
        parts = (b'{"request":', one.read(), b',"response":', two.read(), b"}")
    data = b"".join(part.removeprefix(b"\xef\xbb\xbf") for part in parts)
    return Source(name=request.name, size_bytes=len(data), open=lambda: io.BytesIO(data))
