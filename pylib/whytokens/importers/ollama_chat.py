"""Ollama: /api/chat and /api/generate, with their streams of JSON lines.

Spec: Ollama's API document, as summarised in formats, section 2. `prompt_eval_count` is missing where the
prompt was still in memory: then the prompt is not reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from whytokens.containers.documents import Document
from whytokens.importers.bodies import body_guide, named_model
from whytokens.importers.rendered import Said, rendered
from whytokens.importers.sse import response_of
from whytokens.importers.usage import ollama
from whytokens.importers.values import Json, as_dict, as_list, as_str

OWN_KEYS = ("keep_alive", "think", "num_ctx")
TAGGED = re.compile(r"^[\w.-]+(/[\w.-]+)*:[\w.-]+$")
MAKERS = re.compile(r"^(gpt|o\d|claude|gemini|ft:|anthropic|us\.|eu\.)", re.IGNORECASE)


def _said(body: Json) -> Said:
    if "messages" in body:
        return None, body["messages"], body.get("tools")
    said: list[Json] = [{"type": "text", "text": str(body.get("prompt") or "")}]
    said += [{"type": "image", "data": image} for image in as_list(body.get("images"))]
    return body.get("system"), [{"role": "user", "content": said}], None


def _answer(body: Json) -> Any:
    message = as_dict(body.get("message"))
    if message:
        return [{**message, "reasoning_content": message.get("thinking")}]
    return as_str(body.get("response"))


def _owns(body: Json, url: str) -> bool:
    if url.rstrip("/").endswith(("/api/chat", "/api/generate")) or ":11434" in url:
        return True
    if "done" in body and ("message" in body or "response" in body):
        return True
    if "choices" in body or not ("messages" in body or "prompt" in body):
        return False
    if any(key in body for key in OWN_KEYS) or isinstance(body.get("options"), dict):
        return True
    model = str(body.get("model") or "")
    return bool(TAGGED.match(model)) and not MAKERS.match(model)


def _joined(found: Iterator[Document]) -> Iterator[Document]:
    """Lines of a stream that stands alone are one response."""
    lines: list[Document] = []
    for document in found:
        value = as_dict(document.value)
        if "done" not in value or "request" in value:
            yield document
            continue
        lines.append(document)
        if value["done"]:
            yield _whole(lines)
            lines = []
    if lines:
        yield _whole(lines)


def _whole(lines: list[Document]) -> Document:
    first, last = lines[0], lines[-1]
    value = response_of([line.value for line in lines]) if len(lines) > 1 else first.value
    return Document(value, first.where, last.progress)


OLLAMA_CHAT = rendered(
    key="ollama_chat",
    label="Ollama",
    guide=body_guide(
        "A request to /api/chat or /api/generate of Ollama, with its response or stream",
        (
            '{"model": "llama3.2", "messages": [{"role": "user", "content": "Hi"}], '
            '"keep_alive": "5m"}'
        ),
        frozenset(("keep_alive", "prompt_eval_count", "eval_count", "done")),
    ),
    provider="ollama",
    owns=_owns,
    said=_said,
    answer=_answer,
    usage=ollama,
    model=named_model,
    api=lambda model: "ollama.chat",
    stop=lambda body: as_str(body.get("done_reason")),
    joined=_joined,
)
