"""The made calls as spans: OpenTelemetry's two conventions, OpenInference, ctxcapture."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from calls import Json, Made


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def lines(values: Iterable[Json]) -> str:
    return "".join(dumped(value) + "\n" for value in values)


def _union(value: Any) -> Json:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_union(item) for item in value]}}
    if isinstance(value, dict):
        return {
            "kvlistValue": {"values": [{"key": k, "value": _union(v)} for k, v in value.items()]}
        }
    return {"stringValue": str(value)}


def attributes(value: Json) -> list[Json]:
    return [
        {"key": key, "value": _union(found)} for key, found in value.items() if found is not None
    ]


def otlp(one: Made, found: Json, scope: str, name: str) -> Json:
    span: Json = {
        "traceId": one.trace_id, "spanId": one.span_id, "name": name, "kind": 3,
        "startTimeUnixNano": str(one.start_ns), "endTimeUnixNano": str(one.end_ns),
        "attributes": attributes(found),
        "status": {"code": 2, "message": one.error} if one.error else {},
    }  # fmt: skip
    resource = {"service.name": "shop", "deployment.environment.name": "test"}
    return {"resourceSpans": [{"resource": {"attributes": attributes(resource)},
            "scopeSpans": [{"scope": {"name": scope}, "spans": [span]}]}]}  # fmt: skip


def _who(one: Made) -> Json:
    return {"session.id": one.session, "user.id": one.tags["user"], "feature": one.tags["feature"],
            "gen_ai.agent.name": one.tags["agent"]}  # fmt: skip


def _blocks(message: Json) -> list[Json]:
    content = message.get("content")
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or [])


def _parts(message: Json) -> list[Json]:
    """A message of either provider as parts of the conventions."""
    found: list[Json] = []
    for block in _blocks(message):
        if message["role"] == "tool":
            found.append(
                {
                    "type": "tool_call_response",
                    "id": message["tool_call_id"],
                    "response": block["text"],
                }
            )
        elif block["type"] == "text":
            found.append({"type": "text", "content": block["text"]})
        elif block["type"] == "tool_use":
            found.append(
                {
                    "type": "tool_call",
                    "id": block["id"],
                    "name": block["name"],
                    "arguments": block["input"],
                }
            )
        elif block["type"] == "tool_result":
            text = "".join(part["text"] for part in block["content"])
            found.append(
                {"type": "tool_call_response", "id": block["tool_use_id"], "response": text}
            )
    for call in message.get("tool_calls", ()):
        function = call["function"]
        found.append({"type": "tool_call", "id": call["id"], "name": function["name"],
                      "arguments": json.loads(function["arguments"])})  # fmt: skip
    return found


def _conventional(message: Json) -> Json:
    parts = _parts(message)
    results = any(part["type"] == "tool_call_response" for part in parts)
    return {"role": "tool" if results else message["role"], "parts": parts}


def answer_of(one: Made) -> Json | None:
    if one.status >= 400:
        return None
    if one.provider == "openai":
        answer: Json = one.response["choices"][0]["message"]
        return answer
    return {"role": "assistant", "content": one.response["content"]}


def system_of(one: Made) -> str | None:
    return one.request["system"][0]["text"] if "system" in one.request else None


def _finish(one: Made) -> str:
    if one.provider == "openai":
        return str(one.response["choices"][0]["finish_reason"])
    return str(one.response["stop_reason"])


def counts(one: Made) -> tuple[int, int, int, int] | None:
    """Prompt with everything cached in it, output, read, written."""
    usage = one.response.get("usage")
    if usage is None:
        return None
    if one.provider == "openai":
        return (usage["prompt_tokens"], usage["completion_tokens"],
                usage["prompt_tokens_details"]["cached_tokens"], 0)  # fmt: skip
    read, write = usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]
    return (usage["input_tokens"] + read + write, usage["output_tokens"], read, write)


def _usage_new(one: Made) -> Json:
    found = counts(one)
    if not found:
        return {}
    return {
        "gen_ai.usage.input_tokens": found[0],
        "gen_ai.usage.output_tokens": found[1],
        "gen_ai.usage.cache_read.input_tokens": found[2],
        "gen_ai.usage.cache_creation.input_tokens": found[3],
    }


def _answered(one: Made) -> Json:
    if one.status >= 400:
        return {"error.type": one.response["error"]["type"]}
    return {"gen_ai.response.id": one.response["id"], "gen_ai.response.model": one.response["model"],
            "gen_ai.response.finish_reasons": [_finish(one)]}  # fmt: skip


def otlp_new(made: Iterable[Made]) -> str:
    """Semantic conventions 1.38 and later, one request a line (collector's file exporter)."""
    found = []
    for one in made:
        answer = answer_of(one)
        system = system_of(one)
        values = {
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": one.provider,
            "gen_ai.request.model": one.request["model"], **_answered(one), **_usage_new(one), **_who(one),
            "gen_ai.system_instructions": dumped([{"type": "text", "content": system}]) if system else None,
            "gen_ai.input.messages": dumped([_conventional(m) for m in one.request["messages"]]),
            "gen_ai.output.messages": dumped([_conventional(answer)]) if answer else None,
            "gen_ai.tool.definitions": dumped(one.request["tools"]),
        }  # fmt: skip
        found.append(otlp(one, values, "made.instrumentation", f"chat {one.request['model']}"))
    return lines(found)


def _old_messages(messages: list[Json], prefix: str) -> Json:
    found: Json = {}
    for number, message in enumerate(messages):
        name = f"{prefix}.{number}"
        found[f"{name}.role"] = message["role"]
        content = message.get("content")
        if isinstance(content, str):
            found[f"{name}.content"] = content
        elif content:
            texts = [b for b in content if b["type"] != "tool_use"]
            plain = all(b["type"] == "text" for b in texts)
            found[f"{name}.content"] = "".join(b["text"] for b in texts) if plain else dumped(texts)
        if "tool_call_id" in message:
            found[f"{name}.tool_call_id"] = message["tool_call_id"]
        calls = [
            (c["id"], c["function"]["name"], c["function"]["arguments"])
            for c in message.get("tool_calls", ())
        ]
        if isinstance(content, list):
            calls += [
                (b["id"], b["name"], dumped(b["input"])) for b in content if b["type"] == "tool_use"
            ]
        for position, (call_id, tool, arguments) in enumerate(calls):
            call = f"{name}.tool_calls.{position}"
            found |= {f"{call}.id": call_id, f"{call}.name": tool, f"{call}.arguments": arguments}
    return found


def otlp_old(made: Iterable[Made]) -> str:
    """OpenLLMetry until 0.5x: indexed gen_ai.prompt, llm.request.functions, prompt_tokens."""
    found = []
    for one in made:
        answer, system = answer_of(one), system_of(one)
        messages = [{"role": "system", "content": system}] if system else []
        values: Json = {
            "llm.request.type": "chat", "gen_ai.system": one.provider.capitalize(),
            "gen_ai.request.model": one.request["model"],
            **_old_messages([*messages, *one.request["messages"]], "gen_ai.prompt"),
        }  # fmt: skip
        for number, tool in enumerate(one.request["tools"]):
            inner = tool.get("function", tool)
            name = f"llm.request.functions.{number}"
            schema = inner.get("parameters", inner.get("input_schema"))
            values |= {f"{name}.name": inner["name"], f"{name}.description": inner["description"],
                       f"{name}.parameters": dumped(schema)}  # fmt: skip
        if answer:
            values |= {**_answered(one), **_old_messages([answer], "gen_ai.completion")}
        usage = counts(one)
        if usage:
            values |= {
                "gen_ai.usage.prompt_tokens": usage[0], "gen_ai.usage.completion_tokens": usage[1],
                "gen_ai.usage.cache_read_input_tokens": usage[2],
                "gen_ai.usage.cache_creation_input_tokens": usage[3],
            }  # fmt: skip
        values |= {"traceloop.association.properties.session_id": one.session,
                   "traceloop.association.properties.user_id": one.tags["user"]}  # fmt: skip
        found.append(
            otlp(
                one, values, f"opentelemetry.instrumentation.{one.provider}", f"{one.provider}.chat"
            )
        )
    return lines(found)


def openinference(made: Iterable[Made]) -> str:
    """OpenInference as its OpenAI and Anthropic instrumentations write it."""
    found = []
    for one in made:
        usage = counts(one)
        values: Json = {
            "openinference.span.kind": "LLM", "llm.system": one.provider, "llm.provider": one.provider,
            "llm.model_name": one.response.get("model", one.request["model"]),
            "input.value": dumped(one.request), "input.mime_type": "application/json",
            "output.value": dumped(one.response) if one.status < 400 else None,
            "output.mime_type": "application/json" if one.status < 400 else None,
            "session.id": one.session, "user.id": one.tags["user"],
            "metadata": dumped({"feature": one.tags["feature"], "agent": one.tags["agent"]}),
        }  # fmt: skip
        for number, tool in enumerate(one.request["tools"]):
            values[f"llm.tools.{number}.tool.json_schema"] = dumped(tool)
        for number, message in enumerate(one.request["messages"]):
            values[f"llm.input_messages.{number}.message.role"] = message["role"]
            if isinstance(message.get("content"), str):
                values[f"llm.input_messages.{number}.message.content"] = message["content"]
        if usage:
            values |= {
                "llm.token_count.prompt": usage[0], "llm.token_count.completion": usage[1],
                "llm.token_count.prompt_details.cache_read": usage[2],
                "llm.token_count.prompt_details.cache_write": usage[3],
            }  # fmt: skip
        found.append(
            otlp(one, values, f"openinference.instrumentation.{one.provider}", "ChatCompletion")
        )
    return lines(found)


def ctxcapture(made: Iterable[Made]) -> str:
    """ctxcapture's own lines: conventions, and the request as it was sent."""
    found = []
    for one in made:
        values = {
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": one.provider,
            "gen_ai.request.model": one.request["model"], **_answered(one), **_usage_new(one),
            "gen_ai.conversation.id": one.session, "user.id": one.tags["user"],
            "gen_ai.agent.name": one.tags["agent"], "ctxcapture.schema": "1",
            "ctxcapture.api": "chat" if one.provider == "openai" else "anthropic",
            "ctxcapture.tags": [f"feature:{one.tags['feature']}"],
            "ctxcapture.request": dumped(one.request),
            "ctxcapture.response.usage": dumped(one.response["usage"]) if one.status < 400 else None,
        }  # fmt: skip
        answer = answer_of(one)
        if answer:
            values["gen_ai.output.messages"] = dumped([_conventional(answer)])
        found.append(otlp(one, values, "ctxcapture", f"chat {one.request['model']}"))
    return lines(found)
