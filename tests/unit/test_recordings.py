"""YAML, event streams and bodies of recorded HTTP."""

from __future__ import annotations

import base64
import gzip
import io
import subprocess
import sys
from pathlib import Path

import pytest

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, eventstream, yaml_documents
from whytokens.containers.documents import Document
from whytokens.errors import TraceError
from whytokens.importers import http

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
