"""LangSmith: runs as listed, fetched, exported in bulk, or as the SDK sends them (post and patch).

Spec: formats, section 4.4. Only runs of the type llm are calls; token counts of parents are sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import (
    Format,
    RecordImporter,
    Row,
    first,
    opened,
    rows,
    tagged,
    under,
)
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.usage.langchain import langchain
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens
from whytokens.model import Usage, Where

SESSION_KEYS = ("thread_id", "session_id", "conversation_id")
TAGS = ("user_id", "user", "environment", "env", "feature", "revision_id", "repository", "turn_number",
        "agent", "agent_name", "langgraph_node", "lc_agent_name", "ls_integration", "prompt_name")  # fmt: skip


def runs(value: Any, where: Where) -> Iterator[Row]:
    """Runs, their children, and both halves of what the SDK sends."""
    one = as_dict(value)
    halves = [key for key in ("post", "patch") if isinstance(one.get(key), list)]
    if halves:
        for key in halves:
            for row, place in rows(one[key], under(where, key)):
                yield {**row, "half ": True}, place
        return
    if isinstance(value, list) and any(
        "post" in as_dict(v) or "patch" in as_dict(v) for v in value
    ):
        for number, item in enumerate(value):
            yield from runs(item, under(where, number))
        return
    for row, place in rows(value, where):
        yield row, place
        if as_list(row.get("child_runs")):
            yield from runs(row["child_runs"], under(place, "child_runs"))


def logged(row: Json, where: Where) -> Logged | None:
    extra = as_dict(opened(row, "extra"))
    metadata = {**as_dict(extra.get("metadata")), **as_dict(opened(row, "metadata"))}
    asked = as_dict(extra.get("invocation_params"))
    one = Logged(
        where=where,
        group=str(first(row, "trace_id") or ""),
        span=str(row.get("id") or row.get("run_id") or ""),
        parent=str(first(row, "parent_run_id") or ""),
        started=as_time(row.get("start_time")), ended=as_time(row.get("end_time")),
        error=as_str(row.get("error")),
        session=next((str(metadata[k]) for k in SESSION_KEYS if metadata.get(k)), None),
        provider=as_str(metadata.get("ls_provider")),
        cost_pusd=usd_as_pusd(row.get("total_cost")),
    )  # fmt: skip
    one.call = row.get("run_type") == "llm"
    one.left_out = "embedding" if row.get("run_type") == "embedding" else None
    one.settings = asked
    tagged(one, metadata, *TAGS)
    one.tag(
        user=metadata.get("user_id"),
        agent=metadata.get("langgraph_node"),
        environment=metadata.get("env"),
    )
    one.tag(function=row.get("name") if not one.call else None)
    for label in as_list(opened(row, "tags")):
        name, colon, rest = str(label).partition(":")
        one.tag(
            **({name: rest} if colon and name != "seq" else {} if name == "seq" else {"tag": name})
        )
    if one.call:
        _content(one, row, asked, metadata)
    return one


def _content(one: Logged, row: Json, asked: Json, metadata: Json) -> None:
    inputs = {k: v for k, v in as_dict(opened(row, "inputs")).items() if v is not None}
    outputs = as_dict(opened(row, "outputs"))
    one.model = next(
        (m for m in (as_str(outputs.get("model")), _answered(outputs), as_str(inputs.get("model")),
                     as_str(asked.get("model")) or as_str(asked.get("model_name")),
                     as_str(metadata.get("ls_model_name"))) if m), None)  # fmt: skip
    one.responses = outputs.get("object") == "response" or "input" in inputs
    if "model" in inputs or "contents" in inputs:
        one.body = inputs
    else:
        key = next((k for k in ("messages", "input", "prompts", "prompt") if inputs.get(k)), None)
        one.messages = inputs[key] if key else inputs or None
    one.tools = first(inputs, "tools") or first(asked, "tools", "functions")
    one.reply_body = outputs if any(k in outputs for k in ("choices", "content", "candidates")) or (
        isinstance(outputs.get("output"), list)) else {}  # fmt: skip
    if not one.reply_body:
        one.output = (
            outputs if "generations" in outputs else first(outputs, "message", "messages", "output")
        )
    one.id = as_str(outputs.get("id"))
    one.usage = _usage(row, outputs, one.provider)


def _answered(outputs: Json) -> str | None:
    return as_str(as_dict(outputs.get("llm_output")).get("model_name"))


def _messages(outputs: Json) -> Iterator[Json]:
    """Every message object among the outputs, LangChain's or plain."""
    found: list[Any] = [outputs.get("message"), outputs.get("output")]
    for inner in as_list(outputs.get("generations")):
        found += [
            as_dict(g).get("message") for g in (inner if isinstance(inner, list) else [inner])
        ]
    for message in found:
        one = as_dict(message)
        yield as_dict(one.get("kwargs")) or as_dict(one.get("data")) or one


def _usage(row: Json, outputs: Json, provider: str | None) -> Usage | None:
    said = [as_dict(outputs.get("usage_metadata"))]
    said += [as_dict(message.get("usage_metadata")) for message in _messages(outputs)]
    for raw in said:
        found = langchain(raw)
        if found is not None:
            return found
    raw = as_dict(outputs.get("usage")) or as_dict(
        as_dict(outputs.get("llm_output")).get("token_usage")
    )
    if raw:
        return usage_of(raw, provider)
    if as_tokens(row.get("prompt_tokens")) is None:
        return None
    details = as_dict(opened(row, "prompt_token_details"))
    write = sum(
        as_tokens(n) or 0 for k, n in details.items() if "creation" in k or "ephemeral" in k
    )
    return tokens(
        as_tokens(row["prompt_tokens"]), as_tokens(row.get("completion_tokens")),
        read=as_tokens(details.get("cache_read")), write=write,
        reasoning=as_tokens(as_dict(opened(row, "completion_token_details")).get("reasoning")),
    )  # fmt: skip


def _same(row: Json) -> str | None:
    """The SDK sends a run when it starts and again when it ends."""
    half = "half " in row or "inputs" not in row or not row.get("end_time")
    return str(row["id"]) if half and row.get("id") else None


def _owns(row: Json) -> bool:
    return ("run_type" in row or "half " in row) and any(
        k in row for k in ("trace_id", "dotted_order", "parent_run_id", "inputs", "session_id")
    )


LANGSMITH = RecordImporter(
    Format(
        key="langsmith",
        label="LangSmith",
        guide=Guide(
            section="Traces",
            what="Runs as JSON or JSON Lines, from the SDK, langsmith-fetch or a run's page",
            steps=(
                "In Python: for run in client.list_runs(…): print(run.json()).",
                "Or open a run in LangSmith and copy it as JSON.",
            ),
            example=(
                '{"id": "…", "run_type": "llm", "inputs": {"messages": […]}, "outputs": {}, '
                '"dotted_order": "…"}'
            ),
            marks=frozenset(("run_type", "dotted_order", "inputs", "outputs", "trace_id")),
            missing="",
        ),
        owns=_owns,
        logged=logged,
        rows=runs,
        same=_same,
        marks=('"dotted_order"', '"run_type"'),
    )
)
