"""PromptLayer: request logs, a blueprint of the prompt and the response.

Spec: formats, section 4.9; docs.promptlayer.com, "Get Request".
"""

from __future__ import annotations

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, first, opened, tagged
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens
from whytokens.model import Where


def logged(row: Json, where: Where) -> Logged | None:
    blueprint = as_dict(opened(row, "prompt_blueprint"))
    template = as_dict(blueprint.get("prompt_template"))
    about = as_dict(as_dict(blueprint.get("metadata")).get("model"))
    asked = as_dict(opened(row, "llm_kwargs", "kwargs"))
    reply = as_dict(opened(row, "request_response", "response"))
    metadata = as_dict(opened(row, "metadata"))
    messages = list(as_list(template.get("messages")))
    answer = None
    if messages and as_dict(messages[-1]).get("role") == "assistant" and not asked:
        answer = [messages.pop()]  # the blueprint of a logged request ends with what came back
    one = Logged(
        where=where, body=asked if "messages" in asked or "input" in asked else {}, reply_body=reply,
        provider=as_str(about.get("provider")) or as_str(row.get("provider_type")),
        model=as_str(reply.get("model")) or as_str(about.get("name")) or as_str(first(row, "engine", "model")),
        messages=messages or template.get("content"), tools=template.get("tools"),
        settings=as_dict(about.get("parameters")), output=None if reply else answer,
        id=as_str(reply.get("id")) or str(first(row, "request_id", "id") or "") or None,
        started=as_time(first(row, "request_start_time", "created_at")),
        ended=as_time(row.get("request_end_time")),
        usage=usage_of(reply.get("usage") or reply.get("usageMetadata"))
        or tokens(as_tokens(row.get("input_tokens")), as_tokens(row.get("output_tokens"))),
        cost_pusd=usd_as_pusd(row.get("price")),
        session=as_str(first(metadata, "session_id", "conversation_id", "thread_id")),
    )  # fmt: skip
    one.tag(
        user=first(metadata, "user_id", "user"),
        prompt=first(row, "prompt_name") or template.get("prompt_name"),
    )
    one.tag(**{"prompt version": first(row, "prompt_version", "prompt_version_number")})
    one.tag(tag=", ".join(str(tag) for tag in as_list(opened(row, "tags"))))
    tagged(one, metadata)
    return one


def _owns(row: Json) -> bool:
    return isinstance(opened(row, "prompt_blueprint"), dict) or (
        "function_name" in row and "request_start_time" in row
    )


PROMPTLAYER = RecordImporter(
    Format(
        key="promptlayer",
        label="PromptLayer",
        guide=Guide(
            section="Traces",
            what="Request logs as JSON or JSON Lines",
            steps=("GET /requests/{id} for each request, one a line.",),
            example=(
                '{"request_id": 1, "prompt_blueprint": {"prompt_template": {"messages": '
                '[…]}}, "input_tokens": 20, "output_tokens": 2}'
            ),
            marks=frozenset(("prompt_blueprint", "prompt_template", "llm_kwargs")),
        ),
        owns=_owns,
        logged=logged,
        marks=('"prompt_blueprint"',),
    )
)
