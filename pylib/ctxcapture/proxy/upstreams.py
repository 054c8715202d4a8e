"""Which provider a request is for. A request whose provider is not certain goes nowhere: keys must
never reach another provider.

Spec: the providers' own paths and headers. A prefix ("/anthropic/v1/messages") settles it; else the path
or a header that only one provider has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

UPSTREAMS = {
    "openai": "https://api.openai.com",
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com",
    "mistral": "https://api.mistral.ai",
    "groq": "https://api.groq.com/openai",
    "deepseek": "https://api.deepseek.com",
    "openrouter": "https://openrouter.ai/api",
    "xai": "https://api.x.ai",
}
# No default: whose deployment it is must be said.
AZURE = "azure"
GEMINI_PATHS = ("/v1beta/", "/v1beta1/", "/v1alpha/", "/upload/v1beta/")
CLAUDE_PATHS = ("/v1/messages", "/v1/complete", "/v1/skills", "/v1/organizations")
OPENAI_PATHS = (
    "/v1/assistants", "/v1/audio", "/v1/batches", "/v1/chat", "/v1/completions", "/v1/containers",
    "/v1/conversations", "/v1/embeddings", "/v1/evals", "/v1/files", "/v1/fine_tuning", "/v1/images",
    "/v1/models", "/v1/moderations", "/v1/realtime", "/v1/responses", "/v1/threads", "/v1/uploads",
    "/v1/vector_stores", "/v1/videos",
)  # fmt: skip


class Route(NamedTuple):
    """`base` is the upstream's address, `path` what follows it."""

    name: str
    base: str
    path: str


def route(path: str, headers: Mapping[str, str], upstreams: Mapping[str, str]) -> Route | None:
    """The upstream of a path; header names are lower case. None where it is not certain."""
    prefix, _, rest = path[1:].partition("/")
    deployment = path.startswith("/openai/deployments/") or "api-key" in headers
    if prefix in upstreams and not (prefix == "openai" and deployment):
        return Route(prefix, upstreams[prefix], f"/{rest}")
    name = _named(path, headers, deployment)
    return Route(name, upstreams[name], path) if name in upstreams else None


def _named(path: str, headers: Mapping[str, str], deployment: bool) -> str:
    bearer = headers.get("authorization", "").removeprefix("Bearer ")
    if deployment:
        return AZURE
    if path.startswith(GEMINI_PATHS) or "x-goog-api-key" in headers:
        return "gemini"
    if "anthropic-version" in headers or "x-api-key" in headers or bearer.startswith("sk-ant-"):
        return "anthropic"
    if path.startswith(CLAUDE_PATHS):
        return "anthropic"
    return "openai" if path.startswith(OPENAI_PATHS) else ""
