"""Tags, labels, spending blocks, components: what the host says lands at the right calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openai
import pytest

import contract
import ctxcapture
from capture.conftest import lines
from capture.scenarios import HELLO
from providers import CHAT_USAGE, Provider
from whytokens.pipeline import run
from whytokens.worker import source

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def client(server: Provider) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.address}/v1", api_key="x")


def ask(client: openai.OpenAI) -> Any:
    return client.chat.completions.create(model="gpt-4o", messages=HELLO)


def test_tags_nest_and_end(client: openai.OpenAI, log: Path) -> None:
    with ctxcapture.tags(session="s1", user="u7", feature="search", agent="planner", turn=3):
        with ctxcapture.tags(feature="rank", cost_center="4711", environment="staging"):
            ask(client)
        ask(client)
    ask(client)
    inner, outer, none = lines(log)
    assert inner["gen_ai.conversation.id"] == inner["session.id"] == "s1"
    assert (inner["user.id"], inner["gen_ai.agent.name"]) == ("u7", "planner")
    assert inner["ctxcapture.turn"] == 3
    assert inner["ctxcapture.tags"] == ["feature:rank", "cost_center:4711"]
    assert inner["deployment.environment.name"] == "staging"
    assert outer["ctxcapture.tags"] == ["feature:search"]
    assert "ctxcapture.tags" not in none and "session.id" not in none


def test_track_labels_functions_of_every_kind(client: openai.OpenAI, log: Path) -> None:
    @ctxcapture.track(label="plain")
    def plain() -> Any:
        return ask(client).id

    @ctxcapture.track(workflow="nightly")
    def generator() -> Iterator[Any]:
        yield ask(client).id

    @ctxcapture.track(label="coroutine")
    async def coroutine() -> Any:
        return ask(client).id

    @ctxcapture.track(label="stream")
    async def stream() -> AsyncIterator[Any]:
        yield ask(client).id

    async def both() -> list[Any]:
        return [await coroutine(), [one async for one in stream()]]

    assert plain().startswith("chatcmpl") and len(list(generator())) == 1
    assert len(asyncio.run(both())) == 2
    features = [line["ctxcapture.tags"][0] for line in lines(log)]
    name = "test_track_labels_functions_of_every_kind.<locals>.generator"
    assert features == ["feature:plain", f"feature:{name}", "feature:coroutine", "feature:stream"]
    assert lines(log)[1]["gen_ai.workflow.name"] == "nightly"
    assert lines(log)[0]["code.function.name"].endswith("plain") or lines(log)[0][
        "code.function.name"
    ].endswith("ask")


def test_spending_hears_what_is_captured_and_counts_it_once(
    client: openai.OpenAI, log: Path
) -> None:
    with ctxcapture.spending(label="outer") as outer:
        with ctxcapture.spending("gpt-4o") as inner:
            inner.add(ask(client))
        ask(client)
    assert (inner.calls, outer.calls) == (1, 2)
    assert outer.input_tokens == 2 * CHAT_USAGE["prompt_tokens"]
    assert outer.output_tokens == 2 * CHAT_USAGE["completion_tokens"]
    assert outer.cached_tokens == 64
    assert inner.model == "gpt-4o" and outer.model == "gpt-4o-2024-08-06"
    assert len({line["traceId"] for line in lines(log)}) == 1


def test_spending_without_capture_reads_any_response(client: openai.OpenAI) -> None:
    claude = {"id": "m1", "model": "claude-x", "usage": {"input_tokens": 3, "output_tokens": 2}}
    plain = SimpleNamespace(id="r9", usage=SimpleNamespace(prompt_tokens=10, completion_tokens=1))
    with ctxcapture.spending() as spent:
        spent.add(ask(client))
        assert spent.add(claude) is claude
        spent.add(plain)
        spent.add(plain)
        spent.add(object())
        spent.count(input=5, output=1)
    assert spent.calls == 4
    assert spent.input_tokens == CHAT_USAGE["prompt_tokens"] + 3 + 10 + 5


def test_components_stand_beside_the_request(client: openai.OpenAI, log: Path) -> None:
    with ctxcapture.components() as parts:
        text = parts.add("rag_chunk", "Wien liegt an der Donau.", name="faq.md")
        client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": f"Context: {text} Where?"}]
        )
    ask(client)
    first, second = lines(log)
    assert json.loads(first["ctxcapture.components"]) == [
        {"kind": "rag_chunk", "name": "faq.md", "text": "Wien liegt an der Donau."}
    ]
    assert "ctxcapture.components" not in second


def test_components_become_exact_frames(client: openai.OpenAI, log: Path) -> None:
    chunks = {
        "faq.md": "Wien liegt an der Donau, ist das wahr?",
        "rules.md": "Antworte immer kurz.",
    }
    with ctxcapture.components() as parts:
        for name, chunk in chunks.items():
            parts.add("rag_chunk", chunk, name=name)
        example = parts.add("few_shot", "Q: Wo? A: Dort, gleich links.")
        asked = f"{example}\n\n{chunks['faq.md']}\n---\n{chunks['rules.md']} Where?"
        client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": asked}]
        )
    client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": asked}])
    (path,) = log.iterdir()
    found = run([source({"name": "log", "path": str(path)})])
    contract.check(found)
    (message,) = found.trace.messages
    segments = [found.trace.segments[number] for number in message.segments]
    assert "".join(one.text or "" for one in segments) == asked
    assert [one.path for one in segments] == [
        ("user", "few_shot"), ("user",), ("retrieved", "faq.md"), ("user",),
        ("retrieved", "rules.md"), ("user",),
    ]  # fmt: skip
    whole = found.attributions[0].lane.counter.count(asked)
    frames = found.attributions[0].lane.turn(found.trace.calls[0].prompt)
    assert sum(piece.tokens for piece in frames if piece.segment is not None) == whole


def test_content_off_redaction_and_otel_messages(client: openai.OpenAI, tmp_path: Path) -> None:
    for name, settings in (
        ("off", {"content": "off"}),
        ("redacted", {"redact": [r"Gru\S+"]}),
        ("named", {"messages": True, "redact": str.upper}),
    ):
        ctxcapture.install(folder=tmp_path / name, **settings)
        ask(client)
        ctxcapture.uninstall()
    (off,) = lines(tmp_path / "off")
    assert "request" not in off and "gen_ai.output.messages" not in off
    assert off["gen_ai.usage.input_tokens"] == 57
    (redacted,) = lines(tmp_path / "redacted")
    assert "Gruß" not in json.dumps(redacted, ensure_ascii=False)
    assert "[redacted]" in json.dumps(redacted["request"])
    (named,) = lines(tmp_path / "named")
    (message,) = json.loads(named["gen_ai.input.messages"])
    assert message["parts"] == [{"type": "text", "content": "WOHER KOMMT DER GRUSS?"}]
    with pytest.raises(ValueError, match="content is"):
        ctxcapture.install(content="some")
