"""GenAI spans in every generation of attributes as logged chat requests.

Spec: formats, section 4.1 "Attribute generations" and 4.2. The newest names are asked first; whatever
an older one adds is taken as well, so a span that carries two generations is read once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from whytokens.importers import usage
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.spans import Event, Span, nested
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_tokens, decoded, dumped
from whytokens.model import Usage

CALLS = frozenset((
    "chat", "text_completion", "generate_content", "completion", "responses", "response", "message",
    "messages", "generate", "converse", "multimodal_completion", "chat_completion", "inference",
))  # fmt: skip
OUTER = frozenset(("invoke_agent", "invoke_workflow", "create_agent", "agent", "workflow", "chain"))
SESSION_KEYS = (
    "gen_ai.conversation.id", "session.id", "traceloop.association.properties.session_id",
    "traceloop.association.properties.thread_id", "traceloop.association.properties.chat_id",
    "traceloop.association.properties.conversation_id", "langfuse.session.id", "langfuse.sessionId",
    "ai.telemetry.metadata.sessionId", "ai.telemetry.metadata.session_id", "langwatch.thread.id",
    "langsmith.trace.session_id", "gcp.vertex.agent.session_id", "thread.id", "conversation_id",
    "session_id", "claude.code.session_id", "claude.cowork.session_id", "mlflow.trace.session",
)  # fmt: skip
TAG_KEYS = {
    "user": ("user.id", "enduser.id", "traceloop.association.properties.user_id", "langfuse.user.id",
             "ai.telemetry.metadata.userId", "ai.telemetry.metadata.user_id", "langwatch.user.id",
             "user_id"),
    "agent": ("gen_ai.agent.name", "agent.name", "cursor.agent.id", "graph.node.name"),
    "workflow": ("gen_ai.workflow.name", "traceloop.workflow.name"),
    "feature": ("feature",),
    "task": ("ctxcapture.task_type", "task_type", "task.type"),
    "turn": ("ctxcapture.turn", "turn_number", "turn.number"),
    "function": ("ai.telemetry.functionId", "code.function.name"),
    "prompt": ("gen_ai.prompt.name", "langfuse.observation.prompt.name", "traceloop.prompt.key"),
    "prompt version": ("gen_ai.prompt.version", "langfuse.observation.prompt.version",
                       "llm.prompt_template.version", "traceloop.prompt.version"),
    "environment": ("deployment.environment.name", "deployment.environment", "langfuse.environment"),
    "service": ("service.name",),
}  # fmt: skip
TAG_PREFIXES = (
    "traceloop.association.properties.",
    "ai.telemetry.metadata.",
    "langfuse.trace.metadata.",
)


def logged(span: Span, records: Iterable[Event] = ()) -> Logged:
    """A span as a logged request; whether it is one, `kind` says."""
    found = Logged(
        where=span.where, group=span.trace, span=span.id, parent=span.parent,
        started=span.started, ended=span.ended, error=span.failed,
    )  # fmt: skip
    attributes = span.attributes
    _who(found, attributes, span.resource)
    if kind(span) != "none":
        found.outer = kind(span) == "outer"
        found.echo = span.name.startswith("streaming response from")  # Logfire
        _what(found, span, records)
    return found


def kind(span: Span) -> str:
    """ "call", "outer" (a sum of calls, used only where they are missing), "embedding" or "none"."""
    a = span.attributes
    said = str(a.get("openinference.span.kind") or a.get("traceloop.span.kind") or "").lower()
    operation = str(a.get("gen_ai.operation.name") or a.get("llm.request.type") or "").lower()
    vercel = str(a.get("ai.operationId") or "")
    if vercel.startswith("ai."):
        if "embed" in vercel.lower():
            return "embedding"
        inner = vercel.endswith((".doGenerate", ".doStream"))
        return "call" if inner else "none" if "toolCall" in vercel else "outer"
    if said == "llm":
        return "call"
    if said == "embedding" or "embedding" in operation:
        return "embedding"
    if said in (
        "tool",
        "retriever",
        "reranker",
        "guardrail",
        "evaluator",
        "task",
        "chain",
        "prompt",
    ):
        return "none"
    if said in ("agent", "workflow") or operation in OUTER:
        return "outer" if _reports(a) else "none"
    if operation in CALLS:
        return "call"
    if operation:
        return "none"
    named = (
        a.get("gen_ai.request.model") or a.get("gen_ai.response.model") or a.get("llm.model_name")
    )
    content = any(key.startswith(("gen_ai.prompt", "gen_ai.input.messages", "llm.input_messages",
                                  "gcp.vertex.agent.llm_request")) for key in a)  # fmt: skip
    if named and (_reports(a) or content or "request_data" in a):
        return "call"
    request = as_dict(decoded(a.get("request_data")))
    if request.get("messages") or request.get("input"):
        return "call"
    if any(
        event.name.startswith("openinference.instrumentation") and event.body
        for event in span.events
    ):
        bodies = (as_dict(event.body) for event in span.events)
        # LangChain's result of a model; chains, tools and graphs give anything else.
        return "call" if any('\\"generations' in dumped(body) for body in bodies) else "none"
    return "none"


def _reports(a: Json) -> bool:
    return any(
        key.startswith(("gen_ai.usage.", "llm.token_count.", "llm.usage.", "ai.usage."))
        for key in a
    )


def _who(found: Logged, a: Json, resource: Json) -> None:
    found.session = next((str(a[key]) for key in SESSION_KEYS if a.get(key)), None)
    for tag, keys in TAG_KEYS.items():
        for key in keys:
            found.tag(**{tag: a.get(key) or resource.get(key)})
    for prefix in TAG_PREFIXES:
        for key in a:
            if key.startswith(prefix):
                found.tag(**{key.removeprefix(prefix): a[key]})
    for key, value in as_dict(decoded(a.get("metadata"))).items():
        found.tag(**{str(key): value})
    if found.session is None:
        known = as_dict(decoded(a.get("metadata")))
        keys = ("session_id", "thread_id", "conversation_id")
        found.session = next((str(known[key]) for key in keys if known.get(key)), None)
    for text in as_list(decoded(a.get("ctxcapture.tags"))):
        name, colon, rest = str(text).partition(":")
        found.tag(**({name: rest} if colon else {"tag": name}))
    labels = as_list(decoded(a.get("tag.tags") or a.get("langfuse.trace.tags")))
    if labels:
        found.tag(tag=", ".join(str(label) for label in labels))


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
    found.usage = _usage(a)
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
    found.tools = (
        tools
        if tools and not all(isinstance(t, str) and t[:1] != "{" for t in tools)
        else found.tools
    )


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
        if not as_list(found.output):
            found.output = []
        found.output.append(one)
    elif name.startswith("gen_ai.") and name.endswith(".message"):
        role = name.split(".")[1]
        one = {"role": role, **{k: a[k] for k in ("content", "tool_calls", "name") if a.get(k)}}
        if role == "tool":
            one["tool_call_id"] = a.get("id")
        found.messages = [*as_list(found.messages), one]
    elif name.startswith("openinference.instrumentation") and isinstance(event.body, dict):
        found.messages = found.messages or as_dict(event.body.get("input")).get("messages")
        found.output = found.output or as_dict(event.body.get("output")).get("messages")


def _usage(a: Json) -> Usage | None:
    """Input includes what was cached (formats, rule 1), by whatever names."""

    def count(*keys: str) -> int | None:
        return next((n for key in keys if (n := as_tokens(_int(a.get(key)))) is not None), None)

    raw = as_dict(decoded(a.get("ctxcapture.response.usage") or a.get("gen_ai.usage.raw")))
    prompt = count("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt",
                   "llm.usage.prompt_tokens", "ai.usage.inputTokens", "ai.usage.promptTokens")  # fmt: skip
    output = count("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens",
                   "llm.token_count.completion", "llm.usage.completion_tokens",
                   "ai.usage.outputTokens", "ai.usage.completionTokens")  # fmt: skip
    if raw:
        known = usage.usage_of(raw)
        if known is not None and (
            prompt is None or known.prompt == prompt or known.input == prompt
        ):
            return known
    meta = as_dict(as_dict(decoded(a.get("ai.response.providerMetadata"))).get("anthropic"))
    vercel = as_dict(meta.get("usage"))
    read = count("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
                 "gen_ai.usage.input_tokens.cached", "gen_ai.usage.details.cache_read_tokens",
                 "llm.token_count.prompt_details.cache_read", "ai.usage.cachedInputTokens",
                 "ai.usage.inputTokenDetails.cacheReadTokens",
                 "gen_ai.usage.details.cache_read_input_tokens")  # fmt: skip
    write = count("gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens",
                  "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.details.cache_write_tokens",
                  "llm.token_count.prompt_details.cache_write", "ai.usage.inputTokenDetails.cacheWriteTokens",
                  "gen_ai.usage.details.cache_creation_input_tokens")  # fmt: skip
    if read is None:
        read = as_tokens(vercel.get("cache_read_input_tokens", meta.get("cacheReadInputTokens")))
    if write is None:
        write = as_tokens(
            vercel.get("cache_creation_input_tokens", meta.get("cacheCreationInputTokens"))
        )
    hour = count("anthropic.usage.cache_creation.ephemeral_1h_input_tokens")
    reasoning = count("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens",
                      "llm.token_count.completion_details.reasoning", "ai.usage.reasoningTokens",
                      "gen_ai.usage.details.reasoning_tokens")  # fmt: skip
    return tokens(prompt, output, read=read, write=write, write_1h=hour, reasoning=reasoning)


def _int(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() and len(value) < 16 else value
