"""Eleven hand-written calls as their providers were sent them and answered: what every format must tell alike.

An OpenAI conversation with tools (five calls, one of them failed), and Claude with a cached system
prompt (six). Texts, ids and counts are made up; the counts are plausible for the texts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]
GPT, CLAUDE = "gpt-4o-mini-2024-07-18", "claude-sonnet-4-5-20250929"
START_NS = 1_767_261_600_000_000_000  # 2026-01-01T10:00:00Z


@dataclass(frozen=True, kw_only=True)
class Made:
    """One call. `number` gives its time and its ids."""

    number: int
    provider: str
    request: Json
    response: Json
    session: str
    status: int = 200
    tags: Json = field(default_factory=dict)

    @property
    def start_ns(self) -> int:
        return START_NS + self.number * 60 * 10**9

    @property
    def end_ns(self) -> int:
        return self.start_ns + (700 + self.number) * 10**6

    @property
    def trace_id(self) -> str:
        return f"{0xA1B2C3 + self.number:032x}"

    @property
    def span_id(self) -> str:
        return f"{0xD4E5F6 + self.number:016x}"

    @property
    def error(self) -> str | None:
        return self.response["error"]["message"] if self.status >= 400 else None


LOOKUP = {
    "type": "function",
    "function": {
        "name": "find_order",
        "description": "Look up an order by its number.",
        "parameters": {
            "type": "object",
            "properties": {"order_id": {"type": "string", "description": "Such as A-1001"}},
            "required": ["order_id"],
        },
    },
}
RULES = (
    "You help the customers of a bicycle shop. Answer in one or two sentences. Never promise a "
    "delivery date that the order does not show. Refunds need the order's number."
)
ASK = {"role": "user", "content": "Where is my order A-1001? And what about A-1002?"}
CALLS = {
    "role": "assistant",
    "content": None,
    "tool_calls": [
        {"id": f"call_{n}", "type": "function",
         "function": {"name": "find_order", "arguments": json.dumps({"order_id": f"A-100{n}"}, separators=(",", ":"))}}
        for n in (1, 2)
    ],
}  # fmt: skip
RESULTS = [
    {
        "role": "tool",
        "tool_call_id": "call_1",
        "content": '{"state": "shipped", "carrier": "north post"}',
    },
    {"role": "tool", "tool_call_id": "call_2", "content": '{"state": "packed"}'},
]
SAID = {
    "role": "assistant",
    "content": "A-1001 is with north post, A-1002 is packed and leaves tomorrow.",
}
MORE = {"role": "user", "content": "Thanks! Can I still change the colour of A-1002?"}
CHANGE = {
    "role": "assistant",
    "content": "Yes, as long as it is packed. Which colour would you like?",
}
BLUE = {"role": "user", "content": "Blue, please."}


def _openai(
    number: int, messages: list[Json], answer: Json, prompt: int, output: int, cached: int
) -> Made:
    finish = "tool_calls" if answer.get("tool_calls") else "stop"
    return Made(
        number=number,
        provider="openai",
        request={"model": "gpt-4o-mini", "messages": messages, "tools": [LOOKUP]},
        response={
            "id": f"chatcmpl-made{number}",
            "object": "chat.completion",
            "created": (START_NS + number * 60 * 10**9) // 10**9,
            "model": GPT,
            "choices": [{"index": 0, "message": answer, "finish_reason": finish}],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": output,
                "total_tokens": prompt + output,
                "prompt_tokens_details": {"cached_tokens": cached},
                "completion_tokens_details": {"reasoning_tokens": 0},
            },
        },
        session="shop-1",
        tags={"user": "u-7", "feature": "orders", "agent": "helper"},
    )


_SYSTEM = {"role": "system", "content": RULES}
_ONE = [_SYSTEM, ASK]
_TWO = [*_ONE, CALLS, *RESULTS]
_THREE = [*_TWO, SAID, MORE]
_FOUR = [*_THREE, CHANGE, BLUE]
DONE = {"role": "assistant", "content": "Noted: A-1002 will be blue."}

TOOL = {
    "name": "search_manual",
    "description": "Search the repair manual.",
    "input_schema": {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
    },
}
MANUAL = "You answer mechanics from the repair manual. Quote the section. " + " ".join(
    f"Section {n}: tighten bolt {n} to {n + 4} newton metres." for n in range(1, 90)
)
C_ASK = {"role": "user", "content": [{"type": "text", "text": "How tight is bolt 12?"}]}
C_CALL = {
    "role": "assistant",
    "content": [
        {"type": "text", "text": "Let me look."},
        {
            "type": "tool_use",
            "id": "toolu_1",
            "name": "search_manual",
            "input": {"query": "bolt 12"},
        },
    ],
}
C_RESULT = {
    "role": "user",
    "content": [
        {
            "type": "tool_result",
            "tool_use_id": "toolu_1",
            "content": [{"type": "text", "text": "Section 12: 16 newton metres."}],
        }
    ],
}
C_SAID = {
    "role": "assistant",
    "content": [{"type": "text", "text": "16 newton metres (section 12)."}],
}
C_MORE = {"role": "user", "content": [{"type": "text", "text": "And bolt 13?"}]}
C_THEN = {
    "role": "assistant",
    "content": [{"type": "text", "text": "17 newton metres (section 13)."}],
}
C_LAST = {"role": "user", "content": [{"type": "text", "text": "Is that for steel frames only?"}]}
C_DONE = {"role": "assistant", "content": [{"type": "text", "text": "The manual does not say."}]}


def _claude(
    number: int,
    messages: list[Json],
    answer: Json,
    usage: tuple[int, int, int, int],
    session: str = "manual-1",
) -> Made:
    fresh, read, write, output = usage
    called = any(block["type"] == "tool_use" for block in answer["content"])
    return Made(
        number=number,
        provider="anthropic",
        request={
            "model": CLAUDE,
            "max_tokens": 500,
            "system": [{"type": "text", "text": MANUAL, "cache_control": {"type": "ephemeral"}}],
            "messages": messages,
            "tools": [TOOL],
        },
        response={
            "id": f"msg_made{number}",
            "type": "message",
            "role": "assistant",
            "model": CLAUDE,
            "content": answer["content"],
            "stop_reason": "tool_use" if called else "end_turn",
            "usage": {
                "input_tokens": fresh,
                "cache_creation_input_tokens": write,
                "cache_read_input_tokens": read,
                "output_tokens": output,
            },
        },
        session=session,
        tags={"user": "u-8", "feature": "repairs", "agent": "mechanic"},
    )


FAILED = Made(
    number=4,
    provider="openai",
    request={"model": "gpt-4o-mini", "messages": _FOUR, "tools": [LOOKUP]},
    response={
        "error": {
            "message": "Rate limit reached",
            "type": "requests",
            "code": "rate_limit_exceeded",
        }
    },
    session="shop-1",
    status=429,
    tags={"user": "u-7", "feature": "orders", "agent": "helper"},
)
MADE: tuple[Made, ...] = (
    _openai(1, _ONE, CALLS, 125, 51, 0),
    _openai(2, _TWO, SAID, 208, 20, 0),
    _openai(3, _THREE, CHANGE, 248, 15, 128),
    FAILED,
    _openai(5, _FOUR, DONE, 275, 12, 128),
    _claude(6, [C_ASK], C_CALL, (24, 0, 2105, 70)),
    _claude(7, [C_ASK, C_CALL, C_RESULT], C_SAID, (125, 2105, 0, 16)),
    _claude(8, [C_ASK, C_CALL, C_RESULT, C_SAID, C_MORE], C_THEN, (151, 2105, 0, 16)),
    _claude(
        9, [C_ASK, C_CALL, C_RESULT, C_SAID, C_MORE, C_THEN, C_LAST], C_DONE, (182, 2105, 0, 10)
    ),
    _claude(10, [C_MORE], C_THEN, (20, 2105, 0, 16), "manual-2"),
    _claude(11, [C_MORE, C_THEN, C_LAST], C_DONE, (52, 2105, 0, 10), "manual-2"),
)

# -- the same shop with waste in it ---------------------------------------------------------------

CANCEL = {
    "type": "function",
    "function": {
        "name": "cancel_subscription",
        "description": "Ends a subscription at once. Never used by this shop.",
        "parameters": {"type": "object", "properties": {"reason": {"type": "string"}}},
    },
}
_STEPS = [
    f"{n}: wheel {n} trued, spoke {n * 7 % 31} replaced by the night shift" for n in range(12)
]
ORDERS: dict[str, str] = {
    "A-1": json.dumps({"order": "A-1", "work": _STEPS}),
    "A-2": json.dumps({"order": "A-2", "parts": [{"part": n, "price": n * 3} for n in range(24)]}, indent=4),
    "A-3": "\n".join(f"day {n}: nothing was done, the frame waits for paint {n}" for n in range(20)),
}  # fmt: skip
# What is asked for, step by step: A-1 twice word for word, then with one step changed.
ASKED = ("A-1", "A-2", "A-3", "A-1", "A-1", "A-9", "A-8", "A-7", "A-6", "A-5", "A-4")


def _agent() -> list[Made]:
    """A loop of tools; its last call is made again for the same answer."""
    messages: list[Json] = [_SYSTEM, {"role": "user", "content": "Sum up what was done this week."}]
    found = []
    for step, order in enumerate(ASKED):
        call = {"id": f"call_{step}", "type": "function",
                "function": {"name": "find_order", "arguments": json.dumps({"order_id": order})}}  # fmt: skip
        answer = {"role": "assistant", "content": None, "tool_calls": [call]}
        found.append(_wasteful(20 + step, list(messages), answer))
        result = ORDERS.get(order, f"order {order} is not known to this shop, ask the other one")
        if step == 4:
            result = result.replace("wheel 4 trued", "wheel 4 swapped")
        messages += [answer, {"role": "tool", "tool_call_id": f"call_{step}", "content": result}]
    done = {"role": "assistant", "content": "Wheels were trued and spokes replaced all week."}
    return [*found, *(_wasteful(number, messages, done) for number in (40, 41))]


def _wasteful(number: int, messages: list[Json], answer: Json) -> Made:
    tokens = len(json.dumps(messages)) // 4
    made = _openai(number, messages, answer, tokens, 25, 0)
    return replace(
        made, request={**made.request, "tools": [LOOKUP, CANCEL]}, session="agent-1"
    )  # fmt: skip


WASTEFUL: tuple[Made, ...] = tuple(_agent())
