"""The made calls in every format that tells them: what `test_equivalence` and the small fixtures are
written with. Each writer follows the format's own documentation, and leaves out what the format lacks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from calls import Json, Made


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def lines(values: Iterable[Json]) -> str:
    return "".join(dumped(value) + "\n" for value in values)


def pairs(made: Iterable[Made]) -> str:
    """Requests and responses as a proxy logs them."""
    return lines(
        {"timestamp": one.start_ns // 10**6, "session": one.session, **one.tags, "status_code": one.status,
         "request": one.request, "response": one.response}
        for one in made
    )  # fmt: skip


# -- OpenTelemetry -----------------------------------------------------------------------------


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


def _answer(one: Made) -> Json | None:
    if one.status >= 400:
        return None
    if one.provider == "openai":
        answer: Json = one.response["choices"][0]["message"]
        return answer
    return {"role": "assistant", "content": one.response["content"]}


def _system(one: Made) -> str | None:
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
        answer = _answer(one)
        system = _system(one)
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
        answer, system = _answer(one), _system(one)
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
        answer = _answer(one)
        if answer:
            values["gen_ai.output.messages"] = dumped([_conventional(answer)])
        found.append(otlp(one, values, "ctxcapture", f"chat {one.request['model']}"))
    return lines(found)


# -- rows --------------------------------------------------------------------------------------


def _iso(ns: int) -> str:
    return (
        datetime.fromtimestamp(ns / 1e9, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def langfuse(made: Iterable[Made]) -> str:
    """Observations of the batch export; usage in buckets that add up."""
    found = []
    for one in made:
        usage, answer = counts(one), _answer(one)
        buckets: Json = {}
        if usage:
            read, write = usage[2], usage[3]
            buckets = {
                "input": usage[0] - read - write,
                "output": usage[1],
                "total": usage[0] + usage[1],
            }
            name = "input_cached_tokens" if one.provider == "openai" else "cache_read_input_tokens"
            buckets |= {name: read} if read else {}
            buckets |= {"cache_creation_input_tokens": write} if write else {}
        messages = list(one.request["messages"])
        system = _system(one)
        messages = [{"role": "system", "content": system}, *messages] if system else messages
        found.append({
            "id": one.span_id, "traceId": one.trace_id, "type": "GENERATION", "name": "answer",
            "startTime": _iso(one.start_ns), "endTime": _iso(one.end_ns), "parentObservationId": None,
            "model": one.response.get("model", one.request["model"]), "modelParameters": {"temperature": 1},
            "input": {"messages": messages, "tools": one.request["tools"]}, "output": answer,
            "metadata": {"provider": one.provider}, "usageDetails": buckets, "costDetails": {},
            "level": "ERROR" if one.error else "DEFAULT", "statusMessage": one.error,
            "environment": "test", "sessionId": one.session, "userId": one.tags["user"],
            "traceName": "shop", "traceTags": [],
        })  # fmt: skip
    return lines(found)


def langsmith(made: Iterable[Made]) -> str:
    """Runs of wrap_openai and wrap_anthropic, as list_runs gives them."""
    found = []
    for one in made:
        usage = counts(one)
        outputs = dict(one.response) if one.status < 400 else None
        if outputs and usage:
            outputs.pop("usage")
            details = {"cache_read": usage[2], "cache_creation": usage[3]}
            outputs["usage_metadata"] = {"input_tokens": usage[0], "output_tokens": usage[1],
                "total_tokens": usage[0] + usage[1], "input_token_details": details}  # fmt: skip
        found.append({
            "id": one.span_id, "name": "ChatOpenAI", "run_type": "llm", "trace_id": one.trace_id,
            "dotted_order": f"{one.start_ns}Z{one.span_id}", "parent_run_id": None,
            "start_time": _iso(one.start_ns)[:-1], "end_time": _iso(one.end_ns)[:-1],
            "inputs": one.request, "outputs": outputs, "error": one.error, "tags": [f"feature:{one.tags['feature']}"],
            "extra": {"metadata": {"ls_provider": one.provider, "ls_model_type": "chat",
                      "ls_model_name": one.request["model"], "thread_id": one.session,
                      "user_id": one.tags["user"]}, "invocation_params": {}},
        })  # fmt: skip
    return lines(found)


def litellm(made: Iterable[Made]) -> str:
    """standard_logging_object: the response in OpenAI's shape whoever answered."""
    found = []
    for one in made:
        usage = counts(one)
        system = _system(one)
        messages = list(one.request["messages"])
        parameters: Json = {"tools": one.request["tools"]}
        if system:
            parameters["system"] = one.request["system"]
        raw: Json = {}
        if usage:
            raw = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": usage[0] + usage[1],
                   "prompt_tokens_details": {"cached_tokens": usage[2]},
                   "cache_read_input_tokens": usage[2], "cache_creation_input_tokens": usage[3]}  # fmt: skip
        found.append({
            "id": one.response.get("id", f"failed-{one.number}"), "trace_id": None, "call_type": "acompletion",
            "status": "failure" if one.error else "success", "error_str": one.error,
            "custom_llm_provider": one.provider, "startTime": one.start_ns / 1e9, "endTime": one.end_ns / 1e9,
            "model": one.request["model"], "messages": messages, "model_parameters": parameters,
            "response": one.response if not one.error else None, "response_cost": 0,
            "prompt_tokens": usage[0] if usage else 0, "completion_tokens": usage[1] if usage else 0,
            "total_tokens": sum(usage[:2]) if usage else 0, "end_user": one.tags["user"],
            "request_tags": [f"feature:{one.tags['feature']}"],
            "metadata": {"usage_object": raw, "requester_metadata": {"session_id": one.session}},
        })  # fmt: skip
    return lines(found)


