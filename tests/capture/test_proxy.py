"""The proxy between real SDKs and a local provider: same bytes, same answers, nothing to a stranger."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import uvicorn

from capture.conftest import lines
from capture.scenarios import (
    HELLO,
    chat,
    chat_async_stream,
    chat_stream,
    gemini,
    gemini_stream,
    messages,
    messages_stream,
    responses_stream,
)
from ctxcapture.capture import Capture
from ctxcapture.cli import main
from ctxcapture.endpoints import endpoint
from ctxcapture.exchange import Exchange
from ctxcapture.proxy.app import Proxy
from ctxcapture.proxy.budgets import Budgets, parsed
from ctxcapture.proxy.ledger import Ledger
from ctxcapture.proxy.metrics import LABELS, Metrics
from ctxcapture.proxy.upstreams import UPSTREAMS, route
from ctxcapture.settings import Settings
from ctxcapture.span import Span
from providers import ANTHROPIC_USAGE, CHAT_USAGE, WORDS, Provider

pytestmark = pytest.mark.filterwarnings("default")
PATH = "/v1/chat/completions"
BODY = {"model": "gpt-4o", "messages": HELLO}


@contextmanager
def proxy(server: Provider, folder: Path, *budgets: str) -> Iterator[str]:
    """A proxy whose providers are all `server`; everything is written when it ends."""
    rules = Budgets([parsed(rule) for rule in budgets])
    ledger = Ledger(Capture(Settings(folder=folder)), rules, Metrics())
    app = Proxy(dict.fromkeys(("openai", "anthropic", "gemini"), server.address), ledger)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="on")
    running = uvicorn.Server(config)
    bound = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=running.run, args=([bound],), daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(10)
        bound.close()


SCENARIOS = (
    chat, chat_stream, chat_async_stream, responses_stream, messages, messages_stream, gemini,
    gemini_stream,
)  # fmt: skip


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.__name__)
def test_sdks_see_what_they_would_see(
    scenario: Any, zipped: bool, server: Provider, tmp_path: Path
) -> None:
    server.zipped = zipped
    expected = scenario(server.address)
    with proxy(server, tmp_path / "log") as address:
        assert scenario(address) == expected
    (line,) = lines(tmp_path / "log")
    assert json.loads(line["ctxcapture.response.usage"]) == server.served[-1]
    assert line["request"] == json.loads(server.bodies[-1])
    assert "secret" not in "".join(path.read_text() for path in (tmp_path / "log").iterdir())


def test_the_provider_gets_the_same_bytes_and_headers_less_ours(
    server: Provider, tmp_path: Path
) -> None:
    sent = {
        "authorization": "Bearer sk-secret",
        "x-whytokens-feature": "search",
        "Helicone-User-Id": "u7",
        "Helicone-Property-Cost-Center": "4711",
        "Helicone-Session-Id": "s1",
        "user-agent": "mine/1",
    }
    body = b'{"model": "gpt-4o",\n "messages": [{"role": "user"}], "odd":   1}'
    with proxy(server, tmp_path / "log") as address:
        httpx.post(f"{address}{PATH}?beta=true&x=%2F", content=body, headers=sent)
        httpx.post(f"{server.address}{PATH}?beta=true&x=%2F", content=body, headers=sent)
    ours, direct = server.headers
    ours = {k.lower(): v for k, v in ours.items()} | {"host": ""}
    direct = {k.lower(): v for k, v in direct.items()} | {"host": ""}
    for name in ("x-whytokens-feature", *(n for n in direct if n.startswith("helicone"))):
        assert name not in ours
        direct.pop(name, None)
    direct = {k: v for k, v in direct.items() if not k.startswith("helicone")}
    assert ours == direct
    assert server.bodies == [body, body] and len(set(server.paths)) == 1
    (line,) = lines(tmp_path / "log")
    assert (line["user.id"], line["session.id"]) == ("u7", "s1")
    assert set(line["ctxcapture.tags"]) == {"feature:search", "cost_center:4711"}
    assert line["request"] == json.loads(body)


def test_streams_are_the_same_byte_for_byte(server: Provider, tmp_path: Path) -> None:
    body = {**BODY, "stream": True}
    with proxy(server, tmp_path / "log") as address:
        found = [httpx.post(f"{base}{PATH}", json=body) for base in (server.address, address)]
    one, two = (answer.text.replace("chatcmpl-2", "chatcmpl-1") for answer in found)
    assert one == two and "".join(WORDS[1:2]) in one
    kept = [dict(answer.headers) for answer in found]
    for answer in kept:
        answer.pop("date", None)
        answer.pop("server", None)
    assert kept[0] == kept[1]


def test_a_path_whose_provider_is_not_certain_goes_nowhere(
    server: Provider, tmp_path: Path
) -> None:
    with proxy(server, tmp_path / "log") as address:
        answer = httpx.post(f"{address}/v2/chat", json=BODY, headers={"authorization": "Bearer k"})
        assert answer.status_code == 404 and "goes nowhere" in answer.json()["error"]["message"]
        assert not server.paths
        httpx.get(f"{address}/v1/embeddings")
        httpx.post(f"{address}/anthropic/v1/messages/count_tokens", json={})
    assert server.paths == ["/v1/messages/count_tokens"]
    assert not lines(tmp_path / "log")


@pytest.mark.parametrize(
    ("path", "headers", "name", "rest"),
    [
        ("/v1/models", {"x-api-key": "k", "anthropic-version": "1"}, "anthropic", "/v1/models"),
        ("/v1/models", {"authorization": "Bearer sk-1"}, "openai", "/v1/models"),
        ("/v1/models", {"authorization": "Bearer sk-ant-oat01"}, "anthropic", "/v1/models"),
        ("/v1/messages/batches", {}, "anthropic", "/v1/messages/batches"),
        ("/v1beta/models/g:generateContent", {}, "gemini", "/v1beta/models/g:generateContent"),
        ("/openai/v1/responses", {}, "openai", "/v1/responses"),
        ("/mistral/v1/chat/completions", {}, "mistral", "/v1/chat/completions"),
        ("/openai/deployments/d/chat/completions", {"api-key": "k"}, None, None),
        ("/v1/nobody/knows", {}, None, None),
        ("/", {}, None, None),
    ],
)
def test_routes(path: str, headers: dict[str, str], name: str | None, rest: str | None) -> None:
    found = route(path, headers, UPSTREAMS)
    assert (found and found.name, found and found.path) == (name, rest)
    azure = route(path, headers, {**UPSTREAMS, "azure": "https://mine.openai.azure.com"})
    if "deployments" in path:
        assert azure and azure.name == "azure" and azure.path == path


def test_budgets_warn_then_refuse(server: Provider, tmp_path: Path) -> None:
    rules = ("user=*:0.0002/day:hard", "feature=search:0.0001:soft")
    with proxy(server, tmp_path / "log", *rules) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="x", max_retries=0)

        def ask(user: str) -> Any:
            sent = {"x-whytokens-user": user, "x-whytokens-feature": "search"}
            found = client.chat.completions.with_raw_response.create(extra_headers=sent, **BODY)
            time.sleep(0.3)  # the ledger's own thread counts the call
            return found.headers.get("x-whytokens-budget", "")

        assert ask("ann") == ""
        assert "feature=search:0.0001/ever" in ask("ann") and "soft" in ask("bob")
        with pytest.raises(openai.RateLimitError, match="Budget user=") as caught:
            for _ in range(5):
                ask("ann")
        assert caught.value.body["code"] == "budget_exceeded"
        assert ask("bob") is not None
        claude = httpx.post(f"{address}/v1/messages", json={}, headers={"x-whytokens-user": "ann"})
        assert claude.json()["type"] == "error" and claude.status_code == 429
        metrics = httpx.get(f"{address}/metrics").text
    assert 'whytokens_refused_calls_total{budget="user=*:0.0002/day"} 2.0' in metrics
    assert "whytokens_tokens_total" in metrics and 'kind="cache_read"' in metrics
    assert len(lines(tmp_path / "log")) == len(server.served)


@pytest.mark.parametrize("rule", ["user=ann", "user=ann:x", "=:1", "user=a:1/week"])
def test_a_bad_budget_is_told(rule: str) -> None:
    with pytest.raises(ValueError, match="budget"):
        parsed(rule)


def test_metrics_by_model_agent_and_workflow(server: Provider, tmp_path: Path) -> None:
    with proxy(server, tmp_path / "log") as address:
        sent = {"x-whytokens-agent": "planner", "Helicone-Session-Name": "nightly"}
        httpx.post(f"{address}/v1/messages", json={"model": "claude-x"}, headers=sent)
        time.sleep(0.3)
        text = httpx.get(f"{address}/metrics").text
    words = (
        'agent="planner",feature="",model="claude-sonnet-4-5-20250929",'
        'provider="anthropic",workflow="nightly"'
    )
    read = ANTHROPIC_USAGE["cache_read_input_tokens"]
    first, rest = words.split(",model", 1)
    assert f'whytokens_tokens_total{{{first},kind="cache_read",model{rest}}} {read}.0' in text
    assert f"whytokens_latency_seconds_count{{{words}}} 1.0" in text
    assert f"whytokens_cost_usd_total{{{words}}}" in text


def test_the_dashboard_asks_for_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["proxy", "--dashboard"]) == 0
    dashboard = json.loads(capsys.readouterr().out)
    metrics = Metrics()
    words = dict.fromkeys(LABELS, "x")
    for one in vars(metrics).values():
        if hasattr(one, "labels"):
            more = {name: "x" for name in one._labelnames if name not in words}
            one.labels(**{n: words[n] for n in one._labelnames if n in words}, **more)
    known = set(re.findall(r"^(whytokens_\w+?)(?:_created)?[{ ]", metrics.text().decode(), re.M))
    asked = {
        name
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"whytokens_\w+", target["expr"])
    }
    assert len(dashboard["panels"]) >= 8 and asked <= known


def test_nobody_upstream(tmp_path: Path, server: Provider) -> None:
    with proxy(server, tmp_path / "log") as address:
        server.shutdown()
        server.server_close()
        answer = httpx.post(f"{address}{PATH}", json=BODY)
    assert answer.status_code == 502 and "cannot be reached" in answer.json()["error"]["message"]
    (line,) = lines(tmp_path / "log")
    assert line["error.type"] == "ConnectError"


def test_a_stream_cut_by_the_provider_is_cut_for_the_client(
    server: Provider, tmp_path: Path
) -> None:
    server.cut_streams = True
    with proxy(server, tmp_path / "log") as address, pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{address}{PATH}", json={**BODY, "stream": True})
    (line,) = lines(tmp_path / "log")
    assert line["error.type"] == "RemoteProtocolError"


def test_many_streams_at_once(server: Provider, tmp_path: Path) -> None:
    many = 200

    async def ask(client: httpx.AsyncClient, number: int) -> str:
        body = {"model": "gpt-4o", "messages": HELLO, "stream": True, "user": str(number)}
        async with client.stream("POST", PATH, json=body) as answer:
            return "".join([text async for text in answer.aiter_text()])

    async def all_of_them(address: str) -> list[str]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
            return await asyncio.gather(*(ask(client, number) for number in range(many)))

    with proxy(server, tmp_path / "log") as address:
        found = asyncio.run(all_of_them(address))
    for text in found:
        events = [line for line in text.splitlines() if line.startswith("data:")]
        words = [json.loads(e[5:])["choices"] for e in events if "choices" in e]
        said = [w[0]["delta"].get("content") for w in words if w]
        assert said == [*WORDS, None] and events[-1] == "data: [DONE]"
    captured = lines(tmp_path / "log")
    assert sorted(int(line["request"]["user"]) for line in captured) == list(range(many))
    assert {line["gen_ai.usage.input_tokens"] for line in captured} == {CHAT_USAGE["prompt_tokens"]}


def test_an_event_cut_at_any_byte_is_whole_again(server: Provider, tmp_path: Path) -> None:
    asked = {"model": "m", "messages": [], "stream": True}
    for path, usage in ((PATH, CHAT_USAGE), ("/v1/messages", ANTHROPIC_USAGE)):
        data = httpx.post(f"{server.address}{path}", json=asked).content
        point = endpoint(f"https://host{path}")
        assert point is not None
        for cut in range(len(data)):
            one = Exchange(point, b"{}", lambda _: None)
            one.chunk(data[:cut])
            one.chunk(data[cut:])
            one.finish(one.streamed_bytes())
            assert Span(one, Settings(folder=tmp_path)).raw_usage == usage
