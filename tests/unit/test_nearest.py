"""What is said of a file that no importer takes."""

from __future__ import annotations

import io
import json

import pytest

from whytokens import registry
from whytokens.containers import Source
from whytokens.errors import TraceError
from whytokens.pipeline import run


def refused(value: object) -> TraceError:
    data = json.dumps(value).encode()
    with pytest.raises(TraceError) as caught:
        run([Source(name="x.json", size_bytes=len(data), open=lambda: io.BytesIO(data))])
    assert caught.value.code == "unknown-format"
    return caught.value


def test_the_nearest_format_is_named_with_what_is_missing() -> None:
    line = {"uuid": "1", "parentUuid": None, "sessionId": "s", "isSidechain": False}
    hint = refused(line).hint or ""
    assert "Claude Code session" in hint
    assert "requestId" in hint


def test_counters_without_text_are_told_so() -> None:
    assert "content was not captured" in (refused({"rows": [{"tokens": 5}]}).hint or "")


def test_every_importer_says_how_to_get_its_files() -> None:
    for importer in registry.IMPORTERS:
        guide = importer.guide
        assert guide.what and guide.steps and guide.example, importer.key
        assert all(step.endswith((".", "…")) for step in guide.steps), importer.key