def braintrust(made: Iterable[Made]) -> str:
    """Rows of a project's logs."""
    found = []
    for one in made:
        usage, system, answer = counts(one), _system(one), _answer(one)
        messages = list(one.request["messages"])
        messages = [{"role": "system", "content": system}, *messages] if system else messages
        metrics: Json = {"start": one.start_ns / 1e9, "end": one.end_ns / 1e9}
        if usage:
            metrics |= {"prompt_tokens": usage[0], "completion_tokens": usage[1], "tokens": sum(usage[:2]),
                        "prompt_cached_tokens": usage[2], "prompt_cache_creation_tokens": usage[3]}  # fmt: skip
        found.append({
            "id": one.span_id, "span_id": one.span_id, "root_span_id": one.trace_id, "span_parents": None,
            "created": _iso(one.start_ns), "input": messages, "output": [{"message": answer}] if answer else None,
            "error": one.error, "metrics": metrics, "span_attributes": {"type": "llm", "name": "answer"},
            "metadata": {"model": one.response.get("model", one.request["model"]), "provider": one.provider,
                         "tools": one.request["tools"], "session_id": one.session, "user_id": one.tags["user"]},
        })  # fmt: skip
    return lines(found)


def mlflow(made: Iterable[Made]) -> str:
    """Trace.to_json, one trace a line, one span in it."""
    found = []
    for one in made:
        usage = counts(one)
        values: Json = {
            "mlflow.spanType": "CHAT_MODEL", "mlflow.spanInputs": one.request, "mlflow.llm.provider": one.provider,
            "mlflow.spanOutputs": one.response if one.status < 400 else None,
        }  # fmt: skip
        if usage:
            values["mlflow.chat.tokenUsage"] = {
                "input_tokens": usage[0], "output_tokens": usage[1], "total_tokens": sum(usage[:2]),
                "cache_read_input_tokens": usage[2], "cache_creation_input_tokens": usage[3],
            }  # fmt: skip
        span = {
            "trace_id": one.trace_id, "span_id": one.span_id, "parent_span_id": None, "name": "Completions",
            "start_time_unix_nano": one.start_ns, "end_time_unix_nano": one.end_ns, "events": [],
            "status": {"code": "STATUS_CODE_ERROR" if one.error else "STATUS_CODE_OK", "message": one.error or ""},
            "attributes": {key: dumped(value) for key, value in values.items() if value is not None},
        }  # fmt: skip
        info = {"trace_id": f"tr-{one.trace_id}", "tags": {"mlflow.traceName": "answer", "feature": one.tags["feature"]},
                "trace_metadata": {"mlflow.trace.session": one.session, "mlflow.trace.user": one.tags["user"]}}  # fmt: skip
        found.append({"info": info, "data": {"spans": [span]}})
    return lines(found)


# -- recordings of HTTP ------------------------------------------------------------------------

URLS = {
    "openai": "https://api.openai.com/v1/chat/completions",
    "anthropic": "https://api.anthropic.com/v1/messages",
}


def har(made: Iterable[Made]) -> str:
    """A browser's export: requests to models among others."""
    entries: list[Json] = [
        {"startedDateTime": _iso(one.start_ns), "time": (one.end_ns - one.start_ns) / 10**6,
         "request": {"method": "POST", "url": URLS[one.provider], "headers": [],
                     "postData": {"mimeType": "application/json", "text": dumped(one.request)}},
         "response": {"status": one.status, "headers": [],
                      "content": {"mimeType": "application/json", "text": dumped(one.response)}}}
        for one in made
    ]  # fmt: skip
    page = {"method": "GET", "url": "https://shop.example/", "headers": []}
    entries.append({"startedDateTime": _iso(0), "time": 3, "request": page,
                    "response": {"status": 200, "headers": [], "content": {"mimeType": "text/html", "text": "<p>"}}})  # fmt: skip
    return dumped({"log": {"version": "1.2", "creator": {"name": "browser"}, "entries": entries}})


def vcr(made: Iterable[Made]) -> str:
    """A cassette of vcrpy; texts as YAML's double-quoted scalars, which JSON's are."""
    found = ["interactions:"]
    for one in made:
        found += [
            "- request:", f"    body: {json.dumps(dumped(one.request))}", "    headers: {}",
            "    method: POST", f"    uri: {URLS[one.provider]}", "  response:",
            f"    body: {{string: {json.dumps(dumped(one.response))}}}",
            f"    headers: {{}}\n    status: {{code: {one.status}, message: x}}",
        ]  # fmt: skip
    return "\n".join([*found, "version: 1", ""])


WRITERS: dict[str, Callable[[Iterable[Made]], str]] = {
    "braintrust": braintrust,
    "har": har,
    "langfuse": langfuse,
    "langsmith": langsmith,
    "litellm": litellm,
    "mlflow": mlflow,
    "otlp_new": otlp_new,
    "otlp_old": otlp_old,
    "openinference": openinference,
    "vcr": vcr,
    "ctxcapture": ctxcapture,
}
