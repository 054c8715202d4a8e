"""The made calls in every format that tells them: what `test_equivalence` and the small fixtures are
written with. Each writer follows the format's own documentation, and leaves out what the format lacks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from calls import Json, Made
from otel_writers import (
    answer_of,
    counts,
    ctxcapture,
    dumped,
    lines,
    openinference,
    otlp_new,
    otlp_old,
    system_of,
)


def pairs(made: Iterable[Made]) -> str:
    """Requests and responses as a proxy logs them."""
    return lines(
        {"timestamp": one.start_ns // 10**6, "session": one.session, **one.tags, "status_code": one.status,
         "request": one.request, "response": one.response}
        for one in made
    )  # fmt: skip


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
        usage, answer = counts(one), answer_of(one)
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
        system = system_of(one)
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
        system = system_of(one)
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
        usage, system, answer = counts(one), system_of(one), answer_of(one)
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
