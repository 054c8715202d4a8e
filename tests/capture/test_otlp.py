"""What is sent over OTLP/HTTP: by OpenTelemetry's own schema, to a collector, to a slow or dead one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

import ctxcapture
from capture.test_files import exchange
from ctxcapture import protobuf
from ctxcapture.expanding import expanded
from ctxcapture.send import traces_url
from ctxcapture.settings import Settings
from ctxcapture.span import Span
from ctxcapture.writer import Writer
from providers import CHAT_USAGE, Provider

pytestmark = pytest.mark.filterwarnings("default")


class Collector(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[ExportTraceServiceRequest] = []
        self.paths: list[tuple[str, str | None]] = []
        self.open = threading.Event()
        self.open.set()


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.open.wait(30)
        assert self.headers["Content-Type"] == "application/x-protobuf"
        self.server.got.append(ExportTraceServiceRequest.FromString(body))
        self.server.paths.append((self.path, self.headers.get("x-project")))
        self.send_response(200)
        self.end_headers()


@pytest.fixture
def collector() -> Iterator[Collector]:
    found = Collector()
    threading.Thread(target=found.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def span(**more: Any) -> Span:
    one = exchange("Grüße 🎡")
    one.tags = {"session": "s1", "turn": "3", "feature": "x"}
    one.error = "429"
    for name, value in more.items():
        setattr(one, name, value)
    return Span(one, Settings())


def hex_ids(value: Any) -> Any:
    """OTLP/JSON writes ids in hex, protobuf's own JSON in base64."""
    import base64

    for resource in value["resourceSpans"]:
        for one in (s for scope in resource["scopeSpans"] for s in scope["spans"]):
            for key in ("traceId", "spanId"):
                one[key] = base64.b64encode(bytes.fromhex(one[key])).decode()
    return value


def test_binary_and_json_are_the_same_by_the_schema() -> None:
    one = span(first_ns=5, streamed=True)
    whole = one.traces(one.everything())
    binary = TracesData.FromString(protobuf.traces(whole["resourceSpans"]))
    strict = json_format.ParseDict(hex_ids(json.loads(json.dumps(whole))), TracesData())
    assert binary == strict
    (found,) = binary.resource_spans[0].scope_spans[0].spans
    assert found.status.code == 2 and found.trace_id.hex() == one.exchange.trace_id


def test_an_expanded_log_is_accepted_without_unknown_fields(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path, shared=True)
    writer = Writer(settings)
    for number in range(3):
        writer.write(Span(exchange("long " * 300 + str(number), 4), settings))
    writer.close()
    found = [json.loads(line) for line in expanded(Path(writer.path))]
    assert len(found) == 3
    for whole in found:
        json_format.ParseDict(hex_ids(whole), TracesData())


def test_calls_are_sent_in_the_background(
    server: Provider, collector: Collector, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{collector.server_port}"
    headers = {"x-project": "p1"}
    ctxcapture.install(folder=tmp_path / "log", otlp=address, otlp_headers=headers)
    for _ in range(3):
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
        httpx.post(f"{server.address}/v1/chat/completions", json=body)
    ctxcapture.flush()
    ctxcapture.uninstall()
    assert set(collector.paths) == {("/v1/traces", "p1")}
    spans = [
        span
        for request in collector.got
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert len(spans) == 3
    said = {one.key: one.value for one in spans[0].attributes}
    assert said["gen_ai.usage.input_tokens"].int_value == CHAT_USAGE["prompt_tokens"]
    assert json.loads(said["gen_ai.input.messages"].string_value)[0]["role"] == "user"


def test_a_slow_or_dead_collector_never_holds_the_host(
    server: Provider, collector: Collector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector.open.clear()  # takes the connection and does not answer
    monkeypatch.setattr("ctxcapture.send.MAX_WAITING", 3)
    monkeypatch.setattr("ctxcapture.send.PATIENCE_S", 0.1)
    for address in (f"http://127.0.0.1:{collector.server_port}", "http://127.0.0.1:9"):
        ctxcapture.install(folder=tmp_path / "log", otlp=address)
        for _ in range(20):
            body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
            httpx.post(f"{server.address}/v1/chat/completions", json=body)
        ctxcapture.uninstall()
        assert not collector.got  # the host is done, and nobody has answered yet
    collector.open.set()
    log = [line for path in (tmp_path / "log").iterdir() for line in path.read_text().splitlines()]
    assert len(log) == 40


def test_addresses() -> None:
    assert traces_url("http://h:4318/") == "http://h:4318/v1/traces"
    assert traces_url("http://h/api/public/otel/v1/traces") == "http://h/api/public/otel/v1/traces"
