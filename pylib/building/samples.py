"""The sample traces of the landing page, written out as logs: invented people, orders and policies.

`write(out)` makes ``<id>.jsonl`` and ``index.json``. Usage is what the engine itself counts, with
Anthropic's cache rules of 5 minutes and four breakpoints, so a sample adds up like a real bill.
"""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from building import sample_coding, sample_rag
from building.sample_refund import SYSTEM, TICKETS, TOOLS
from whytokens.attribution.lanes import Lanes
from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.importers.anthropic_messages import request_messages
from whytokens.importing import read
from whytokens.model import Where
from whytokens.pipeline import finished

MODEL = "claude-sonnet-4-5-20250929"
SMALL_MODEL = "claude-haiku-4-5-20251001"
START = datetime(2026, 11, 16, 14, 0, tzinfo=UTC)
# What an agent sends besides its log: system prompt and tool schemas.
HIDDEN_TOKENS = 15_240
# The turn before which the user was away for longer than the cache lives.
LUNCH_TURN, LUNCH = 84, timedelta(minutes=38)
# Anthropic caches no prefix below this many tokens of Haiku 4.5.
SMALL_MINIMUM = 4096
Json = dict[str, Any]


def write(out: Path) -> list[Json]:
    """Write every sample that is older than what it is made of; returns the index."""
    out.mkdir(parents=True, exist_ok=True)
    stamp, wanted = out / ".made", _sources()
    if stamp.exists() and stamp.read_text() == wanted:
        return list(json.loads((out / "index.json").read_text()))
    index = []
    for key, title, lines, calls in (
        ("refund-agent", "refund agent", refund_agent(), None),
        ("rag-chatbot", "RAG chatbot", rag_chatbot(), None),
        ("coding-agent", "coding agent", coding_agent(), 150),
    ):
        path = out / f"{key}.jsonl"
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        path.write_text(text, encoding="utf-8")
        index.append({"id": key, "title": title, "calls": calls or len(lines)})
    (out / "index.json").write_text(json.dumps(index), encoding="utf-8")
    stamp.write_text(wanted)
    return index


def _sources() -> str:
    """Changes when a generator or the engine's counting does."""
    package = Path(__file__).parent
    engine = package.parent / "whytokens"
    files = [*sorted(package.glob("sample*.py"))]
    for folder in ("templates", "tokenizers", "importers", "attribution"):
        files += sorted((engine / folder).glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


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
            pair = _pair(body, turn["content"], usage, at, len(lines))
            lines.append({**pair, "session": f"ticket {number + 1}"})
            messages.append({"role": "assistant", "content": turn["content"]})
            at += timedelta(seconds=21)
    return lines


def rag_chatbot() -> list[Json]:
    """A conversation whose every question brings three documents along, and keeps them."""
    lines: list[Json] = []
    messages: list[Json] = []
    cached = 0
    for number, (question, names, answer) in enumerate(sample_rag.TURNS):
        at = START + timedelta(seconds=48 * number)
        documents = [
            {
                "type": "document",
                "source": {
                    "type": "text",
                    "media_type": "text/plain",
                    "data": sample_rag.DOCUMENTS[name],
                },
                "title": name,
            }
            for name in names
        ]
        messages.append(
            {"role": "user", "content": [*documents, {"type": "text", "text": question}]}
        )
        body = {
            "model": SMALL_MODEL,
            "max_tokens": 512,
            "system": sample_rag.SYSTEM,
            "messages": json.loads(json.dumps(messages)),
        }
        total = _count(body)
        content = [{"type": "text", "text": answer}]
        usage = _usage(total, cached)
        if total < SMALL_MINIMUM:  # too short to be cached
            usage |= {"input_tokens": total, "cache_creation_input_tokens": 0}
        else:
            cached = total
        lines.append({**_pair(body, content, usage, at, number), "session": "visitor 1"})
        messages.append({"role": "assistant", "content": content})
    return lines


def coding_agent() -> list[Json]:
    """A session of a coding agent as it writes its own log: 150 turns, a lunch break in between."""
    lines = list(_session())
    text = "\n".join(json.dumps(line) for line in lines).encode()
    log = Source(name="sample", size_bytes=len(text), open=lambda: io.BytesIO(text))
    trace = finished(read([log]))
    lanes = Lanes(trace)
    by_id = {call.where.line: lanes.of(call).upto(call.prompt) for call in trace.calls}
    sizes = sorted(by_id.items(), key=lambda pair: pair[0] or 0)
    before, turn = 0, -1
    seen = ""
    for number, line in enumerate(lines, 1):
        if line["type"] != "assistant":
            continue
        if line["message"]["id"] != seen:
            seen, turn = line["message"]["id"], turn + 1
            total = HIDDEN_TOKENS + sizes[turn][1]
            read_tokens = 0 if turn == LUNCH_TURN else before
            before = total
            usage = _usage(total, read_tokens)
        blocks = json.dumps(line["message"]["content"])
        line["message"]["usage"] = {**usage, "output_tokens": 30 + len(blocks) // 4}
        del number
    return lines


def _session() -> list[Json]:
    """The log's lines; usage comes later."""
    lines: list[Json] = []
    at = START

    def add(kind: str, message: Json) -> None:
        number = len(lines)
        lines.append(
            {
                "parentUuid": f"u{number:04d}" if number else None,
                "isSidechain": False,
                "userType": "external",
                "cwd": sample_coding.CWD,
                "sessionId": "0c0ffee0-0000-4000-8000-000000000001",
                "version": "2.1.4",
                "gitBranch": "zones",
                "type": kind,
                "message": message,
                "uuid": f"u{number + 1:04d}",
                "timestamp": at.isoformat().replace("+00:00", "Z"),
            }
        )

    reminder = f"<system-reminder>\nThe contents of CLAUDE.md follow.\n{sample_coding.PROJECT}</system-reminder>"
    blocks = [{"type": "text", "text": reminder}, {"type": "text", "text": sample_coding.FIRST}]
    add("user", {"role": "user", "content": blocks})
    for turn, actions in enumerate(sample_coding.actions()):
        if turn == LUNCH_TURN:
            at += LUNCH
            add("user", {"role": "user", "content": sample_coding.BACK})
        at += timedelta(seconds=9)
        content, results = [], list[Json]()
        for number, (block, result) in enumerate(actions):
            if result is None:
                content.append(block)
                continue
            name = f"toolu_{turn:03d}_{number}"
            content.append({**block, "id": name})
            results.append({"type": "tool_result", "tool_use_id": name, "content": result})
        add(
            "assistant",
            {
                "id": f"msg_coding_{turn + 1:03d}",
                "type": "message",
                "role": "assistant",
                "model": MODEL,
                "content": content,
                "stop_reason": "tool_use" if results else "end_turn",
                "usage": {"input_tokens": 3, "output_tokens": 30},
            },
        )
        if results:
            add("user", {"role": "user", "content": results})
        elif turn < 149:
            add("user", {"role": "user", "content": "Good. Next module."})
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
        model=body["model"],
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


def _pair(body: Json, content: list[Json], usage: Json, at: datetime, number: int) -> Json:
    text = json.dumps(content)
    return {
        "timestamp": at.isoformat(),
        "request": body,
        "response": {
            "id": f"msg_sample_{number + 1:03d}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": "tool_use" if "tool_use" in text else "end_turn",
            "usage": {**usage, "output_tokens": 40 + len(text) // 4},
        },
    }
