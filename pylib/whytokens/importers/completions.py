"""Text completions: one prompt, no messages. OpenAI's old API, and InvokeModel of Bedrock's models.

Spec: platform.openai.com/docs/api-reference/completions; Amazon Bedrock user guide, "Inference request
parameters" of each maker; llama.cpp, tools/server/README.md, "POST /completion": its `tokens_evaluated` is the
whole prompt, of which `timings.cache_n` were kept from the call before, its answer repeats the prompt.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from whytokens.importers.bodies import body_guide
from whytokens.importers.exchanges import Exchange
from whytokens.importers.rendered import Said, rendered
from whytokens.importers.usage import bedrock_invoke, including_cache, usage_of
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_tokens
from whytokens.model import Usage

PROMPTS = ("prompt", "inputText")
SETTINGS = ("model", "max_tokens", "max_tokens_to_sample", "max_gen_len", "textGenerationConfig",
            "maxTokens", "temperature")  # fmt: skip
LLAMA = frozenset(("tokens_evaluated", "tokens_predicted"))
MODEL_IN_URL = re.compile(r"/model/([^/?]+)/invoke")


def _said(body: Json) -> Said:
    return None, next((body[key] for key in PROMPTS if body.get(key)), None), None


def _answer(body: Json) -> Any:
    keys = (
        "completion",
        "generation",
        "outputText",
        *(("content",) if LLAMA & body.keys() else ()),
    )
    for key in keys:
        if as_str(body.get(key)):
            return body[key]
    for key in ("choices", "results", "outputs", "generations", "completions"):
        one = as_dict(next(iter(as_list(body.get(key))), None))
        text = as_str(one.get("text")) or as_str(one.get("outputText"))
        if text:
            return text
    return None


def _usage(body: Json) -> Usage | None:
    if LLAMA & body.keys():
        return including_cache(
            as_tokens(body.get("tokens_evaluated")), read=as_tokens(as_dict(body.get("timings")).get("cache_n")),
            output=as_tokens(body.get("tokens_predicted")),
        )  # fmt: skip
    return usage_of(body.get("usage")) or bedrock_invoke(body)


def _model(one: Exchange) -> str | None:
    match = MODEL_IN_URL.search(one.url)
    said = as_str(one.response.get("model")) or as_str(one.request.get("model"))
    return said or as_str(one.request.get("modelId")) or (unquote(match[1]) if match else None)


def _owns(body: Json, url: str) -> bool:
    if "messages" in body or "input" in body or "contents" in body:
        return False
    if any(isinstance(body.get(key), str | list) for key in PROMPTS):
        return any(key in body for key in (*SETTINGS, *LLAMA))
    return bool(LLAMA & body.keys()) or body.get("object") == "text_completion"


COMPLETIONS = rendered(
    key="completions",
    label="Text completions",
    guide=body_guide(
        "A request with one prompt and no messages: text completions, InvokeModel of Bedrock",
        '{"model": "gpt-3.5-turbo-instruct", "prompt": "Once upon a time", "max_tokens": 5}',
        frozenset(("prompt", "completion", "inputText", "max_tokens_to_sample")),
    ),
    provider="openai",
    owns=_owns,
    said=_said,
    answer=_answer,
    usage=_usage,
    model=_model,
    api=lambda model: "completions",
)
