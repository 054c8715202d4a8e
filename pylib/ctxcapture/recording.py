"""A request body and its response to a file, for programs that hold both: no hooks, no settings."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any


def record(
    path: str | os.PathLike[str],
    request: Mapping[str, Any],
    response: Mapping[str, Any] | None = None,
    **tags: str,
) -> None:
    """Append one call to a JSONL log: the request body as sent and the response body as received.

    `tags` are words such as ``session="a1"`` or ``feature="search"``. One line is one write, so
    several processes may append to one file, and a crash loses at most its own last line. Raises
    OSError when the file cannot be written and TypeError when a body is not JSON.
    """
    import time

    line = {"timestamp": time.time(), "request": request, **tags}
    if response is not None:
        line["response"] = response
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
    target = os.open(os.fspath(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(target, data)
    finally:
        os.close(target)
