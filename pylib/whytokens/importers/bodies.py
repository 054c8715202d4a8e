"""The importer that request and response bodies share: it sniffs exchanges and adds their calls.

What differs by API is an `Api`: which bodies it owns, and how a request and a reply are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import Document, documents
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.exchanges import Exchange, exchanges
from whytokens.importers.providers import provider_of, region_of
from whytokens.importers.values import Json, as_str
from whytokens.model import MessageId, Options, SegmentId, Usage, Where


@dataclass(frozen=True, slots=True)
class Request:
    """What a request sends: messages in rendered order, options, depths of cache marks."""

    messages: list[MessageId]
    options: Options
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back."""

    segments: tuple[SegmentId, ...]
    called: tuple[str, ...]
    stop_reason: str | None
    usage: Usage | None
    tier: str | None = None  # where it stands beside the usage object
    id: str | None


def named_model(one: Exchange) -> str | None:
    """The model that answered, else the one that was asked."""
    return as_str(one.response.get("model")) or as_str(one.request.get("model"))


def no_provider(url: str) -> str | None:
    return None


def own_api(one: Exchange) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One API's way of writing exchanges."""

    key: str
    label: str
    api: str
    provider: str
    guide: Guide
    owns: Callable[[Json, str], bool]
    request: Callable[[Exchange, TraceBuilder], Request]
    reply: Callable[[Exchange, TraceBuilder], Reply]
    model: Callable[[Exchange], str | None] = named_model
    provider_of: Callable[[str], str | None] = no_provider  # by the URL, where that tells
    api_of: Callable[[Exchange], str | None] = own_api  # by the model, where its maker's holds


def body_guide(what: str, example: str, marks: frozenset[str]) -> Guide:
    """The guide of an API: bodies are logged alike everywhere."""
    return Guide(
        section="Requests and responses",
        what=what,
        steps=(
            "Log each request body and its response body as one JSON line: "
            '{"request": …, "response": …}; `ctxcapture` does it in two lines of Python.',
            "Or copy one request body out of your code or a proxy and paste it on the page.",
        ),
        example=example,
        marks=marks,
    )


class BodyImporter:
    """Requests of one API, with or without responses, one or many."""

    export_hint = "Log the request body (and the response) as JSON, one call a line."

    def __init__(self, api: Api) -> None:
        self.api = api
        self.key, self.label, self.guide = api.key, api.label, api.guide

    def sniff(self, head: Head) -> Verdict:
        where = Where(file=head.name)
        found = [one for value in head.values for one in exchanges(value, where)][:60]
        return "yes" if any(self.owns(one) for one in found) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        from whytokens.importers.apis import owner  # bodies of other APIs may stand beside

        before = builder.calls_so_far
        for document in self.documents(documents(source, builder)):
            for one in exchanges(document.value, document.where):
                reader = self if self.owns(one) else owner(one)
                if reader is not None:
                    reader.add(one, builder)
                else:
                    builder.warn("partial", "No request to a model, skipped.", one.where)
            yield document.progress
        if builder.calls_so_far == before:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "It holds no readable request.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip

    def documents(self, found: Iterator[Document]) -> Iterator[Document]:
        """The documents to look for exchanges in; an API may have to join some."""
        return found

    def owns(self, one: Exchange) -> bool:
        """Is this a call of this API?"""
        body = one.request or one.response
        return self.api.owns(body, one.url)

    def add(self, one: Exchange, builder: TraceBuilder, tier: str | None = None) -> None:
        """Add the call, once for each response id; `tier` where the log, not the reply, says it."""
        request = self.api.request(one, builder)
        reply = self.api.reply(one, builder)
        if reply.id and not builder.first(self.key, reply.id):
            builder.warn("partial", f"Response {reply.id} is already counted, skipped.", one.where)
            return
        body = one.request
        tags = dict(one.tags)
        session = tags.pop("session", None) or tags.pop("session_id", None)
        builder.call(
            api=self.api.api_of(one) or self.api.api,
            model=self.api.model(one),
            provider=self.api.provider_of(one.url)
            or provider_of(None, one.url)
            or self.api.provider,
            region=region_of(one.url),
            prompt=builder.prompt(request.messages),
            where=one.where,
            session=session,
            started=one.started,
            duration_ms=one.duration_ms,
            options=request.options,
            cache_marks=request.marks,
            reply=reply.segments,
            called_tools=reply.called,
            stop_reason=reply.stop_reason,
            usage=None if one.error and one.status and one.status >= 400 else reply.usage,
            error=one.error,
            tier=tier or reply.tier,
            hidden=None if body else "the request is not in this file",
            tags=tags,
        )
