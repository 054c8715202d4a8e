"""Containers and importers on small inline logs."""

from __future__ import annotations

import base64
import gzip
import io
import json
import struct

import pytest

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.importers import pictures, usage
from whytokens.importers.reminders import parts
from whytokens.importers.sse import response_of
from whytokens.importers.tools import argument, tool_path
from whytokens.importers.values import as_count, as_time, as_tokens
from whytokens.model import Usage
from whytokens.pipeline import run
from whytokens.prices import Quote
from whytokens.sniff import prefix_value


def memory(data: bytes | str, name: str = "x") -> Source:
    raw = data.encode() if isinstance(data, str) else data
    return Source(name=name, size_bytes=len(raw), open=lambda: io.BytesIO(raw))


def values(data: bytes | str) -> list[object]:
    return [d.value for d in documents(memory(data), TraceBuilder("t"))]


def test_containers_are_told_by_content() -> None:
    assert values('{"a": 1}\n{"a": 2}\n') == [{"a": 1}, {"a": 2}]
    assert values('{\n "a": 1\n}\n{\n "a": 2\n}\n') == [{"a": 1}, {"a": 2}]
    assert values("\ufeff[1,\n2]") == [[1, 2]]
    assert values(gzip.compress(b'{"a": 1}\n{"a": 2}')) == [{"a": 1}, {"a": 2}]
    assert values('{"a": "ü"}'.encode("utf-16")) == [{"a": "ü"}]


def test_bad_lines_are_named_and_the_rest_is_read() -> None:
    builder = TraceBuilder("t")
    found = list(documents(memory('{"a": 1}\nnope\n{"a": 3}\n{"a": '), builder))
    assert [d.where.line for d in found] == [1, 3]
    warnings = builder.build().warnings
    assert [(w.code, w.where.line) for w in warnings] == [("partial", 2), ("partial", 4)]
    assert "the file ends inside it" in warnings[1].message


def test_a_bad_first_line_is_no_reason_to_give_up() -> None:
    assert values('garbage\n{"a": 1}\n{"a": 2}\n{"a": 3}\n') == [{"a": 1}, {"a": 2}, {"a": 3}]


def test_broken_gzip_is_an_error_and_bytes_that_are_no_text_are_marked() -> None:
    with pytest.raises(TraceError) as caught:
        values(gzip.compress(b'{"a": 1}\n' * 5000)[:-20])
    assert caught.value.code == "broken-file"
    assert values(b'{"a": 1}\n{"b": "\xff\xff x"}\n') == [{"a": 1}, {"b": "\ufffd\ufffd x"}]


def test_a_cut_head_is_closed_where_it_broke() -> None:
    whole = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x" * 500}]})
    value, partial = prefix_value(whole[:200])
    assert partial
    assert value["model"] == "m"
    assert prefix_value("no json") == (None, False)


def test_usage_becomes_disjoint_buckets() -> None:
    chat = {
        "prompt_tokens": 100,
        "completion_tokens": 9,
        "prompt_tokens_details": {"cached_tokens": 64},
    }
    assert usage.openai_chat(chat) == Usage(
        input=36, cache_read=64, cache_write_5m=0, cache_write_1h=0, output=9
    )
    anthropic = {
        "input_tokens": 5, "cache_read_input_tokens": 70, "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_1h_input_tokens": 10}, "output_tokens": 2,
    }  # fmt: skip
    found = usage.anthropic(anthropic)
    assert found is not None
    assert (found.input, found.cache_read, found.cache_write_5m, found.cache_write_1h) == (
        5,
        70,
        20,
        10,
    )
    assert found.prompt == 105
    assert usage.openai_chat({"prompt_tokens": "many"}) is None
    assert usage.anthropic(None) is None
    assert [as_tokens(v) for v in (True, -1, 3.0, "3", "many")] == [None, -1, 3, 3, None]
    assert [f"{as_tokens(v):,}" for v in (1e999, float("nan"), 3.5)] == ["Infinity", "NaN", "3.5"]
    assert [as_count(v) for v in (True, -1, 7, 1e999, 3.5)] == [None, None, 7, None, None]


def test_times_of_any_unit() -> None:
    expected = as_time("2026-11-12T08:00:00Z")
    assert expected is not None
    seconds = expected.timestamp()
    for value in (
        seconds,
        seconds * 1e3,
        seconds * 1e6,
        int(seconds) * 10**9,
        "2026-11-12T08:00:00",
    ):
        assert as_time(value) == expected
    assert [as_time(v) for v in (None, "", "soon", -5, True, 1e400)] == [None] * 6


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\0" * 20


@pytest.mark.parametrize(
    ("mime", "data"),
    [
        ("image/png", png(640, 480)),
        ("image/gif", b"GIF89a" + struct.pack("<HH", 640, 480) + b"\0" * 9),
        ("image/webp", b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + (639).to_bytes(3, "little") + (479).to_bytes(3, "little") + b"\0" * 6),
        ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10" + b"\0" * 14 + b"\xff\xc0\0\x11\x08" + struct.pack(">HH", 480, 640) + b"\0" * 12),
    ],
)  # fmt: skip
def test_pictures_know_their_size(mime: str, data: bytes) -> None:
    url = f"data:{mime};base64,{base64.b64encode(data).decode()}"
    media = pictures.from_url(url, "high")
    assert (media.width, media.height, media.mime) == (640, 480, mime)
    assert pictures.from_url("https://example.com/x.png").width is None


