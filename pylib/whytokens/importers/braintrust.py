"""Braintrust: rows of logs and experiments, as downloaded, copied from a span, fetched or sent.

Spec: formats, section 4.7. Prompt tokens include the cache; rows with `_is_merge` are parts of a row.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, first, opened, tagged
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens
from whytokens.model import Usage, Where

SESSION_KEYS = ("session_id", "thread_id", "conversation_id", "chat_id")
SETTINGS = ("model", "tools", "provider", "messages", "response_format", "tool_choice")


def logged(row: Json, where: Where) -> Logged | None:
    about = as_dict(opened(row, "span_attributes"))
    metadata = as_dict(opened(row, "metadata"))
    metrics = as_dict(opened(row, "metrics"))
    asked = as_dict(metadata.get("invocation_params"))
    parents = as_list(opened(row, "span_parents"))
    said, output = opened(row, "input"), opened(row, "output")
    one = Logged(
        where=where, group=str(row.get("root_span_id") or ""), span=str(row.get("span_id") or row.get("id") or ""),
        parent=str(parents[0]) if parents else "",
        started=as_time(metrics.get("start")) or as_time(row.get("created")),
        ended=as_time(metrics.get("end")),
        model=as_str(metadata.get("model")) or as_str(row.get("model")) or _model(said),
        provider=as_str(metadata.get("provider")) or as_str(metadata.get("ls_provider")),
        usage=_usage(metrics), error=as_str(opened(row, "error")),
        cost_pusd=usd_as_pusd(first(metrics, "total_cost_usd", "estimated_cost")),
        settings={**metadata, **asked}, tools=first(metadata, "tools") or first(asked, "tools"),
        session=next((str(metadata[k]) for k in SESSION_KEYS if metadata.get(k)), None),
    )  # fmt: skip
    if (one.provider or "").startswith("anon"):
        one.provider = None
    one.call = about.get("type") == "llm" or (not about and _is_vercel(said))
    one.outer = _is_vercel(said) and about.get("type") != "llm"
    one.tag(function=about.get("name"), user=first(metadata, "user_id", "user"))
    for key, value in metadata.items():
        if key not in SETTINGS:
            one.tag(**{key: value if isinstance(value, str) else None})
    labels = as_list(opened(row, "tags"))
    one.tag(tag=", ".join(str(label) for label in labels))
    if one.call:
        _content(one, said, output)
    tagged(one, row.get("context"), "caller_functionname")
    return one


def _content(one: Logged, said: Any, output: Any) -> None:
    if isinstance(said, dict) and "model" in said and isinstance(said.get("messages"), list):
        one.body = said
    elif isinstance(said, dict):  # Vercel AI SDK: what generateText was called with
        one.system = first(said, "system", "instructions")
        one.messages = first(said, "messages", "prompt", "input", "contents")
        one.tools = one.tools or first(said, "tools")
        if one.messages is None:
            one.messages = said
    else:
        one.messages = said
    if isinstance(output, dict) and any(k in output for k in ("choices", "candidates")):
        one.reply_body = output
    elif isinstance(output, dict) and "steps" in output:
        one.output = as_dict(output.get("response")).get("messages") or output.get("text")
    elif isinstance(output, list) and output and all("message" in as_dict(o) for o in output):
        one.output = [as_dict(o)["message"] for o in output]
    else:
        one.output = output


def _model(said: Any) -> str | None:
    model = as_dict(said).get("model")
    return as_str(model) or as_str(as_dict(model).get("modelId"))


def _is_vercel(said: Any) -> bool:
    return bool(as_str(as_dict(as_dict(said).get("model")).get("modelId")))


def _usage(metrics: Json) -> Usage | None:
    return tokens(
        as_tokens(metrics.get("prompt_tokens")), as_tokens(metrics.get("completion_tokens")),
        read=as_tokens(metrics.get("prompt_cached_tokens")),
        write=as_tokens(metrics.get("prompt_cache_creation_tokens")),
        write_1h=as_tokens(metrics.get("prompt_cache_creation_1h_tokens")),
        reasoning=as_tokens(first(metrics, "completion_reasoning_tokens", "reasoning_tokens")),
    )  # fmt: skip


def _owns(row: Json) -> bool:
    if "span_attributes" in row and ("span_id" in row or "root_span_id" in row or "metrics" in row):
        return True
    return _is_vercel(opened(row, "input")) and "output" in row


BRAINTRUST = RecordImporter(
    Format(
        key="braintrust",
        label="Braintrust",
        guide=Guide(
            section="Traces",
            what="Logged spans as JSON or JSON Lines, from the UI, btql or the API",
            steps=(
                (
                    "Open Logs in Braintrust, select rows, Download as JSON; or open a span and "
                    "copy it."
                ),
            ),
            example=(
                '{"id": "…", "span_id": "…", "root_span_id": "…", "input": […], '
                '"span_attributes": {"type": "llm"}}'
            ),
            marks=frozenset(
                ("span_attributes", "root_span_id", "span_id", "metrics", "span_parents")
            ),
            missing="",
        ),
        marks=('"span_attributes"',),
        owns=_owns,
        logged=logged,
        same=lambda row: str(row.get("id")) if row.get("_is_merge") or "_is_merge" in row else None,
    )
)
