"""A log for tools that know OTLP and nothing of ours: bodies and messages as attributes of the span."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ctxcapture import messages
from ctxcapture.span import otlp


def expanded(path: Path) -> Iterator[str]:
    """Every line of a log as one OTLP/JSON line. A line that is no JSON is named and left out."""
    from whytokens.importers.shared_bodies import MEMBER, REQUEST, SharedBodies

    bodies = SharedBodies()
    for number, line in enumerate(_lines(path), 1):
        try:
            whole = json.loads(line)
        except ValueError as error:
            sys.stderr.write(f"ctxcapture: {path}, line {number} is left out: {error}\n")
            continue
        found: dict[str, Any] = {}
        bodies.restore(whole, found)
        whole.pop(MEMBER, None)
        body = found.get(REQUEST)
        if body:
            said = [(REQUEST, _json(body))]
            said += [(name, _json(value)) for name, value in messages.prompt(body) if value]
            for span in _spans(whole):
                span["attributes"] += otlp(said)
        yield _json(whole) + "\n"


def _lines(path: Path) -> Iterator[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", errors="replace") as lines:
        yield from lines


def _spans(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in whole.get("resourceSpans", []):
        for scope in resource.get("scopeSpans", []):
            yield from scope.get("spans", [])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
