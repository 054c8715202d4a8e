"""Which HTTP requests are calls of a model, by path, and whose, by host.

Provider names are those of the OpenTelemetry gen-ai conventions (`gen_ai.provider.name`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

# What the path ends in, and the API whose bodies it takes.
_PATHS = tuple(
    (re.compile(pattern), api)
    for pattern, api in (
        (r"/chat/completions/?$", "chat"),
        (r"/responses/?$", "responses"),
        (r"/messages/?$", "anthropic"),
        (r":(stream)?[gG]enerateContent$", "gemini"),
        (r"/model/[^/]+/converse(-stream)?$", "converse"),
        (r"/model/[^/]+/invoke$", "anthropic"),
        (r":(streamR|r)awPredict$", "anthropic"),
        (r"/api/chat/?$", "ollama"),
    )
)
_HOSTS = (
    ("openai.azure.com", "azure.ai.openai"),
    ("services.ai.azure.com", "azure.ai.inference"),
    ("api.openai.com", "openai"),
    ("anthropic.com", "anthropic"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
    ("aiplatform.googleapis.com", "gcp.vertex_ai"),
    ("bedrock-runtime.", "aws.bedrock"),
    ("mistral.ai", "mistral_ai"),
    ("groq.com", "groq"),
    ("deepseek.com", "deepseek"),
    ("api.x.ai", "x_ai"),
    ("cohere.", "cohere"),
    ("openrouter.ai", "openrouter"),
    ("together.", "together_ai"),
    ("fireworks.ai", "fireworks_ai"),
)
_DEFAULT = {"chat": "openai", "responses": "openai", "converse": "aws.bedrock"}
_MODEL = re.compile(r"/models?/([^/:]+(?::\d+)?)")


class Endpoint(NamedTuple):
    """`model` where the URL names it (Gemini, Bedrock)."""

    api: str
    provider: str
    host: str
    model: str | None


def endpoint(url: str) -> Endpoint | None:
    """The endpoint of a URL; None when it is no call of a model."""
    rest = url.partition("://")[2]
    host, _, path = rest.partition("/")
    path = "/" + path.partition("#")[0].partition("?")[0]
    for pattern, api in _PATHS:
        if pattern.search(path):
            return Endpoint(api, _provider(host.lower(), api), host.partition(":")[0], _model(path))
    return None


def _provider(host: str, api: str) -> str:
    for part, provider in _HOSTS:
        if part in host:
            return provider
    return _DEFAULT.get(api, "gcp.gemini" if api == "gemini" else api)


def _model(path: str) -> str | None:
    found = _MODEL.search(path)
    if not found:
        return None
    from urllib.parse import unquote

    return unquote(found[1])
