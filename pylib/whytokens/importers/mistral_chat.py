"""Mistral chat completions: OpenAI's dialect with a rendering and fields of its own.

Spec: docs.mistral.ai/api, as summarised in formats, section 2.
"""

from __future__ import annotations

import re
from typing import Any

from whytokens.importers.bodies import body_guide, named_model
from whytokens.importers.rendered import Said, rendered
from whytokens.importers.usage import openai_chat
from whytokens.importers.values import Json, as_dict, as_list, as_str

MODEL = re.compile(
    r"^(mistral|codestral|ministral|magistral|pixtral|devstral|open-mi|labs-)", re.IGNORECASE
)
OWN_KEYS = ("safe_prompt", "random_seed", "prompt_mode")


def _said(body: Json) -> Said:
    return None, body.get("messages"), body.get("tools")


def _answer(body: Json) -> Any:
    return [as_dict(choice).get("message") for choice in as_list(body.get("choices"))[:1]]


def _owns(body: Json, url: str) -> bool:
    if "api.mistral.ai" in url:
        return "choices" in body or "messages" in body
    if not ("messages" in body or "choices" in body):
        return False
    return bool(MODEL.match(str(body.get("model") or ""))) or any(key in body for key in OWN_KEYS)


MISTRAL_CHAT = rendered(
    key="mistral_chat",
    label="Mistral Chat",
    guide=body_guide(
        "A request to Mistral's chat completions, with its response, or JSON Lines of them",
        (
            '{"model": "mistral-small-latest", "messages": [{"role": "user", '
            '"content": "Hi"}], "safe_prompt": false}'
        ),
        frozenset(("safe_prompt", "random_seed", "prompt_mode")),
    ),
    provider="mistral",
    owns=_owns,
    said=_said,
    answer=_answer,
    usage=lambda body: openai_chat(body.get("usage"), "mistral"),
    model=named_model,
    api=lambda model: "mistral.chat",
    stop=lambda body: as_str(
        as_dict(next(iter(as_list(body.get("choices"))), None)).get("finish_reason")
    ),
)
