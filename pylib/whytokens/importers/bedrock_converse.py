"""Bedrock Converse: requests as boto3 or the SDKs send them, responses, and their streams.

Spec: Amazon Bedrock API reference, Converse, as summarised in formats, section 2. Input excludes cache.
A model is rendered as its maker does; InvokeModel of Claude is an Anthropic body.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from whytokens.importers.bodies import body_guide
from whytokens.importers.exchanges import Exchange
from whytokens.importers.providers import api_of
from whytokens.importers.rendered import Said, rendered
from whytokens.importers.usage import bedrock_converse
from whytokens.importers.values import Json, as_dict, as_list, as_str

MODEL_IN_URL = re.compile(r"/model/([^/?]+)/(?:converse|invoke)")
BLOCKS = frozenset(("toolUse", "toolResult", "reasoningContent", "cachePoint", "guardContent"))
UNIONS = frozenset(("text", "image", "document", "video", *BLOCKS))


def _said(body: Json) -> Said:
    return body.get("system"), body.get("messages"), as_dict(body.get("toolConfig")).get("tools")


def _answer(body: Json) -> object:
    return as_dict(body.get("output")).get("message")


def _model(one: Exchange) -> str | None:
    match = MODEL_IN_URL.search(one.url)
    return as_str(one.request.get("modelId")) or (unquote(match[1]) if match else None)


def _owns(body: Json, url: str) -> bool:
    if "/converse" in url and "amazonaws" in url:
        return True
    if (
        "inferenceConfig" in body
        or "toolConfig" in body
        or isinstance(as_dict(body.get("output")).get("message"), dict)
    ):
        return True
    blocks = [
        as_dict(block)
        for message in as_list(body.get("messages"))
        for block in as_list(as_dict(message).get("content"))
    ]
    told = all("type" not in block and set(block) & UNIONS for block in blocks)
    return (
        bool(blocks)
        and told
        and ("modelId" in body or any(set(block) & BLOCKS for block in blocks))
    )


BEDROCK_CONVERSE = rendered(
    key="bedrock_converse",
    label="Bedrock Converse",
    guide=body_guide(
        (
            "A request to Bedrock's Converse, a request with its response or event "
            "stream, or JSON Lines of them"
        ),
        (
            '{"modelId": "…", "messages": [{"role": "user", "content": [{"text": '
            '"Hi"}]}], "inferenceConfig": {}}'
        ),
        frozenset(("inferenceConfig", "toolConfig", "toolUse", "cachePoint", "modelId")),
    ),
    provider="aws",
    owns=_owns,
    said=_said,
    answer=_answer,
    usage=lambda body: bedrock_converse(body.get("usage")),
    model=_model,
    api=lambda model: api_of("aws", model),
    stop=lambda body: as_str(body.get("stopReason")),
)
