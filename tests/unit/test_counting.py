"""Counting a text or a request before it is sent, and the command that does it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whytokens.cli import main
from whytokens.counting import Count, count
from whytokens.errors import TraceError
from whytokens.pipeline import finished

CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello, world!"}]}


def counted(value: object, model: str) -> Count:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return finished(count(data, model))


def test_text_is_counted_as_it_stands() -> None:
    found = counted(b"Hello, world!", "gpt-4o")
    assert (found.tokens, found.exactness, found.kind) == (4, "exact", "text")
    assert counted(b"{not a request", "gpt-4o").kind == "text"


def test_a_request_is_counted_as_its_api_renders_it_for_the_model_asked() -> None:
    found = counted(CHAT, "gpt-5")
    assert found.kind == "OpenAI Chat Completions"
    assert found.tokens == 4 + 4 + 2
    assert sum(tokens for _, tokens in found.parts) == found.tokens
    assert counted(CHAT, "gpt-4o").tokens == 4 + 4 + 3


def test_a_bill_in_the_file_is_not_taken_for_the_count() -> None:
    pair = {"request": CHAT, "response": {"choices": [], "usage": {"prompt_tokens": 999}}}
    assert counted(pair, "gpt-4o").tokens == 11


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(TraceError) as caught:
        counted(b"\xff\xfe\xfa", "gpt-4o")
    assert caught.value.code == "not-utf8"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps(CHAT))
    assert main(["count", str(file), "--model", "gpt-4o", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["tokens"], said["exactness"]) == (11, "exact")
    assert main(["count", str(file), "--model", "claude-sonnet-4-5"]) == 0
    assert capsys.readouterr().out.startswith("≈ ")
    assert main(["count", str(tmp_path / "gone"), "--model", "gpt-4o"]) == 1
