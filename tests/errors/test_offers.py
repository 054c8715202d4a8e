"""What the page offers to do about an error or a warning, and what comes of it; through the seam."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from whytokens import worker
from whytokens.containers import salvage
from whytokens.containers.documents import MAX_DOCUMENT_CHARS
from whytokens.worker import handle

FIXTURES = Path(__file__).parent.parent / "fixtures"


def opened(path: Path, options: dict[str, str] | None = None) -> dict[str, Any]:
    """The last message of opening a file."""
    slot = {"name": path.name, "path": str(path)}
    request = {"v": 1, "id": 1, "op": "open", "files": [slot], "options": options or {}}
    messages = [json.loads(text) for text in handle(json.dumps(request))]
    return messages[-1]


def frames(message: dict[str, Any]) -> str:
    return json.dumps(message["value"]["merged"]["strings"], ensure_ascii=False)


def test_bytes_that_are_no_text_are_read_around_and_named() -> None:
    found = opened(FIXTURES / "openai_chat" / "no-utf8" / "run.jsonl")
    value = found["value"]
    assert value["totals"]["calls"] == 3
    (warning,) = [one for one in value["warnings"] if one["code"] == "not-utf8"]
    assert warning["title"] == "Lines 2, 3: 3 bytes are not UTF-8, read as \ufffd."
    assert warning["offer"] == {"label": "Read as Latin-1", "options": {"encoding": "latin-1"}}
    assert (warning["file"], warning["line"]) == ("run.jsonl", 2)


def test_they_are_latin_1_when_asked_and_the_rest_stays_what_it_was(tmp_path: Path) -> None:
    path = FIXTURES / "openai_chat" / "no-utf8" / "run.jsonl"
    (offer,) = [one["offer"] for one in opened(path)["value"]["warnings"] if "offer" in one]
    again = opened(path, offer["options"])
    (warning,) = [one for one in again["value"]["warnings"] if one["code"] == "not-utf8"]
    assert warning["title"].endswith("read as Latin-1.")
    assert "offer" not in warning
    texts = {json.loads(one)["value"]["text"] for one in _texts(again)}
    assert {"Viele Grüße", "Schön, für alle"} <= texts


def _texts(message: dict[str, Any]) -> list[str]:
    """Every text of the opened trace, as the page asks for them."""
    segments = sorted({n for n in message["value"]["merged"]["segment"] if n >= 0})
    return [
        list(handle(json.dumps({"v": 1, "id": 2, "op": "text", "segment": number})))[-1]
        for number in segments
    ]


def test_what_comes_before_a_break_opens_when_asked() -> None:
    path = FIXTURES / "errors" / "bad-json.entries" / "run.json"
    error = opened(path)["error"]
    assert error["offer"] == {"label": "Open those 2", "options": {"before_break": "1"}}
    value = opened(path, error["offer"]["options"])["value"]
    assert value["totals"]["calls"] == 2
    (warning,) = [one for one in value["warnings"] if one["code"] == "partial"]
    assert warning["title"].startswith("Only what comes before line 4 was read (2 entries): ")


@pytest.mark.parametrize(
    ("text", "kept", "entries"),
    [
        ('[{"a": 1}, {"b": 2}, {"c"', '[{"a": 1}, {"b": 2}]', 2),
        ('{"log": {"pages": [], "entries": [{"x": [1]}, {"y', '{"log": {"pages": [], "entries": [{"x": [1]}]}}', 1),
        ('[{"a": "]}"} {"b": 2}]', '[{"a": "]}"}]', 1),
        ('[[{"a": 1}], [{"b": 2}', '[[{"a": 1}]]', 1),
    ],
)  # fmt: skip
def test_whole_entries_of_the_outermost_list(text: str, kept: str, entries: int) -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads(text)
    assert salvage.before(text, caught.value.pos) == (kept, entries)
    json.loads(kept)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[", '[{"a": 1', "nonsense", '{"model": "m", "messages": [{"role": "user"}, {"ro', "]]"],
)  # fmt: skip
def test_half_a_request_is_none(text: str) -> None:
    assert salvage.before(text, len(text)) is None


def test_the_first_part_of_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    line = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x " * 300_000}]}
    path.write_text("".join(json.dumps(line) + "\n" for _ in range(6)))
    value = opened(path, {"first_mb": "1"})["value"]
    assert value["totals"]["calls"] < 6
    (warning,) = [one for one in value["warnings"] if one["code"] == "partial"]
    assert warning["title"].startswith("Only the first 1 MB were read, to line ")


def test_a_document_that_is_too_large_opens_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.json"
    call = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x " * 100_000}]}
    path.write_text(json.dumps([call] * 12, indent=1))
    monkeypatch.setattr("whytokens.containers.documents.MAX_DOCUMENT_CHARS", 2_000_000)
    error = opened(path)["error"]
    assert (error["code"], error["offer"]["options"]) == ("too-large", {"first_mb": "250"})
    assert error["offer"]["label"] == "Open the first 250 MB"
    assert MAX_DOCUMENT_CHARS > 250 * 10**6
    value = opened(path, {"first_mb": "1"})["value"]
    assert 0 < value["totals"]["calls"] < 12


def test_out_of_memory_names_the_line_and_offers_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.jsonl"
    line = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]})
    path.write_text(f"{line}\n" * 5000)
    monkeypatch.setattr("whytokens.steps.SLICE_MS", 0)
    monkeypatch.setattr(worker, "FIRST_MB", 0)

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("whytokens.pipeline.Lanes", full)
    error = opened(path)["error"]
    assert error["code"] == "out-of-memory"
    assert error["title"] == "The tab ran out of memory at line 5,000 of run.jsonl."
    assert error["hint"] == "Try fewer calls: head -n 2500 run.jsonl"
    assert error["offer"] == {"label": "Open the first 0 MB", "options": {"first_mb": "0"}}
