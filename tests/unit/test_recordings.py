"""YAML, event streams and bodies of recorded HTTP."""

from __future__ import annotations

import base64
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, eventstream, yaml_documents
from whytokens.containers.documents import Document
from whytokens.errors import TraceError
from whytokens.importers import http
from whytokens.pipeline import run
from whytokens.worker import source

ROOT = Path(__file__).parent.parent.parent


def memory(text: str) -> Source:
    data = text.encode()
    return Source(name="x.yaml", size_bytes=len(data), open=lambda: io.BytesIO(data))


def values(text: str) -> list[object]:
    found = yaml_documents.documents(memory(text), TraceBuilder("t"))
    return [one.value for one in found if isinstance(one, Document)]


def test_yaml_with_foreign_tags_and_several_documents() -> None:
    text = "---\na: !ruby/object:VCR {b: 1}\n---\nc: !binary aGk=\nd: !!binary aG8=\n"
    assert values(text) == [{"a": {"b": 1}}, {"c": b"hi", "d": b"ho"}]


def test_a_yaml_bomb_and_broken_yaml_end_in_an_error() -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    bomb = "\n".join(lines)
    for text in (bomb, "a: [1\nb: 2\n"):
        with pytest.raises(TraceError) as caught:
            values(text)
        assert caught.value.code == "bad-json"


def test_a_character_that_yaml_does_not_know_is_named_with_its_line() -> None:
    with pytest.raises(TraceError) as caught:
        values("a: 1\nb: \x08\n")
    assert caught.value.where and caught.value.where.line == 2
    assert "#x0008" in str(caught.value) and "\n" not in str(caught.value)


def test_yaml_is_read_by_the_asset_where_nothing_is_installed() -> None:
    script = (
        "import sys, io; sys.path.insert(0, 'pylib'); sys.path.insert(0, 'tests/unit')\n"
        "from whytokens.containers import libraries, yaml_documents, Source\n"
        "from whytokens.builder import TraceBuilder\n"
        "data = b'a: [1, {b: !ruby/x c}]'\n"
        "one = Source(name='x', size_bytes=9, open=lambda: io.BytesIO(data))\n"
        "print([d.value for d in yaml_documents.documents(one, TraceBuilder('t'))])\n"
        "print(libraries.load('yaml', 'pyyaml.zip').__file__)\n"
    )
    told = subprocess.run(
        [sys.executable, "-S", "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert told[0] == "[{'a': [1, {'b': 'c'}]}]"
    assert "pyyaml.zip" in told[1]


def test_bodies_of_every_coding() -> None:
    packed = gzip.compress(b'{"a": 1}', mtime=0)
    assert http.unpacked(packed) == b'{"a": 1}'
    assert http.from_base64(base64.b64encode(packed).decode()) == packed
    assert http.from_base64(f'["{base64.b64encode(packed).decode()}"]') == packed
    assert http.from_base64(packed.hex()) == packed


def test_a_cut_event_stream_gives_what_can_be_read() -> None:
    assert eventstream.events(b"") == []
    assert eventstream.events(b"\x00\x00\x00\x10\x00\x00\x00\x00" + b"\x00" * 8) == [{}]
    assert not eventstream.is_stream(b'{"a": 1}          ')


# {"choices": [{"index": 0, "message": {"role": "assistant", "content": "The invoice was paid on Monday, in full,
# by card."}}], "model": "gpt-4o", "usage": ...} in Brotli.
BROTLI = (
    "G8sAgIzUYs0Z7gRBbDNV7jOmJdBoYrJ5sejY7DTCQDjJ26LWWqftKXx5p9fJWKnHJDP8y7wNwy+qD1URBvBLsEXymED2JkFXC/2yxfDM"
    "T+G2avK7yt8iTe6QsOL9HZ3F/x+LOPon7XZJ5gpua3s71nm70vLySU1/mlPh8ETyoAB07f8H"
)


@pytest.mark.parametrize(("coding", "named"), [("br", "Brotli"), ("x-own", "an unknown method")])
def test_a_reply_that_cannot_be_unpacked_is_named_and_its_call_stays(
    tmp_path: Path, coding: str, named: str
) -> None:
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Paid?"}]})
    entry = {
        "startedDateTime": "2026-11-20T10:00:00Z",
        "request": {
            "url": "https://api.openai.com/v1/chat/completions", "postData": {"text": body},
        },
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Encoding", "value": coding}],
            "content": {"text": BROTLI, "encoding": "base64"},
        },
    }  # fmt: skip
    path = tmp_path / "run.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry, entry]}}))
    trace = run([source({"name": "run.har", "path": str(path)})]).trace
    assert len(trace.calls) == 2
    assert all(call.usage is None for call in trace.calls)
    (warning,) = [one for one in trace.warnings if one.code == "partial"]
    assert f"packed with {named}, which cannot be unpacked here" in warning.message
    assert "Accept-Encoding: gzip" in warning.message
    assert warning.where.pointer == "/log/entries/0/request/postData/text"


def test_headers_are_found_in_any_case_and_form() -> None:
    for headers in ([{"name": "CONTENT-encoding", "value": "br"}], {"Content-Encoding": ["br"]}):
        assert http.header(headers, "content-encoding") == "br"
    assert http.header(None, "content-encoding") == ""


def cassette(*replies: tuple[dict[str, object], str]) -> str:
    """Interactions with a chat model; each reply's body fields and its Date header."""
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]})
    interactions = []
    for number, (fields, date) in enumerate(replies):
        choice = {"index": 0, "message": {"role": "assistant", "content": f"reply {number}"}}
        reply = json.dumps({"id": f"r{number}", "choices": [choice], **fields})
        interactions.append({
            "request": {"method": "POST", "uri": "https://api.openai.com/v1/chat/completions",
                        "body": body, "headers": {}},
            "response": {"body": {"string": reply}, "headers": {"Date": [date]},
                         "status": {"code": 200, "message": "OK"}},
        })  # fmt: skip
    return json.dumps({"version": 1, "interactions": interactions})


@pytest.mark.parametrize(
    ("replies", "hours"),
    [
        ([({"created": 1763042400}, ""), ({"created": 1763046000}, "")], [14, 15]),
        ([({}, "Thu, 13 Nov 2025 14:00:00 GMT"), ({"created": 1763046000}, "")], [14, 15]),
        # One reply without a time: the order in the file is all that is known.
        ([({"created": 1763046000}, ""), ({}, "")], [None, None]),
        # Scrubbed: no model had an interface then.
        ([({"created": 1234567890}, ""), ({"created": 0}, "")], [None, None]),
        ([({"created": "soon"}, "yesterday"), ({}, "Thu, 13 Foo 2025 14:00:00 GMT")], [None, None]),
    ],
)  # fmt: skip
def test_replies_say_when_they_were_made(
    replies: list[tuple[dict[str, object], str]], hours: list[int | None]
) -> None:
    calls = run([memory(cassette(*replies))]).trace.calls
    assert [call.started and call.started.hour for call in calls] == hours
    assert [call.where.pointer for call in calls] == [
        f"/interactions/{number}/request/body" for number in range(len(replies))
    ]
