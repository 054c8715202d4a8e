"""GenAI spans in every generation of attributes as logged chat requests.

Spec: formats, section 4.1 "Attribute generations" and 4.2. The newest names are asked first; whatever
an older one adds is taken as well, so a span that carries two generations is read once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from whytokens.importers import usage
from whytokens.importers.attributes import nested
from whytokens.importers.genai_kinds import kind, note_who
from whytokens.importers.genai_usage import usage_of_span
from whytokens.importers.logged import Logged
from whytokens.importers.spans import Event, Span
from whytokens.importers.values import Json, as_dict, as_list, as_str, decoded

__all__ = ["kind", "logged"]


def logged(span: Span, records: Iterable[Event] = ()) -> Logged:
    """A span as a logged request; whether it is one, `kind` says."""
    found = Logged(
        where=span.where, group=span.trace, span=span.id, parent=span.parent,
        started=span.started, ended=span.ended, error=span.failed,
    )  # fmt: skip
    attributes = span.attributes
    note_who(found, attributes, span.resource)
    if kind(span) != "none":
        found.outer = kind(span) == "outer"
        found.echo = span.name.startswith("streaming response from")  # Logfire
        _what(found, span, records)
    return found


def _what(found: Logged, span: Span, records: Iterable[Event]) -> None:
    a = span.attributes
    found.provider = next(
        (p for key in ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "ai.model.provider",
                       "llm.system") if (p := as_str(a.get(key)))), None)  # fmt: skip
    if found.provider and found.provider.endswith(".responses"):
        found.responses, found.provider = True, found.provider.split(".")[0]
    found.model = next(
        (m for key in ("gen_ai.response.model", "ai.response.model", "llm.response.model_name",
                       "llm.model_name", "gen_ai.request.model", "llm.request.model_name",
                       "ai.model.id") if (m := as_str(a.get(key)))), None)  # fmt: skip
    if (found.model or "").startswith("models/"):
        found.model = (found.model or "").removeprefix("models/")
    found.url = (
        as_str(a.get("url.full"))
        or as_str(a.get("gen_ai.openai.api_base"))
        or as_str(a.get("server.address"))
        or ""
    )
    found.id = as_str(a.get("gen_ai.response.id")) or as_str(a.get("ai.response.id"))
    reasons = decoded(a.get("gen_ai.response.finish_reasons"))
    if isinstance(reasons, str):  # a list's text in Python
        reasons = reasons.strip("[]()").split(",")[0].strip("' ")
    found.stop_reason = as_str(
        reasons[0] if isinstance(reasons, list) and reasons else reasons
    ) or as_str(
        a.get("llm.finish_reason")
        or a.get("ai.response.finishReason")
        or a.get("gen_ai.completion.0.finish_reason")
    )
    found.tier = next(
        (t for key, t in a.items() if key.endswith("response.service_tier") and as_str(t)), None
    )
    found.cost_pusd = usage.usd_as_pusd(next((a[k] for k in ("gen_ai.usage.cost", "operation.cost", "llm.cost.total",
                                               "gen_ai.usage.total_cost") if a.get(k)), None))  # fmt: skip
    found.error = found.error or as_str(a.get("error.type"))
    found.usage = usage_of_span(a)
    _settings(found, a)
    _content(found, a)
    for event in (*span.events, *records):
        _heard(found, event)
    if found.id is None:
        found.id = as_str(found.reply_body.get("id"))
    answered = found.id or ""
    found.responses = found.responses or answered.startswith("resp_")


def _settings(found: Logged, a: Json) -> None:
    for key in ("llm.invocation_parameters", "model_request_parameters", "request_data"):
        said = as_dict(decoded(a.get(key)))
        found.settings = {**said, **found.settings}
        found.tools = found.tools or said.get("tools") or said.get("function_tools")
        if said.get("output_tools") and isinstance(found.tools, list):
            found.tools = [*found.tools, *as_list(said["output_tools"])]
    if a.get("ai.prompt.toolChoice"):
        found.settings["tool_choice"] = decoded(a["ai.prompt.toolChoice"])
    if a.get("gen_ai.request.previous_response.id"):
        found.settings["previous_response_id"] = a["gen_ai.request.previous_response.id"]
    schema = decoded(a.get("gen_ai.request.structured_output_schema"))
    if isinstance(schema, dict):
        found.settings["response_format"] = {"json_schema": {"schema": schema}}


def _content(found: Logged, a: Json) -> None:
    """Verbatim bodies first, then messages by the newest names."""
    request = as_dict(decoded(a.get("ctxcapture.request")))
    request = request or as_dict(decoded(a.get("gcp.vertex.agent.llm_request")))
    if "config" in request and "contents" in request:  # ADK's own wrapper
        request = {**request, **as_dict(request["config"])}
        request.pop("config")
    request = (
        request or _body(decoded(a.get("input.value"))) or _body(decoded(a.get("request_data")))
    )
    found.body = request
    reply = as_dict(decoded(a.get("gcp.vertex.agent.llm_response")))
    if reply.get("content") and "candidates" not in reply:
        reply = {**reply, "candidates": [{"content": reply["content"]}]}
    for key in ("output.value", "response_data"):
        reply = reply or as_dict(decoded(a.get(key)))
    found.reply_body = reply if request and _is_reply(reply) else {}
    said = decoded(a.get("gen_ai.input.messages"))
    found.messages = said or nested(a, "llm.input_messages") or nested(a, "gen_ai.prompt") or None
    if not found.messages:
        keys = ("gen_ai.prompt", "ai.prompt.messages", "gen_ai.prompt.messages", "langfuse.observation.input",
                "ai.prompt", "input.value", "traceloop.entity.input", "all_messages_events", "events")  # fmt: skip
        found.messages = next((m for key in keys if (m := decoded(a.get(key)))), None)
        if isinstance(found.messages, list) and any(
            "event.name" in as_dict(m) for m in found.messages
        ):
            events, found.messages = found.messages, None
            for one in events:
                _heard(
                    found, Event(name=str(as_dict(one).get("event.name")), attributes=as_dict(one))
                )
    found.system = decoded(a.get("gen_ai.system_instructions")) or a.get(
        "gen_ai.system_instruction"
    )
    found.output = (
        decoded(a.get("gen_ai.output.messages")) or found.output
        or nested(a, "llm.output_messages") or nested(a, "gen_ai.completion")
        or decoded(a.get("gen_ai.completion")) or _vercel_output(a)
    )  # fmt: skip
    if not found.output and not found.reply_body:
        found.output = decoded(a.get("output.value")) or decoded(
            a.get("langfuse.observation.output")
        )
    tools = (
        decoded(a.get("gen_ai.tool.definitions")) or nested(a, "llm.tools")
        or nested(a, "llm.request.functions") or decoded(a.get("ai.prompt.tools"))
        or decoded(a.get("gen_ai.request.tools")) or decoded(a.get("gen_ai.agent.tools"))
    )  # fmt: skip
    named = [t for t in as_list(tools) if isinstance(t, dict) or str(t)[:1] == "{"]
    found.tools = named or (tools if isinstance(tools, dict) else None) or found.tools


def _body(value: Any) -> Json:
    """A request as a wrapped client was called with: messages that are objects, not their reprs."""
    one = as_dict(value)
    for key in ("messages", "contents", "input"):
        inner = one.get(key)
        if isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner):
            return one if all("role" in i or "type" in i or "parts" in i for i in inner) else {}
    return one if isinstance(one.get("input"), str) and "model" in one else {}


def _is_reply(value: Json) -> bool:
    return any(
        isinstance(value.get(k), list) for k in ("choices", "output", "candidates", "content")
    )


def _vercel_output(a: Json) -> Any:
    parts: list[Json] = []
    for key, kind_of in (("ai.response.reasoning", "reasoning"), ("ai.response.text", "text")):
        if as_str(a.get(key)):
            parts.append({"type": kind_of, "text": a[key]})
    if as_str(a.get("ai.response.object")):
        parts.append({"type": "text", "text": a["ai.response.object"]})
    calls = as_list(decoded(a.get("ai.response.toolCalls")))
    parts += [{"type": "tool-call", **as_dict(one)} for one in calls]
    return [{"role": "assistant", "content": parts}] if parts else None


def _heard(found: Logged, event: Event) -> None:
    """An event or a log record that carries content, of any generation."""
    name = event.name or str(event.attributes.get("event.name") or "")
    a = {**event.attributes, **as_dict(event.body)}
    if isinstance(decoded(a.get("gen_ai.event.content")), dict):  # .NET and Azure
        a |= as_dict(decoded(a["gen_ai.event.content"]))
    if name == "gen_ai.client.inference.operation.details" or "gen_ai.input.messages" in a:
        found.messages = decoded(a.get("gen_ai.input.messages")) or found.messages
        found.system = decoded(a.get("gen_ai.system_instructions")) or found.system
        found.output = decoded(a.get("gen_ai.output.messages")) or found.output
        found.tools = decoded(a.get("gen_ai.tool.definitions")) or found.tools
    elif name in ("gen_ai.content.prompt", "gen_ai.content.completion"):
        key = "messages" if name.endswith("prompt") else "output"
        said = decoded(a.get("gen_ai.prompt") or a.get("gen_ai.completion"))
        setattr(found, key, getattr(found, key) or said)
    elif name == "gen_ai.choice":
        inner = decoded(a.get("message") or a.get("content") or a)
        one = inner if isinstance(inner, dict) and "role" in inner else {"role": "assistant"}
        one = (
            one
            if one is inner
            else {**one, **(inner if isinstance(inner, dict) else {"content": inner})}
        )
        found.output = [*as_list(found.output), one]
    elif name.startswith("gen_ai.") and name.endswith(".message"):
        role = name.split(".")[1]
        one = {"role": role, **{k: a[k] for k in ("content", "tool_calls", "name") if a.get(k)}}
        if role == "tool":
            one["tool_call_id"] = a.get("id")
        found.messages = [*as_list(found.messages), one]
    elif name.startswith("openinference.instrumentation") and isinstance(event.body, dict):
        found.messages = found.messages or as_dict(event.body.get("input")).get("messages")
        found.output = found.output or as_dict(event.body.get("output")).get("messages")
