"""What our templates make of a request body, for tests that work a rule by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from whytokens.attribution.lanes import Lanes
from whytokens.builder import TraceBuilder
from whytokens.importers import (
    anthropic_messages,
    gemini_generate,
    openai_chat,
    openai_responses,
)
from whytokens.importers.bodies import Api
from whytokens.importers.exchanges import Exchange
from whytokens.model import MessageId, Options, Where

WHERE = Where(file="t")
READERS = {
    "openai.chat": openai_chat.request_messages,
    "openai.responses": openai_responses.request_messages,
    "anthropic.messages": anthropic_messages.request_messages,
    "gemini.generate": gemini_generate.request_messages,
}


def estimate(api: str, body: dict[str, object]) -> int:
    """Prompt tokens of a request body."""
    builder = TraceBuilder("t")
    messages, options, _ = READERS[api](body, builder, WHERE)
    return tokens_of(builder, api, str(body["model"]), messages, options)


def tokens_of(
    builder: TraceBuilder,
    api: str,
    model: str,
    messages: Sequence[MessageId],
    options: Options,
    provider: str | None = None,
) -> int:
    prompt = builder.prompt(messages)
    builder.call(
        api=api, model=model, prompt=prompt, options=options, where=WHERE, provider=provider
    )
    trace = builder.build()
    lane = Lanes(trace).of(trace.calls[0])
    node = trace.calls[0].prompt
    pieces = lane.frame(lane.head_end(node))
    assert all(piece.tokens >= 0 for piece in pieces)
    return lane.upto(node) + sum(piece.tokens for piece in pieces)


def count(model: str, text: str) -> int:
    builder = TraceBuilder("t")
    builder.call(api="x", model=model, prompt=builder.prompt(()), where=WHERE)
    trace = builder.build()
    return Lanes(trace).of(trace.calls[0]).counter.count(text)


def asked_for(
    api: Api,
    body: dict[str, object],
    started: datetime | None = None,
    provider: str | None = None,
    url: str = "",
) -> int:
    """Prompt tokens of a request body as its importer reads it: with what the model forgets."""
    builder = TraceBuilder("t")
    exchange = Exchange(
        request=body,
        response={},
        status=None,
        error=None,
        started=started,
        duration_ms=None,
        tags={},
        url=url,
        where=WHERE,
    )
    request = api.request(exchange, builder)
    return tokens_of(
        builder, api.api, str(body["model"]), request.messages, request.options, provider
    )
