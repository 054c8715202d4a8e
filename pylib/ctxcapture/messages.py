"""Bodies of the providers' APIs as OpenTelemetry messages: `[{role, parts[]}]`.

Spec: gen-ai semantic conventions, "Recording content on attributes": parts text, reasoning,
tool_call {id, name, arguments}, tool_call_response {id, response}, blob, uri.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

Json = dict[str, Any]
_ROLES = {"model": "assistant", "developer": "system"}


def prompt(body: Json) -> Iterator[tuple[str, Any]]:
    """Attribute names and values of a request: system, messages, tools."""
    system = body.get("system") or body.get("instructions")
    system = system or body.get("systemInstruction") or body.get("system_instruction")
    yield "gen_ai.system_instructions", _parts(system) if system else None
    turns = body.get("messages") or body.get("input") or body.get("contents")
    if isinstance(turns, str):
        turns = [{"role": "user", "content": turns}]
    yield "gen_ai.input.messages", [_message(turn) for turn in _dicts(turns)]
    yield "gen_ai.tool.definitions", _tools(body)


def output(reply: Json) -> list[Json]:
    """Messages of a reply, one a choice, each with why it ended."""
    choices, candidates = _dicts(reply.get("choices")), _dicts(reply.get("candidates"))
    found = [(one.get("message") or {}, one.get("finish_reason")) for one in choices]
    found += [(one.get("content") or {}, one.get("finishReason")) for one in candidates]
    if isinstance(reply.get("output"), list):  # Responses: items of one message
        parts = [part for item in _dicts(reply["output"]) for part in _message(item)["parts"]]
        return [{"role": "assistant", "parts": parts, "finish_reason": reply.get("status")}]
    if isinstance(reply.get("output"), dict):  # Converse
        found.append((reply["output"].get("message") or {}, reply.get("stopReason")))
    if isinstance(reply.get("content"), list):
        found.append((reply, reply.get("stop_reason")))
    if isinstance(reply.get("message"), dict):
        found.append((reply["message"], reply.get("done_reason") or reply.get("finish_reason")))
    made = [{**_message(one), "role": "assistant", "finish_reason": why} for one, why in found]
    return [one for one in made if one["parts"] or one["finish_reason"]]


def _message(turn: Json) -> Json:
    role = turn.get("role") or "user"
    kind = turn.get("type")
    if kind in ("function_call", "custom_tool_call"):
        call = _call(
            turn.get("call_id"), turn.get("name"), turn.get("arguments") or turn.get("input")
        )
        return {"role": "assistant", "parts": [call]}
    if kind in ("function_call_output", "custom_tool_call_output"):
        return {"role": "tool", "parts": [_result(turn.get("call_id"), turn.get("output"))]}
    if kind == "reasoning":
        return {"role": "assistant", "parts": _parts(turn.get("summary"), "reasoning")}
    if role in ("tool", "function"):
        return {"role": "tool", "parts": [_result(turn.get("tool_call_id"), turn.get("content"))]}
    content = turn.get("content") if turn.get("content") is not None else turn.get("parts")
    parts = _parts(turn.get("reasoning_content"), "reasoning") + _parts(content)
    for call in _dicts(turn.get("tool_calls")):
        function = call.get("function") or call.get("custom") or {}
        arguments = function.get("arguments") or function.get("input")
        parts.append(_call(call.get("id"), function.get("name"), arguments))
    if parts and all(part["type"] == "tool_call_response" for part in parts):
        role = "tool"
    return {"role": _ROLES.get(role, role), "parts": parts}


def _parts(content: Any, kind: str = "text") -> list[Json]:
    if isinstance(content, dict):  # Gemini's systemInstruction is a content of its own
        content = content.get("parts") or [content]
    if isinstance(content, str):
        return [{"type": kind, "content": content}] if content else []
    values = content if isinstance(content, list) else []
    return [_part(one if isinstance(one, dict) else {"text": str(one)}, kind) for one in values]


def _part(part: Json, kind: str) -> Json:
    said = part.get("type")
    for key in ("tool_use", "toolUse", "functionCall", "function_call"):
        inner = part if said == key else part.get(key)
        if isinstance(inner, dict):
            name, arguments = inner.get("name"), inner.get("input", inner.get("args"))
            return _call(inner.get("id") or inner.get("toolUseId"), name, arguments)
    for key in ("tool_result", "toolResult", "functionResponse", "function_response"):
        inner = part if said == key else part.get(key)
        if isinstance(inner, dict):
            number = inner.get("tool_use_id") or inner.get("toolUseId") or inner.get("id")
            return _result(number, inner.get("content", inner.get("response")))
    if said in ("thinking", "redacted_thinking") or part.get("thought"):
        return {"type": "reasoning", "content": part.get("thinking") or part.get("text") or ""}
    if isinstance(part.get("text"), str):
        return {"type": kind, "content": part["text"]}
    return {**part, "type": said or next(iter(part), "unknown")}


def _call(number: Any, name: Any, arguments: Any) -> Json:
    if isinstance(arguments, str):
        with suppress(ValueError, RecursionError):
            arguments = json.loads(arguments)
    return {"type": "tool_call", "id": number, "name": name, "arguments": arguments}


def _result(number: Any, value: Any) -> Json:
    return {"type": "tool_call_response", "id": number, "response": value}


def _tools(body: Json) -> list[Json]:
    config = body.get("toolConfig")
    found = _dicts(body.get("tools") or (config.get("tools") if isinstance(config, dict) else None))
    flat = [inner for tool in found for inner in _functions(tool)]
    flat += _dicts(body.get("functions"))
    return [_definition(tool) for tool in flat]


def _functions(tool: Json) -> list[Json]:
    """Gemini puts many functions in one tool."""
    many = tool.get("functionDeclarations") or tool.get("function_declarations")
    return _dicts(many) if many else [tool.get("function") or tool.get("toolSpec") or tool]


def _definition(tool: Json) -> Json:
    schema = tool.get("parameters") or tool.get("input_schema") or tool.get("inputSchema")
    schema = schema or tool.get("parametersJsonSchema") or {}
    found = {"type": "function", "name": tool.get("name") or tool.get("type")}
    return {
        **found,
        "description": tool.get("description"),
        "parameters": schema.get("json", schema),
    }


def _dicts(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
