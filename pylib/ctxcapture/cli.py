"""The command `ctxcapture`: joins a request body and a response body, in files, to a line of a log."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ctxcapture import __version__, record


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 a file is no JSON object, 2 usage."""
    parser = argparse.ArgumentParser(prog="ctxcapture", description="Write logs for whytokens.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("request", type=Path, help="the request body, a JSON file")
    parser.add_argument("response", type=Path, nargs="?", help="the response body, a JSON file")
    parser.add_argument("--to", type=Path, required=True, help="the JSONL log to append to")
    options = parser.parse_args(arguments)
    try:
        response = _body(options.response) if options.response else None
        record(options.to, _body(options.request), response)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"ctxcapture: {error}\n")
        return 1
    return 0


def _body(path: Path) -> dict[str, Any]:
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError(f"{path} is JSON, but no object")
    return value
