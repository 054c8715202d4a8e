"""The text on the screen for every error a file can cause; WHYTOKENS_BLESS=1 rewrites error.txt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from whytokens.errors import CODES, TraceError
from whytokens.pipeline import run
from whytokens.worker import source

FIXTURES = Path(__file__).parent.parent / "fixtures" / "errors"
FOLDERS = sorted(folder for folder in FIXTURES.iterdir() if folder.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_text(folder: Path) -> None:
    files = [path for path in sorted(folder.iterdir()) if path.name != "error.txt"]
    with pytest.raises(TraceError) as caught:
        run([source({"name": path.name, "path": str(path)}) for path in files])
    error = caught.value
    assert error.code == folder.name.split(".")[0]
    assert error.code in CODES
    parts = (error.title, error.message, error.excerpt, error.hint)
    offer = f"[{error.offer['label']}]" if error.offer else None
    text = "\n".join(part for part in (*parts, offer) if part) + "\n"
    expected = folder / "error.txt"
    if os.environ.get("WHYTOKENS_BLESS"):
        expected.write_text(text, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == text


def test_a_readable_file_beside_a_broken_one_opens(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(
        '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}'
    )
    (tmp_path / "bad.json").write_text("{]")
    paths = sorted(tmp_path.iterdir())
    opened = run([source({"name": path.name, "path": str(path)}) for path in paths])
    assert len(opened.trace.calls) == 1
    assert [w.where.file for w in opened.trace.warnings] == ["bad.json"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"messages": ' + "[" * 50_000,
        '{"messages": [{"role": "user", "content": "x"}], "model": ' + "9" * 6000 + "}",
        '{"model": 5, "messages": [7, null, {"role": 3, "content": {"a": NaN}}]}',
        '{"usage": {"prompt_tokens": 1e999}, "choices": [{"message": []}]}',
        '{"type":"user","message":{"content":[[1]]},"uuid":7,"sessionId":null,"parentUuid":[]}',
        '{"request": {"messages": [{"role":"user","content":"\\ud800"}]}, "response": "data: {"}',
        '{"system": [1, {"text": 5}], "messages": [{"role": "user", "content": [{"type": []}]}]}',
        '{"model": "gpt-4o", "input": [{"type": "function_call_output", "output": {"a": [1]}}]}',
    ],
)
def test_hostile_text_is_opened_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    try:
        opened = run([source({"name": "x.json", "path": str(path)})])
    except TraceError as error:
        assert error.title
    else:
        assert opened.trace.calls
