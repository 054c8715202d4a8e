"""Counting a text or a request before it is sent, and the command that does it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whytokens.cli import main
from whytokens.counting import Count, count
from whytokens.errors import TraceError
from whytokens.pipeline import finished
from whytokens.tokenizers.choose import choose
from whytokens.worker import handle

FIXTURES = Path(__file__).parent.parent / "fixtures"

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


def test_the_operation_answers_as_the_page_expects() -> None:
    told = json.loads((FIXTURES / "protocol" / "count.json").read_text(encoding="utf-8"))
    messages = [json.loads(m) for m in handle(json.dumps({"v": 1, "id": 3, **told["request"]}))]
    value = messages[-1]["value"]
    assert value.pop("nusd") > 0
    assert value == told["value"]


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4", "claude-sonnet-4-5", "claude-opus-4-8", "gemini-2.5-pro", "mixtral-8x7b", "qwen3-8b", "deepseek-chat", "grok-4"])  # fmt: skip
def test_pieces_are_the_text_and_their_tokens_the_count(model: str) -> None:
    tokenizer, _ = choose(model, None)
    text = "It's (a) test:\n\n  def f(x): return 12 <b>  'quoted' -- HELLO\n\tend."
    pieces = tokenizer.pieces(text)
    assert "".join(piece for piece, _ in pieces) == text
    assert len(pieces) > 15
    if not tokenizer.key.startswith("grok"):
        # The boundary before Claude's first word is in the frame of a message without text already.
        framed = tokenizer.key in ("claude-v3", "claude-v4.7")
        assert sum(tokens for _, tokens in pieces) - framed == tokenizer.count_many([text])[0]
    odd = "naïve 🦜 東京 ''é"
    assert "".join(piece for piece, _ in tokenizer.pieces(odd)) == odd
    assert tokenizer.pieces("") == []


def test_how_sure_a_count_is_travels_with_it() -> None:
    assert counted(b"some text", "gpt-4o").band_per_mille == 0
    assert counted(b"some text", "glm-4.6").band_per_mille == 82
    assert counted(b"some text", "kimi-k2").band_per_mille is None
    assert counted(b"some text", "no-such-model").pusd is None
    assert counted(b"some text", "gpt-4o").pusd == 2 * 2_500_000


def test_the_command_takes_several_files_and_shows_pieces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("one two")
    files = [str(tmp_path / name) for name in ("a.txt", "gone", "b.txt")]
    assert main(["count", *files, "--model", "gpt-4o", "--pieces"]) == 1
    said = capsys.readouterr()
    assert "a.txt: 2 tokens" in said.out and said.out.count('" two"') == 2
    assert said.out.endswith("4 tokens together\n") and "gone" in said.err
    assert main(["count", *files[::2], "--model", "gpt-4o", "--json"]) == 0
    assert [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()] == [
        "a.txt",
        "b.txt",
    ]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps(CHAT))
    assert main(["count", str(file), "--model", "gpt-4o", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["tokens"], said["exactness"]) == (11, "exact")
    assert main(["count", str(file), "--model", "claude-sonnet-4-5"]) == 0
    assert capsys.readouterr().out.startswith("≈ ")
    assert main(["count", str(tmp_path / "gone"), "--model", "gpt-4o"]) == 1


def test_a_vocabulary_by_name_counts_a_request_as_the_text_that_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "request.json"
    file.write_bytes(b'{"messages": [{"role": "user", "content": "Hi"}]}')
    tokens = choose("gpt-4o", None)[0].count_many([file.read_text()])[0]
    assert main(["count", str(file), "--encoding", "o200k_base"]) == 0
    assert capsys.readouterr().out == f"{tokens} tokens in o200k_base\n"
    assert main(["count", str(file), "--model", "gpt-4o"]) == 0
    assert capsys.readouterr().out.startswith("8 tokens for gpt-4o (OpenAI Chat Completions")
    assert main(["count", str(file), "--encoding", "claude-v3", "--json", "--pieces"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["exactness"], said["pusd"]) == ("reconstructed", None)
    assert "".join(piece["text"] for piece in said["pieces"]) == file.read_text()


@pytest.mark.parametrize(
    "asked", [["--encoding", "o300k"], ["--encoding", "gemma3", "--model", "x"], []]
)
def test_either_a_model_or_a_vocabulary_that_there_is(asked: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["count", str(tmp_path / "x"), *asked])


def test_the_page_takes_a_vocabulary_for_a_model_where_no_model_has_its_name() -> None:
    def told(model: str) -> tuple[str, object]:
        request = {
            "v": 1,
            "id": 1,
            "op": "count",
            "text": '{"model": "m", "input": "Hi"}',
            "model": model,
        }
        value = json.loads(list(handle(json.dumps(request)))[-1])["value"]
        return value["kind"], value["nusd"]

    assert told("cl100k_base") == ("text", None)
    assert told("deepseek")[0] == told("gpt-4o")[0] == "OpenAI Responses"
