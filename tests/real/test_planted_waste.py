"""Planted waste in generated agent sessions is found, whole and alone; needs `../shared/bench`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from building.sessions import GENERATOR, generated
from whytokens import worker
from whytokens.pipeline import run
from whytokens.waste import Finding
from whytokens.waste.check import Checked

SEEDS = (7, 11, 23)
PLANTED_READS = ("http/client.py", "http/client.py", "email/message.py")
Json = dict[str, Any]

pytestmark = pytest.mark.skipif(
    not GENERATOR.exists(), reason="../shared/bench is not beside the checkout"
)


@pytest.fixture(scope="module", params=SEEDS)
def plain(request: pytest.FixtureRequest) -> Path:
    return generated(seed=request.param, volatile=False)


@pytest.fixture(scope="module", params=SEEDS)
def volatile(request: pytest.FixtureRequest) -> Path:
    return generated(seed=request.param, volatile=True)


def opened(path: Path) -> Checked:
    return run([worker.source({"name": path.name, "path": str(path)})]).checked


def one(found: Checked, key: str) -> Finding:
    mine = [f for f in found.findings if f.detector == key and f.state in ("waste", "advice")]
    assert len(mine) == 1, [f.title for f in mine]
    return mine[0]


def rows(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("log", ["anthropic_pairs.jsonl", "openai_pairs.jsonl"])
def test_all_planted_and_nothing_else(plain: Path, log: str) -> None:
    found = opened(plain / log)
    truth = json.loads((plain / "truth.json").read_text())
    tools = one(found, "never-called-tools")
    assert sorted(item.label for item in tools.evidence) == sorted(truth["never_called"])
    assert one_label(found, "stale-results") == ["Bash cat build.log"]
    read = [item.label.partition("lib/")[2] for item in one(found, "rereads").evidence]
    assert all(read.count(name) >= PLANTED_READS.count(name) for name in PLANTED_READS)
    # The script starts again after 30 turns: those results are repeated too, and nothing else is.
    assert len(read) == _repeats(plain)
    near = one_label(found, "near-duplicates")
    assert len(near) == 1
    assert near[0].endswith("dataclasses.py")
    assert 0 < found.reclaimable_pusd <= found.billed_pusd


def one_label(found: Checked, key: str) -> list[str]:
    return [item.label for item in one(found, key).evidence]


def _repeats(folder: Path) -> int:
    """Tool results of 64 tokens or more that stand in the last request twice, counted plainly."""
    seen, repeats = set[str](), 0
    for message in rows(folder / "openai_pairs.jsonl")[-1]["request"]["messages"]:
        if message["role"] == "tool" and len(message["content"]) > 250:
            repeats += message["content"] in seen
            seen.add(message["content"])
    return repeats


def test_the_breaker_is_at_character_31(volatile: Path) -> None:
    for log in ("anthropic_pairs.jsonl", "openai_pairs.jsonl"):
        found = opened(volatile / log)
        breaker = one(found, "cache-buster")
        assert breaker.title == "Keep the clock out of the cached prefix"
        assert "after character 31 of the system text (line 1, column 32)" in breaker.why
        assert breaker.evidence[0].excerpt is not None
        assert breaker.evidence[0].excerpt.startswith("Current time: 2026")
        assert 0 < found.reclaimable_pusd <= found.billed_pusd


def test_caching_saves_what_a_plain_replay_says(plain: Path) -> None:
    found = opened(plain / "anthropic_pairs.jsonl")
    calls, truth = (
        rows(plain / "anthropic_pairs.jsonl"),
        json.loads((plain / "truth.json").read_text()),
    )
    static = (
        round((truth["system_tokens_cl100k"] + truth["tool_schema_tokens_cl100k"]) * 1.18) + 346
    )
    sizes = [call["response"]["usage"]["input_tokens"] for call in calls]
    times = [call["ts"] for call in calls]
    fresh, write, hour, read = 3.0, 3.75, 6.0, 0.3
    best = min(
        plain_replay(sizes, times, 0, write, read, 300),
        plain_replay(sizes, times, 0, hour, read, 3600),
        plain_replay(sizes, times, static, write, read, 300, static_write=hour),
    )
    saving = sum(sizes) * fresh - best
    assert found.steps["caching"] / 1e6 == pytest.approx(saving, rel=0.02)


def plain_replay(
    sizes: list[int],
    times: list[float],
    static: int,
    write: float,
    read: float,
    ttl: float,
    static_write: float = 0.0,
) -> float:
    """Each prompt begins with the one before it; what is alive is read, the rest is written."""
    cost, before, last = 0.0, 0, -1e9
    for number, (size, now) in enumerate(zip(sizes, times, strict=True)):
        hit = before if now - last < ttl else static if number else 0
        new = static if static and not number else 0
        cost += hit * read + new * static_write + (size - hit - new) * write
        before, last = size, now
    return cost


def test_moving_the_clock_saves_what_a_plain_replay_says(volatile: Path) -> None:
    found = opened(volatile / "openai_pairs.jsonl")
    calls = rows(volatile / "openai_pairs.jsonl")
    saved, before, last = 0.0, 0, -1e9
    for call in calls:
        size, now = call["response"]["usage"]["prompt_tokens"], call["ts"]
        hit = before // 128 * 128 if now - last < 300 else 0
        saved += hit * (2.5 - 1.25)
        before, last = size, now
    reliability = found.plans[0].rules.reliability_percent / 100
    assert found.steps["order"] / 1e6 == pytest.approx(saved * reliability, rel=0.02)


def test_a_clean_session_has_next_to_nothing(plain: Path, tmp_path: Path) -> None:
    path = tmp_path / "clean.jsonl"
    lines = [json.dumps(row) for row in clean(plain)]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = opened(path)
    assert len(lines) > 20
    said = [(f.title, f.saving) for f in found.findings if f.saving]
    assert found.reclaimable_pusd < found.billed_pusd * 0.02, said


def clean(folder: Path) -> Iterator[Json]:
    """The session without what was planted, its conversation cached as it should be."""
    truth = json.loads((folder / "truth.json").read_text())
    last = rows(folder / "anthropic_pairs.jsonl")[-1]["request"]
    tools = [tool for tool in last["tools"] if tool["name"] not in truth["never_called"]]
    messages = [last["messages"][0]]
    seen: set[str] = set()
    start, before = datetime(2026, 10, 5, 9, tzinfo=UTC), 0
    steps = list(zip(last["messages"][1::2], last["messages"][2::2], strict=False))
    for number, (asked, answered) in enumerate(steps):
        calls = [block for block in asked["content"] if block["type"] == "tool_use"]
        keys = {json.dumps([c["name"], c["input"]]) for c in calls}
        if keys & seen or "build.log" in json.dumps(calls):
            continue
        seen |= keys
        request = {**last, "tools": tools, "messages": list(messages)}
        size = len(json.dumps([last["system"], tools, messages])) // 4
        usage = {
            "input_tokens": 0, "cache_read_input_tokens": before, "output_tokens": 60,
            "cache_creation_input_tokens": size - before,
        }  # fmt: skip
        response = {
            "id": f"msg_{number}", "type": "message", "role": "assistant", "model": last["model"],
            "content": asked["content"], "stop_reason": "tool_use", "usage": usage,
        }  # fmt: skip
        time = (start + timedelta(seconds=35 * number)).timestamp()
        yield {"ts": time, "request": request, "response": response}
        messages += [asked, answered]
        before = size
