"""LiteLLM: standard logging payloads, spend logs of its proxy, and what its loggers write of both.

Spec: formats, section 4.5. Prompt tokens include the cache; a spend log has no prompt unless the proxy
was told to store it.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, first, opened, tagged
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens
from whytokens.model import Usage, Where

LEFT_OUT = ("embedding", "image", "speech", "transcription", "rerank", "moderation", "search")


def logged(row: Json, where: Where) -> Logged | None:
    other = next((word for word in LEFT_OUT if word in str(row.get("call_type"))), None)
    if other:
        return Logged(where=where, call=False, left_out=other)
    metadata = as_dict(opened(row, "metadata"))
    reply = as_dict(opened(row, "response"))
    asked = as_dict(opened(row, "proxy_server_request"))
    asked = as_dict(asked.get("body")) or asked
    parameters = as_dict(opened(row, "model_parameters"))
    seconds = row.get("response_time")
    one = Logged(
        where=where,
        provider=as_str(row.get("custom_llm_provider")),
        model=as_str(reply.get("model")) or as_str(row.get("model")),
        url=as_str(row.get("api_base")) or "",
        settings=parameters,
        system=first(parameters, "system", "instructions"),
        messages=opened(row, "messages") or opened(asked, "messages", "input", "contents"),
        tools=first(parameters, "tools", "functions") or first(asked, "tools"),
        reply_body=reply,
        id=as_str(row.get("id")) or as_str(row.get("request_id")) or as_str(reply.get("id")),
        started=as_time(row.get("startTime")), ended=as_time(row.get("endTime")),
        duration_ms=round(seconds * 1000) if isinstance(seconds, int | float) else None,
        error=_error(row), cost_pusd=usd_as_pusd(first(row, "response_cost", "spend")),
        usage=_usage(row, metadata, reply),
        session=as_str(row.get("session_id")) or as_str(row.get("litellm_session_id")),
    )  # fmt: skip
    one.responses = "responses" in str(row.get("call_type"))
    if not one.messages and asked:
        one.system = one.system or first(asked, "system", "instructions")
    if _is_cached(row):  # answered from LiteLLM's own cache: nothing was sent
        one.tag(answered="from LiteLLM's cache")
    _who(one, row, metadata)
    return one


def _who(one: Logged, row: Json, metadata: Json) -> None:
    one.tag(
        user=first(row, "end_user", "user")
        or first(metadata, "user_api_key_end_user_id", "user_api_key_user_id"),
        key=metadata.get("user_api_key_alias"),
        team=metadata.get("user_api_key_team_alias") or first(row, "team_id"),
        group=row.get("model_group"),
    )  # fmt: skip
    for label in as_list(opened(row, "request_tags")):
        name, colon, rest = str(label).partition(":")
        one.tag(
            **({name.strip(): rest.strip()} if colon and name != "User-Agent" else {"tag": label})
        )
    found = as_dict(metadata.get("requester_metadata")) or as_dict(
        metadata.get("spend_logs_metadata")
    )
    tagged(one, found)
    keys = ("session_id", "conversation_id", "thread_id", "trace_user_id")
    one.session = one.session or next((str(found[k]) for k in keys if found.get(k)), None)
    if one.session is None and as_str(row.get("trace_id")):
        one.group = str(row["trace_id"])


def _is_cached(row: Json) -> bool:
    return row.get("cache_hit") in (True, "True", "true")


def _error(row: Json) -> str | None:
    if str(row.get("status")) == "failure" or first(row, "error_str"):
        about = as_dict(opened(row, "error_information"))
        return as_str(about.get("error_message")) or as_str(row.get("error_str")) or "error"
    return None


def _usage(row: Json, metadata: Json, reply: Json) -> Usage | None:
    """The usage object where it stands, else the row's own counts."""
    if _is_cached(row):
        return Usage(input=0, cache_read=0, cache_write_5m=0, cache_write_1h=0, output=0)
    said = as_dict(metadata.get("usage_object")) or as_dict(metadata.get("additional_usage_values"))
    prompt = as_tokens(row.get("prompt_tokens"))
    for raw in (said, as_dict(reply.get("usage"))):
        found = _openai(raw) if raw.get("prompt_tokens") is not None else usage_of(raw)
        if found is not None and found.prompt:
            return found
    if not prompt and not as_tokens(row.get("completion_tokens")):
        return None
    return tokens(prompt, as_tokens(row.get("completion_tokens")),
                  read=as_tokens(said.get("cache_read_input_tokens")),
                  write=as_tokens(said.get("cache_creation_input_tokens")))  # fmt: skip


def _openai(raw: Json) -> Usage | None:
    """LiteLLM's usage: OpenAI's, Anthropic's counters beside it."""
    details: Json = as_dict(raw.get("prompt_tokens_details"))
    written = as_dict(details.get("cache_creation_token_details"))
    read = as_tokens(raw.get("cache_read_input_tokens")) or as_tokens(details.get("cached_tokens"))
    write = as_tokens(raw.get("cache_creation_input_tokens")) or as_tokens(
        details.get("cache_creation_tokens", details.get("cache_write_tokens")))  # fmt: skip
    out: Any = as_dict(raw.get("completion_tokens_details"))
    return tokens(
        as_tokens(raw.get("prompt_tokens")), as_tokens(raw.get("completion_tokens")), read=read,
        write=write, write_1h=as_tokens(written.get("ephemeral_1h_input_tokens")),
        reasoning=as_tokens(out.get("reasoning_tokens")), total=as_tokens(raw.get("total_tokens")),
    )  # fmt: skip


def _owns(row: Json) -> bool:
    return (
        "call_type" in row
        and "prompt_tokens" in row
        and any(key in row for key in ("startTime", "spend", "response_cost"))
    )


LITELLM = RecordImporter(
    Format(
        key="litellm",
        label="LiteLLM",
        guide=Guide(
            section="Traces",
            what="Spend logs of the proxy, or standard logging payloads of a callback",
            steps=(
                "Turn on store_prompts_in_spend_logs and export the proxy's logs as JSON.",
                "Or log standard_logging_object in a custom callback, one a line.",
            ),
            example=(
                '{"call_type": "acompletion", "messages": […], "prompt_tokens": 12, '
                '"response_cost": 0.001}'
            ),
            marks=frozenset(
                (
                    "call_type",
                    "custom_llm_provider",
                    "response_cost",
                    "proxy_server_request",
                    "prompt_tokens",
                )
            ),
            missing="the messages, where store_prompts_in_spend_logs is off",
        ),
        marks=('"custom_llm_provider"', '"proxy_server_request"'),
        owns=_owns,
        logged=logged,
    )
)
