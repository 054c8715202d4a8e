"""The arithmetic of waste grows with the turns of a session, not with their square."""

from __future__ import annotations

import io
import json
import random

import pytest

from whytokens.containers import Source
from whytokens.money import dollars
from whytokens.pipeline import run
from whytokens.waste.fixed import headline
from whytokens.waste.pricing import Pricer

WORDS = ["lantern", "wick", "flame", "oil", "gate", "pier", "tower", "keeper", "trim"]


def session(turns: int) -> Source:
    """A Claude Code session that reads files again and again, each result once more in every prompt."""
    draw, lines, read = random.Random(turns), list[dict[str, object]](), 0

    def add(kind: str, message: dict[str, object]) -> None:
        at = f"2026-05-04T{len(lines) // 3600:02d}:{len(lines) // 60 % 60:02d}:{len(lines) % 60:02d}.000Z"
        parent = f"u{len(lines) - 1}" if lines else None
        lines.append({"type": kind, "uuid": f"u{len(lines)}", "parentUuid": parent, "sessionId": "s",
                      "timestamp": at, "message": message})  # fmt: skip

    add("user", {"role": "user", "content": "Look at every lantern."})
    for turn in range(turns):
        usage = {"input_tokens": 4, "cache_read_input_tokens": read,
                 "cache_creation_input_tokens": 800, "output_tokens": 60}  # fmt: skip
        read += 800
        call = {
            "type": "tool_use",
            "id": f"t{turn}",
            "name": "Read",
            "input": {"file_path": f"/{turn % 20}.py"},
        }
        add("assistant", {"id": f"m{turn}", "role": "assistant", "model": "claude-sonnet-4-6",
                          "content": [call], "stop_reason": "tool_use", "usage": usage})  # fmt: skip
        text = " ".join(draw.choice(WORDS) + str(draw.randrange(90)) for _ in range(250))
        add("user", {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": f"t{turn}", "content": text}]})  # fmt: skip
    data = "\n".join(map(json.dumps, lines)).encode()
    return Source(name="s.jsonl", size_bytes=len(data), open=lambda: io.BytesIO(data))


def test_twice_the_turns_are_priced_about_twice_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    priced, own = list[int](), Pricer.cost

    def cost(self: Pricer, *said: object) -> int:
        priced[-1] += 1
        return own(self, *said)  # type: ignore[arg-type]

    monkeypatch.setattr(Pricer, "cost", cost)
    for turns in (400, 800):
        priced.append(0)
        found = run([session(turns)]).checked
        assert any(one.saving for one in found.findings)
    assert priced[1] < 3 * priced[0]


def test_what_is_replayed_beyond_the_headline_is_said() -> None:
    """Clearing texts costs a rewrite that no call of the log shows."""
    opened = run([session(400)])
    telescope = opened.checked.telescope
    replayed = telescope.billed_pusd - telescope.pusd
    assert opened.checked.reclaimable_pusd < replayed
    said = headline(opened)
    assert said.startswith(dollars(opened.checked.reclaimable_pusd // 1000))
