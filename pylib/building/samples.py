"""The sample traces of the landing page, written out as logs: invented people, orders and policies.

`write(out)` makes ``<id>.jsonl`` and ``index.json``. Usage is what the engine itself counts, with
Anthropic's cache rules of 5 minutes and four breakpoints, so a sample adds up like a real bill.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from building.sample_refund import SYSTEM, TICKETS, TOOLS
from whytokens.attribution.lanes import Lanes
from whytokens.builder import TraceBuilder
from whytokens.importers.anthropic_messages import request_messages
from whytokens.model import Where

MODEL = "claude-sonnet-4-5-20250929"
START = datetime(2026, 11, 16, 14, 0, tzinfo=UTC)
Json = dict[str, Any]


def write(out: Path) -> list[Json]:
    """Write every sample; returns the index."""
    out.mkdir(parents=True, exist_ok=True)
    lines = refund_agent()
    path = out / "refund-agent.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    index = [{"id": "refund-agent", "title": "refund agent", "calls": len(lines)}]
    (out / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return index


def refund_agent() -> list[Json]:
    """Request and response pairs of a support agent over several tickets."""
    lines: list[Json] = []
    at = START
    for number, ticket in enumerate(TICKETS):
        messages: list[Json] = []
        cached, system = 0, ""
        at += timedelta(minutes=7)
        for turn in ticket:
            if turn["role"] == "user":
                messages.append({"role": "user", "content": turn["content"]})
                continue
            body = _body(messages, at, number)
            total = _count(body)
            # The tools stay cached when the clock in the system prompt has moved on, no more.
            tools = _count({**body, "system": "", "messages": []})
            usage = _usage(total, cached if body["system"] == system else min(cached, tools))
            cached, system = total, body["system"]
            lines.append(_pair(body, turn, usage, at, len(lines)))
            messages.append({"role": "assistant", "content": turn["content"]})
            at += timedelta(seconds=21)
    return lines


def _body(messages: list[Json], at: datetime, ticket: int) -> Json:
    clock = f"Current time: {at:%Y-%m-%d %H:%M}"
    return {
        "model": MODEL,
        "max_tokens": 1024,
        "system": SYSTEM if ticket % 2 else f"{clock}\n\n{SYSTEM}",
        "tools": TOOLS,
        "messages": json.loads(json.dumps(messages)),
        "metadata": {"user_id": f"ticket-{ticket + 1}"},
    }


def _count(body: Json) -> int:
    """Prompt tokens of a request, as our own templates render it."""
    builder, where = TraceBuilder("sample"), Where(file="sample")
    messages, options, _ = request_messages(body, builder, where)
    builder.call(
        api="anthropic.messages",
        model=MODEL,
        prompt=builder.prompt(messages),
        options=options,
        where=where,
    )
    trace = builder.build()
    call = trace.calls[0]
    lane = Lanes(trace).of(call)
    frame = lane.frame(lane.head_end(call.prompt))
    return lane.upto(call.prompt) + sum(piece.tokens for piece in frame)


def _usage(total: int, cached: int) -> Json:
    fresh = 3
    return {
        "input_tokens": fresh,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": max(0, total - cached - fresh),
        "output_tokens": 0,
    }


def _pair(body: Json, turn: Json, usage: Json, at: datetime, number: int) -> Json:
    text = json.dumps(turn["content"])
    return {
        "timestamp": at.isoformat(),
        "request": body,
        "response": {
            "id": f"msg_sample_{number + 1:03d}",
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": turn["content"],
            "stop_reason": "tool_use" if "tool_use" in text else "end_turn",
            "usage": {**usage, "output_tokens": 40 + len(text) // 4},
        },
    }
