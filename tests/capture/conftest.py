"""A provider, a folder for the log, and capture that is off again after each test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ctxcapture
from providers import Provider, provider


@pytest.fixture
def server() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Capture is installed and writes here."""
    folder = tmp_path / "log"
    ctxcapture.install(folder=folder)
    yield folder
    ctxcapture.uninstall()


def lines(folder: Path) -> list[dict[str, Any]]:
    """Every captured span: its attributes as plain values, and the span's own fields."""
    found = []
    for path in sorted(folder.glob("*.otlp.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            whole = json.loads(line)
            (resource,) = whole["resourceSpans"]
            (scope,) = resource["scopeSpans"]
            (span,) = scope["spans"]
            values = {one["key"]: plain(one["value"]) for one in span["attributes"]}
            values |= {
                one["key"]: plain(one["value"]) for one in resource["resource"]["attributes"]
            }
            found.append({**span, **values, **whole.get("ctxcapture", {})})
    return found


def plain(value: dict[str, Any]) -> Any:
    ((kind, inner),) = value.items()
    if kind == "arrayValue":
        return [plain(one) for one in inner["values"]]
    return int(inner) if kind == "intValue" else inner
