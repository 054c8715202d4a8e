"""Large logs under `.build/scale`: sessions of many seeds set one after another until a size is reached.

As Anthropic request and response pairs, and as OpenTelemetry spans (OTLP/JSON, one call a line).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from building.places import BUILD
from building.sessions import generated

FOLDER = BUILD / "scale"
FIRST_SEED = 1000
ID = '"response": {"id": "msg_'
START_NANOSECONDS = 1_760_000_000 * 10**9


def pairs(size_bytes: int) -> Path:
    """`{"ts", "request", "response"}`, one call a line."""
    return _made(f"pairs-{size_bytes // 10**6}.jsonl", size_bytes, lambda line, _: line)


def otlp(size_bytes: int) -> Path:
    """The same calls as spans of OpenTelemetry's GenAI conventions."""
    return _made(f"otlp-{size_bytes // 10**6}.jsonl", size_bytes, _span)


def _made(name: str, size_bytes: int, write: Callable[[str, int], str]) -> Path:
    path = FOLDER / name
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    part, done = path.with_suffix(".part"), 0
    with part.open("w", encoding="utf-8") as out:
        for number, line in enumerate(_lines()):
            done += out.write(write(line, number)) + 1
            out.write("\n")
            if done >= size_bytes:
                break
    part.rename(path)
    return path


def _lines() -> Iterator[str]:
    """Calls of session after session, each of its own seed."""
    seed = FIRST_SEED
    while True:
        folder = generated(seed)
        for other in folder.iterdir():  # a hundred sessions in ten formats would fill the disk
            if other.name not in ("anthropic_pairs.jsonl", "truth.json"):
                other.unlink()
        for line in (folder / "anthropic_pairs.jsonl").read_text(encoding="utf-8").splitlines():
            yield _own(line, seed)
        seed += 1


def _own(line: str, seed: int) -> str:
    """A session's hour and response ids are its own: the generator gives every seed the same."""
    time, comma, rest = line.removeprefix('{"ts": ').partition(",")
    later = float(time) + (seed - FIRST_SEED) * 3600
    return f'{{"ts": {later}{comma}{rest.replace(ID, f"{ID}{seed}_", 1)}'


def _span(line: str, number: int) -> str:
    pair = json.loads(line)
    request, response = pair["request"], pair["response"]
    usage = response["usage"]
    start = START_NANOSECONDS + number * 10**9
    said = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": request["model"],
        "gen_ai.response.id": f"msg_{number}",
        "gen_ai.usage.input_tokens": usage["input_tokens"],
        "gen_ai.usage.output_tokens": usage["output_tokens"],
        "gen_ai.system_instructions": json.dumps(_parts(request["system"])),
        "gen_ai.tool.definitions": json.dumps(request["tools"]),
        "gen_ai.input.messages": json.dumps([_message(one) for one in request["messages"]]),
        "gen_ai.output.messages": json.dumps([_message(response)]),
    }
    attributes = [
        {"key": key, "value": {"intValue": value} if isinstance(value, int) else {"stringValue": value}}
        for key, value in said.items()
    ]  # fmt: skip
    span = {
        "traceId": f"{number // 40 + 1:032x}", "spanId": f"{number + 1:016x}", "name": "chat",
        "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 9 * 10**8),
        "attributes": attributes,
    }  # fmt: skip
    scope = {"scope": {"name": "opentelemetry.instrumentation.anthropic"}, "spans": [span]}
    return json.dumps({"resourceSpans": [{"resource": {}, "scopeSpans": [scope]}]})


def _message(one: dict[str, Any]) -> dict[str, Any]:
    return {"role": one["role"], "parts": _parts(one["content"])}


def _parts(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    return [_part(block) for block in content]


def _part(block: dict[str, Any]) -> dict[str, Any]:
    if block["type"] == "tool_use":
        found = {"type": "tool_call", "id": block["id"], "name": block["name"]}
        return {**found, "arguments": block["input"]}
    if block["type"] == "tool_result":
        found = {"type": "tool_call_response", "id": block["tool_use_id"]}
        return {**found, "response": block["content"]}
    return {"type": "text", "content": block.get("text", "")}
