"""A logged request with its content interned: segments, messages, a prompt. What a ledger settles.

A verbatim body is read by its API; content in any other dialect as that API would be sent it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from whytokens.bare import NO_OPTIONS
from whytokens.builder import ROOT, TraceBuilder
from whytokens.importers import thinking
from whytokens.importers.apis import owner
from whytokens.importers.exchanges import Exchange
from whytokens.importers.logged import Logged
from whytokens.importers.providers import api_of, maker_of, provider_of
from whytokens.importers.renditions import Rendition
from whytokens.importers.strays import without_strays
from whytokens.importers.values import Json, as_str
from whytokens.model import NodeId, Options, SegmentId, Usage, Where


@dataclass(slots=True)
class Entry:
    """One logged call, its content interned."""

    logged: Logged
    api: str
    prompt: NodeId
    options: Options
    marks: tuple[int, ...]
    reply: tuple[SegmentId, ...]
    called: tuple[str, ...]
    usage: Usage | None
    id: str | None
    cut: Where | None = None

    @property
    def content(self) -> bool:
        return bool(self.prompt)


def entry_of(one: Logged, builder: TraceBuilder) -> Entry:
    if not (one.body or one.reply_body or one.settings) and not any(
        said is not None for said in (one.system, one.messages, one.tools, one.output)
    ):
        return _bare(one)
    found = _verbatim(one, builder) or _neutral(one, builder)
    # The content is interned: what the log held of it can go.
    one.body, one.reply_body, one.settings = {}, {}, {}
    one.system = one.messages = one.tools = one.output = None
    return found


def _bare(one: Logged) -> Entry:
    """Counts without content: nothing to render."""
    provider = provider_of(one.provider, one.url)
    api = api_of(provider, one.model, responses=one.responses)
    one.provider = provider or maker_of(api)
    return Entry(one, api, ROOT, NO_OPTIONS, (), (), (), one.usage, one.id)


def _exchange(one: Logged) -> Exchange:
    return Exchange(
        request=one.body, response=one.reply_body, status=None, error=None, started=None,
        duration_ms=None, tags={}, url=one.url, where=one.where,
    )  # fmt: skip


def _verbatim(one: Logged, builder: TraceBuilder) -> Entry | None:
    """A body as it was sent, read by its API; None where the log has none, or another maker's."""
    exchange = _exchange(one)
    reader = owner(exchange) if one.body else None
    if reader is None:
        return None
    api = reader.api
    model = one.model or api.model(exchange)
    provider = provider_of(one.provider, one.url) or api.provider_of(one.url)
    if api_of(provider, model, responses=api.api == "openai.responses") != api.api:
        return None
    request = api.request(without_strays(exchange, builder), builder)
    if not request.messages:
        return None
    one.model, one.provider = model, provider or api.provider
    entry = Entry(
        one, api.api, builder.prompt(request.messages), request.options, request.marks, (), (),
        one.usage, one.id,
    )  # fmt: skip
    if one.reply_body and api.owns(one.reply_body, ""):
        reply = api.reply(exchange, builder)
        entry.reply, entry.called = reply.segments, reply.called
        entry.usage, entry.id = entry.usage or reply.usage, entry.id or reply.id
        one.stop_reason, one.tier = one.stop_reason or reply.stop_reason, one.tier or reply.tier
    if not entry.reply:
        rendition = Rendition(api.api, builder, one.where)
        entry.reply, entry.called = rendition.reply(_output(one))
    return entry


def _neutral(one: Logged, builder: TraceBuilder) -> Entry:
    """Content in any dialect; a body of another maker's API is read the same way."""
    body = one.body
    provider = provider_of(one.provider, one.url)
    one.model = one.model or as_str(body.get("model"))
    api = api_of(provider, one.model, responses=one.responses or "input" in body)
    one.provider = provider or maker_of(api)
    rendition = Rendition(api, builder, one.where)
    keys = ("messages", "input", "contents", "prompt")
    said = next((body[key] for key in keys if body.get(key)), one.messages)
    system = next(
        (
            body[k]
            for k in ("system", "instructions", "systemInstruction", "preamble")
            if body.get(k)
        ),
        one.system,
    )
    tools = one.tools or next(
        (body[k] for k in ("tools", "functions", "toolConfig") if body.get(k)), None
    )
    if one.reply_body.get("object") == "response":  # it repeats what was asked
        system = system or as_str(one.reply_body.get("instructions"))
        tools = tools or one.reply_body.get("tools")
    messages, options, marks = rendition.prompt(system, said, tools, {**body, **one.settings})
    messages = thinking.as_sent(messages, one.model, builder)
    reply, called = rendition.reply(_output(one))
    prompt = builder.prompt(messages)
    return Entry(one, api, prompt, options, marks, reply, called, one.usage, one.id, rendition.cut)


def _output(one: Logged) -> Any:
    if one.output is not None:
        return one.output
    body = one.reply_body
    for key in ("choices", "output", "candidates", "content"):
        if body.get(key):
            return _unwrapped(body[key], body)
    return as_str(body.get("text"))


def _unwrapped(value: Any, body: Json) -> Any:
    if isinstance(value, list):
        return [
            item.get("content", item) if isinstance(item, dict) and "candidates" in body else item
            for item in value
        ]
    return value
