"""Depth of JSON, told without parsing it; and what is said of a log that goes too deep."""

from __future__ import annotations

import io
import json

import pytest

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, documents
from whytokens.containers.documents import parse
from whytokens.errors import TraceError
from whytokens.importers.values import decoded
from whytokens.nesting import MAX_DEPTH, check


def nest(depth: int) -> str:
    return '{"a": ' * depth + "1" + "}" * depth


def source(text: str, size_bytes: int | None = None) -> Source:
    data = text.encode()
    size = len(data) if size_bytes is None else size_bytes
    return Source(name="log.jsonl", size_bytes=size, open=lambda: io.BytesIO(data))


@pytest.mark.parametrize("text", [
    nest(MAX_DEPTH), "[" * MAX_DEPTH + "]" * MAX_DEPTH, json.dumps([[[]]] * 20_000),
    json.dumps({"log": "\x1b[31m" * 20_000}), json.dumps({"a": '"\\' * 9_000 + "[{" * 9_000}), "",
])  # fmt: skip
def test_what_logs_hold_is_not_too_deep(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", [
    nest(MAX_DEPTH + 1), "[" * 100_000, json.dumps({"log": "\x1b[31m" * 20_000})[:-1] + ', "a": ' + nest(2_000),
    '[""' + ", [" * 1_200,
])  # fmt: skip
def test_what_goes_deeper_is(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        check(text)


def test_deep_json_is_an_error_not_a_crash() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse(nest(100_000))
    assert decoded(nest(100_000)) == nest(100_000)


def test_a_deep_line_is_named_and_the_others_are_read() -> None:
    builder = TraceBuilder("log")
    text = f'{{"a": 1}}\n{nest(100_000)}\n{{"a": 2}}\n'
    found = list(documents.documents(source(text), builder))
    assert [document.value for document in found] == [{"a": 1}, {"a": 2}]
    warning = builder.build().warnings[0]
    assert (warning.where.line, "nested too deeply" in warning.message) == (2, True)


def test_a_document_beyond_the_limit_is_refused_before_it_is_read() -> None:
    text = json.dumps([{"model": "m", "messages": []}] * 40, indent=1)
    large = source(text, documents.MAX_DOCUMENT_CHARS + 1)
    with pytest.raises(TraceError) as caught:
        list(documents.documents(large, TraceBuilder("log")))
    assert caught.value.code == "too-large"


def test_lines_beyond_the_limit_are_read_though_the_first_is_bad() -> None:
    text = "{cut\n" + '{"a": 1}\n' * 80
    large = source(text, documents.MAX_DOCUMENT_CHARS + 1)
    assert len(list(documents.documents(large, TraceBuilder("log")))) == 80
