"""What `codex exec --json` printed until autumn 2025: events under ``msg``, as a rollout's lines.

Spec: the writer's `EventMsg`. A first line has the settings, a second the prompt; commands and MCP calls
are told when they begin and when they end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from whytokens.importers.values import Json, as_dict, as_str, dumped


def is_event(line: Json) -> bool:
    return isinstance(line.get("msg"), dict) and isinstance(line["msg"].get("type"), str)


def is_settings(line: Json) -> bool:
    """The summary of settings before the first event."""
    return "model" in line and "workdir" in line and "type" not in line


def is_prompt(line: Json) -> bool:
    return line.keys() == {"prompt"} and isinstance(line["prompt"], str)


def as_lines(line: Json) -> Iterator[tuple[str, Json]]:
    """The kinds and payloads of the rollout's lines that say the same."""
    if is_settings(line):
        yield "session_meta", {"cwd": line["workdir"], "model_provider": line.get("provider")}
        yield "turn_context", {"model": line["model"], "effort": line.get("reasoning effort")}
    elif is_prompt(line):
        yield "response_item", _message("user", "input_text", line["prompt"])
    else:
        yield from _of_event(as_dict(line.get("msg")))


def _of_event(event: Json) -> Iterator[tuple[str, Json]]:
    kind, call = event.get("type"), event.get("call_id")
    if kind == "session_configured":
        yield "session_meta", {"id": event.get("session_id")}
        yield "turn_context", {"model": event.get("model")}
    elif kind == "agent_message" and as_str(event.get("message")):
        yield "response_item", _message("assistant", "output_text", event["message"])
    elif kind == "agent_reasoning" and as_str(event.get("text")):
        summary = [{"type": "summary_text", "text": event["text"]}]
        yield "response_item", {"type": "reasoning", "summary": summary}
    elif kind == "exec_command_begin":
        yield "response_item", _call(call, "shell", {"command": event.get("command")})
    elif kind == "exec_command_end":
        said = as_str(event.get("aggregated_output"))
        said = said or f"{event.get('stdout') or ''}{event.get('stderr') or ''}"
        yield "response_item", _result(call, said)
    elif kind == "patch_apply_begin":
        yield "response_item", _call(call, "apply_patch", event.get("changes"))
    elif kind == "patch_apply_end":
        yield (
            "response_item",
            _result(call, f"{event.get('stdout') or ''}{event.get('stderr') or ''}"),
        )
    elif kind in ("mcp_tool_call_begin", "mcp_tool_call_end"):
        asked = as_dict(event.get("invocation"))
        name = f"mcp__{asked.get('server')}__{asked.get('tool')}"
        if kind == "mcp_tool_call_begin":
            yield "response_item", _call(call, name, asked.get("arguments"))
        else:
            yield "response_item", _result(call, dumped(event.get("result")))
    elif kind == "token_count":
        # Until September 2025 the event was the totals themselves.
        info = event.get("info") or (
            {"total_token_usage": event} if "input_tokens" in event else None
        )
        yield "event_msg", {"type": "token_count", "info": info}


def _message(role: str, kind: str, text: str) -> Json:
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def _call(call: Any, name: str, arguments: Any) -> Json:
    said = json.dumps(arguments, ensure_ascii=False)
    return {"type": "function_call", "call_id": call, "name": name, "arguments": said}


def _result(call: Any, output: str) -> Json:
    return {"type": "function_call_output", "call_id": call, "output": output}
