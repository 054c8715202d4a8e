"""Which spans are calls of a model, and whose they are: sessions, users, agents and other tags.

Spec: formats, section 4.1 "Spans" and "Ids", 4.2, 4.9 "Vercel AI SDK"; rules 5 and 6.
"""

from __future__ import annotations

from whytokens.importers.logged import Logged
from whytokens.importers.spans import Span
from whytokens.importers.values import Json, as_dict, as_list, decoded, dumped

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


def note_who(found: Logged, a: Json, resource: Json) -> None:
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
