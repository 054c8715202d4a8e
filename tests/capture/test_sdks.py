"""Real SDKs against a local provider: everything is captured, and the host cannot tell."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

import ctxcapture
from capture.conftest import lines
from capture.scenarios import HELLO, SCENARIOS
from providers import Provider, provider

pytestmark = pytest.mark.filterwarnings("default")
NAMES = [scenario.__name__ for scenario in SCENARIOS]


def outcome(scenario: Callable[[str], Any], address: str) -> Any:
    """What the host sees: a value, or an exception and its words."""
    try:
        return "value", scenario(address)
    except Exception as error:
        return type(error).__name__, str(error).replace(address, "")


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_the_host_sees_the_same_and_all_usage_is_captured(
    scenario: Callable[[str], Any], zipped: bool, tmp_path: Path
) -> None:
    with provider() as bare, provider() as watched:
        bare.zipped = watched.zipped = zipped
        expected = outcome(scenario, bare.address)
        ctxcapture.install(folder=tmp_path / "log")
        try:
            assert outcome(scenario, watched.address) == expected
        finally:
            ctxcapture.uninstall()
        assert expected[0] == "value"
        found = lines(tmp_path / "log")
        assert len(found) == SCENARIOS[scenario] == len(watched.served)
        for line, served, body in zip(found, watched.served, watched.bodies, strict=True):
            assert json.loads(line["ctxcapture.response.usage"]) == served
            assert line["request"] == json.loads(body)
            assert line["code.file.path"].endswith("scenarios.py")
            assert int(line["endTimeUnixNano"]) >= int(line["startTimeUnixNano"]) > 0
            assert "error.type" not in line
        text = "".join(path.read_text() for path in (tmp_path / "log").iterdir())
        assert "secret" not in text
        assert ("Wien 🎡" in text) or scenario.__name__ == "chat_tool_loop"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_errors_reach_the_host_unchanged_and_are_captured(
    scenario: Callable[[str], Any], tmp_path: Path
) -> None:
    with provider() as bare, provider() as watched:
        bare.fail_next = watched.fail_next = 99
        expected = outcome(scenario, bare.address)
        ctxcapture.install(folder=tmp_path / "log")
        try:
            assert outcome(scenario, watched.address) == expected
        finally:
            ctxcapture.uninstall()
        found = lines(tmp_path / "log")
        assert len(found) == len(watched.bodies) >= 1
        assert {line["error.type"] for line in found} == {"429"}
        assert all(line["status"]["code"] == 2 for line in found)


def test_nobody_listens(log: Path) -> None:
    client = openai.OpenAI(base_url="http://127.0.0.1:9/v1", api_key="x", max_retries=0)
    with pytest.raises(openai.APIConnectionError):
        client.chat.completions.create(model="gpt-4o", messages=HELLO)
    (line,) = lines(log)
    assert line["error.type"] == "ConnectError"


def test_retries_are_a_line_each(server: Provider, log: Path) -> None:
    server.fail_next = 1
    client = openai.OpenAI(base_url=f"{server.address}/v1", api_key="x", max_retries=2)
    client.chat.completions.create(model="gpt-4o", messages=HELLO)
    first, second = lines(log)
    assert first["error.type"] == "429" and "error.type" not in second
    assert second["http.request.resend_count"] == 1


def test_a_stream_that_the_host_leaves(server: Provider, log: Path) -> None:
    client = openai.OpenAI(base_url=f"{server.address}/v1", api_key="x")
    with client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True) as chunks:
        next(iter(chunks))
    (line,) = lines(log)
    assert line["error.type"] == "cancelled"


def test_a_stream_that_the_server_cuts(server: Provider, log: Path) -> None:
    server.cut_streams = True
    client = anthropic.Anthropic(base_url=server.address, api_key="x", max_retries=0)
    with pytest.raises(Exception, match=r"peer closed|incomplete"):
        list(client.messages.create(model="m", max_tokens=9, messages=HELLO, stream=True))
    (line,) = lines(log)
    assert line["error.type"] == "RemoteProtocolError"


def test_a_cancelled_task(server: Provider, log: Path) -> None:
    server.delay_s = 2.0

    async def ask() -> None:
        async with openai.AsyncOpenAI(base_url=f"{server.address}/v1", api_key="x") as client:
            await client.chat.completions.create(model="gpt-4o", messages=HELLO)

    async def cancelled() -> None:
        task = asyncio.create_task(ask())
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    (line,) = lines(log)
    assert line["error.type"] == "CancelledError"


def test_one_client_alone(server: Provider, tmp_path: Path) -> None:
    ctxcapture.uninstall()
    from ctxcapture import capture
    from ctxcapture.settings import Settings

    capture.configure(Settings(folder=tmp_path / "log"))
    for client in (
        ctxcapture.wrap(openai.OpenAI(base_url=f"{server.address}/v1", api_key="x")),
        openai.OpenAI(base_url=f"{server.address}/v1", api_key="x"),
    ):
        client.chat.completions.create(model="gpt-4o", messages=HELLO)
    capture.close()
    assert len(lines(tmp_path / "log")) == 1


def test_a_mistake_of_ours_never_reaches_the_host(
    server: Provider, log: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("ctxcapture.span.Span.line", broken)
    client = openai.OpenAI(base_url=f"{server.address}/v1", api_key="x")
    for _ in range(3):
        assert client.chat.completions.create(model="gpt-4o", messages=HELLO).id
    assert [record.name for record in caplog.records if "RuntimeError" in record.message] == [
        "ctxcapture"
    ]
