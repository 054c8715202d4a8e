"""Pasted commands and Python, tables, Parquet: small inline texts in every shape."""

from __future__ import annotations

import io
import json
import struct

import pytest

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, csv_rows, parquet, shell
from whytokens.containers.documents import documents
from whytokens.containers.parquet_encodings import delta_ints, hybrid, unsnappied
from whytokens.errors import TraceError
from whytokens.importers.pasted_command import requests
from whytokens.opened import Opened
from whytokens.pipeline import run

BODY = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "It's \"5\" o'clock\n\tin Zürich 😀"}],
}
TEXT = json.dumps(BODY)
URL = "https://api.openai.com/v1/chat/completions"


def memory(data: bytes | str, name: str = "x") -> Source:
    raw = data.encode() if isinstance(data, str) else data
    return Source(name=name, size_bytes=len(raw), open=lambda: io.BytesIO(raw))


def opened(text: bytes | str) -> Opened:
    return run([memory(text)])


def _cmd(text: str) -> str:
    """Chrome's own rule for cmd."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '^"'
        + "".join(c if c.isalnum() or c in " _-:=+~'/.,?;()*`" else "^" + c for c in text).replace(
            "^\\", "\\"
        )
        + '^"'
    )


ANSI = TEXT.replace("\\", "\\\\").replace("'", "\\u0027")
SHAPES = {
    "single": f"curl {URL} -H 'content-type: application/json' -d '{TEXT.replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}'",
    "ansi": f"curl '{URL}' \\\n  -H 'accept: */*' \\\n  --data-raw $'{ANSI}' \\\n  --compressed",
    "double": f'curl -X POST --url {URL} --data "{TEXT.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"',
    "json option": f"curl --json='{TEXT.replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}' {URL}",
    "heredoc": f"curl {URL} -H \"x-key: $KEY\" -d @- <<'EOF'\n{TEXT}\nEOF\n",
    "pipe": f"echo '{TEXT.replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}' | curl {URL} -d @-",
    "cmd": f"curl ^\"{URL}^\" ^\n  -H ^\"content-type: application/json^\" ^\n  --data-raw {_cmd(TEXT)}",
    "powershell": f"Invoke-WebRequest -UseBasicParsing -Uri \"{URL}\" `\n-Method \"POST\" `\n-Body '{TEXT.replace(chr(39), chr(39) * 2)}'",
    "powershell variable": f"$body = @'\n{TEXT}\n'@\nInvoke-RestMethod -Uri {URL} -Body $body",
    "fetch": f'fetch("{URL}", {{"method": "POST", "body": {json.dumps(TEXT)}}});',
    "wget": f"wget -qO- --post-data='{TEXT.replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}' {URL}",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_a_command_gives_the_body(shape: str) -> None:
    [(url, body, _)] = requests(SHAPES[shape])
    assert url == URL
    assert json.loads(body or "") == BODY
    found = opened(SHAPES[shape])
    assert found.trace.importer == "Pasted command"
    assert found.trace.calls[0].model == "gpt-4o-mini"


def test_a_body_in_another_file_is_named() -> None:
    with pytest.raises(TraceError) as caught:
        opened(f"curl {URL} -d @body.json")
    assert caught.value.code == "no-calls"


PYTHON = {
    "keywords": f"client.chat.completions.create(model='gpt-4o-mini', messages={BODY['messages']!r})",
    "dict": repr(BODY),
    "variables": f"m = {BODY['messages']!r}\nkw = dict(model='gpt-4o-mini')\nr = client.chat.completions.create(messages=m, **kw)\nprint(r)",
    "objects": "client.responses.create(model='gpt-4o-mini', input=[EasyInputMessage(role=<Role.USER: 'user'>, content='a' 'b')])",
    "reply": "ChatCompletion(id='c1', choices=[Choice(finish_reason='stop', index=0, message=ChatCompletionMessage(content='Hi', role='assistant'))], created=1767261600, model='gpt-4o-mini', object='chat.completion', usage=CompletionUsage(completion_tokens=2, prompt_tokens=9, total_tokens=11))",
    "f-string": "name = 'Ada'\nclient.messages.create(model='claude-sonnet-4-5', max_tokens=9, system=f'Help {name} with {topic}', messages=[{'role': 'user', 'content': 'Hi'}])",
}


@pytest.mark.parametrize("shape", PYTHON)
def test_every_shape_of_python_gives_one_call(shape: str) -> None:
    found = opened(PYTHON[shape])
    assert found.trace.importer == "Pasted Python"
    assert len(found.trace.calls) == 1
    texts = {segment.text for segment in found.trace.segments}
    expected = {"f-string": "Help Ada with {topic}", "objects": "ab", "reply": "Hi"}
    assert expected.get(shape, str(BODY["messages"][0]["content"])) in texts  # type: ignore[index]


def test_python_is_never_run() -> None:
    found = opened(
        "client.chat.completions.create(model='m', messages=[{'role': 'user', 'content': open('/etc/passwd').read()}])"
    )
    assert all("root" not in (segment.text or "") for segment in found.trace.segments)


def test_csv_of_excel_and_cells_of_every_kind() -> None:
    text = 'model,input_tokens,output_tokens,meta\n"gpt-4o-mini",10,2,"{\'a\': [1, None]}"\n\nx,"007",1.5,"[""q""]"\n'
    rows = [
        document.value for document in documents(memory(text.encode("utf-16")), TraceBuilder("t"))
    ]
    assert rows == [
        {"model": "gpt-4o-mini", "input_tokens": 10, "output_tokens": 2, "meta": {"a": [1, None]}},
        {"model": "x", "input_tokens": "007", "output_tokens": 1.5, "meta": ["q"]},
    ]
    assert csv_rows.delimiter('{"a": 1, "b": 2}') is None
    assert csv_rows.delimiter("one word") is None
    assert csv_rows.delimiter("a;b;c\n") == ";"


def test_encodings_of_parquet() -> None:
    assert hybrid(bytes([0b00000011, 0b10001000, 0b11000110, 0b11111010]), 0, 4, 3, 8) == list(
        range(8)
    )
    assert hybrid(bytes([10, 7]), 0, 2, 3, 5) == [7] * 5
    assert unsnappied(bytes([9, 8]) + b"abc" + bytes([(6 - 4) << 2 | 1, 3])) == b"abcabcabc"
    assert delta_ints(bytes([0x80, 1, 4, 3, 14, 2, 0, 0, 0, 0]), 3) == [7, 8, 9]
    with pytest.raises(ValueError, match="too early"):
        hybrid(b"", 0, 0, 3, 5)


@pytest.mark.parametrize(
    "data", [b"PAR1", b"PAR1" + b"\x00" * 40 + b"PAR1", b"PAR1" + struct.pack("<I", 99) + b"PAR1"]
)
def test_broken_parquet_ends_in_an_error_with_the_conversion(data: bytes) -> None:
    with pytest.raises(TraceError) as caught:
        list(parquet.rows(memory(data)))
    assert caught.value.code == "broken-file"
    assert "read_parquet" in (caught.value.hint or "")


def test_words_of_a_shell_never_hang() -> None:
    for text in ("curl '", 'curl "\\', "curl $'\\", "curl <<EOF\nx", "curl @'\n", "\\"):
        list(shell.words(text))
        shell.powershell(text)
        shell.cmd(text)