def test_names_of_tools_and_what_a_call_is_about() -> None:
    assert tool_path("mcp__github__search_issues") == ("mcp:github", "search_issues")
    assert tool_path("Read") == ("Read",)
    assert argument('{"limit": 5, "file_path": "/a/b.py"}') == "/a/b.py"
    assert argument({"command": "x" * 99}) == "x" * 59 + "…"
    assert argument("not json") is None


def test_reminders_are_cut_out_of_the_users_words() -> None:
    text = "Hi <system-reminder>\nContents of CLAUDE.md\n</system-reminder>there"
    assert [path for path, _ in parts(text)] == [(), ("system reminder", "CLAUDE.md"), ()]
    assert "".join(part for _, part in parts(text)) == text
    assert next(parts("<command-name>/clear</command-name>"))[0] == ("command",)


def test_streamed_chat_chunks_are_put_together() -> None:
    chunks = [
        {"id": "c", "choices": [{"delta": {"content": "He"}}]},
        {"choices": [{"delta": {"content": "y", "tool_calls": [{"index": 0, "id": "t", "function": {"name": "f", "arguments": "{"}}]}}]},
        {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 3}},
    ]  # fmt: skip
    found = response_of("".join(f"data: {json.dumps(c)}\n\n" for c in chunks) + "data: [DONE]\n\n")
    assert found is not None
    message = found["choices"][0]["message"]
    assert message["content"] == "Hey"
    assert message["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}
    assert found["usage"] == {"prompt_tokens": 3}


def test_one_usage_per_message_and_no_call_twice_across_files() -> None:
    line = {
        "type": "assistant", "uuid": "a", "parentUuid": None, "sessionId": "s", "requestId": "r",
        "message": {"id": "m", "role": "assistant", "model": "claude-sonnet-4-5", "content": [{"type": "text", "text": "Hi"}],
                    "usage": {"input_tokens": 10, "output_tokens": 1}},
    }  # fmt: skip
    text = json.dumps(line) + "\n" + json.dumps({**line, "uuid": "b", "parentUuid": "a"}) + "\n"
    found = run([memory(text, "one.jsonl"), memory(text, "two.jsonl")])
    assert len(found.trace.calls) == 1
    assert found.attributions[0].prompt_tokens == 10


def test_the_order_of_files_and_lines_does_not_change_the_report() -> None:
    from whytokens.report import report

    def request(text: str, second: int) -> str:
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}
        return json.dumps(
            {"timestamp": f"2026-11-12T08:00:{second:02d}Z", "request": body, "session": "s"}
        )

    a, b = request("first", 1), request("second", 2)
    one = report(run([memory(f"{a}\n{b}\n", "log")]))
    two = report(run([memory(b, "log-b"), memory(a, "log-a")]))
    assert one["totals"] == two["totals"]
    assert one["merged"] == two["merged"]


def test_an_advisor_asked_within_a_response_is_a_call_of_its_own() -> None:
    """Its tokens are billed at its own model's rates, beside those of the response."""
    usage = {"input_tokens": 40, "output_tokens": 9, "iterations": [
        {"type": "message", "input_tokens": 40, "output_tokens": 9},
        {"type": "advisor_message", "model": "claude-opus-4-8", "input_tokens": 1300, "output_tokens": 70},
    ]}  # fmt: skip
    body = {
        "request": {
            "model": "claude-sonnet-4-5",
            "messages": [{"role": "user", "content": "Plan it."}],
        },
        "response": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5",
            "content": [{"type": "text", "text": "Done."}],
            "usage": usage,
        },
    }
    opened = run([memory(json.dumps(body), "advised.json")])
    own, advisor = opened.attributions
    assert (own.call.model, own.prompt_tokens) == ("claude-sonnet-4-5", 40)
    assert (advisor.call.model, advisor.prompt_tokens) == ("claude-opus-4-8", 1300)
    assert advisor.call.tags["agent"] == "advisor"
    assert advisor.call.session == own.call.session
    assert isinstance(advisor.quote, Quote)


def test_where_a_request_fits_several_apis_its_response_tells() -> None:
    request = {"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "Hi"}]}
    claude = {
        "id": "msg_2", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
        "content": [{"type": "text", "text": "Hello"}], "usage": {"input_tokens": 8, "output_tokens": 4},
    }  # fmt: skip
    chat = {
        "id": "chatcmpl-1", "model": "claude-sonnet-4-5",
        "choices": [{"message": {"role": "assistant", "content": "Hello"}}],
        "usage": {"prompt_tokens": 8, "completion_tokens": 4},
    }  # fmt: skip
    lines = [json.dumps({"request": request, "response": reply}) for reply in (claude, chat)]
    opened = run([memory("\n".join(lines), "gateway.jsonl")])
    assert [call.api for call in opened.trace.calls] == ["anthropic.messages", "openai.chat"]
    assert all(call.reply for call in opened.trace.calls)
