"""The importers of bodies that are read verbatim, and whose body one is.

Kept apart from the registry: containers (HAR, VCR) and observability formats hold bodies of any API.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.importers import Head, Progress, Verdict
from whytokens.importers.anthropic_messages import ANTHROPIC_MESSAGES
from whytokens.importers.bedrock_converse import BEDROCK_CONVERSE
from whytokens.importers.bodies import Api
from whytokens.importers.cohere_chat import COHERE_CHAT
from whytokens.importers.completions import COMPLETIONS
from whytokens.importers.exchanges import Exchange, asks_for_numbers, exchanges
from whytokens.importers.gemini_generate import GEMINI_GENERATE
from whytokens.importers.mistral_chat import MISTRAL_CHAT
from whytokens.importers.ollama_chat import OLLAMA_CHAT
from whytokens.importers.openai_chat import OPENAI_CHAT
from whytokens.importers.openai_responses import OPENAI_RESPONSES
from whytokens.importers.providers import api_of, maker_of, provider_of, region_of
from whytokens.importers.renditions import Rendition
from whytokens.importers.strays import without_strays
from whytokens.importers.values import Json, are
from whytokens.model import Where


class BodyImporter:
    """Requests of one API, with or without responses, one or many."""

    export_hint = "Log the request body (and the response) as JSON, one call a line."

    def __init__(self, api: Api) -> None:
        self.api = api
        self.key, self.label, self.guide = api.key, api.label, api.guide

    def sniff(self, head: Head) -> Verdict:
        where = Where(file=head.name)
        found = [one for value in head.values for one in exchanges(value, where)][:60]
        return "yes" if any(owner(one) is self for one in found) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        before, strange = builder.calls_so_far, list[Where]()
        for document in self.api.joined(documents(source, builder)):
            for one in exchanges(document.value, document.where):
                reader = owner(one)
                if reader is not None:
                    reader.add(one, builder)
                else:
                    strange.append(one.where)
            yield document.progress
        if strange:
            text = f"{are(len(strange), 'record')} no request to a model, skipped."
            builder.warn("partial", text, strange[0])
        if builder.calls_so_far == before:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "It holds no readable request.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip

    def add(self, one: Exchange, builder: TraceBuilder, tier: str | None = None) -> None:
        """Add the call, once for each response id; `tier` where the log, not the reply, says it."""
        request = self.api.request(without_strays(one, builder), builder)
        reply = self.api.reply(one, builder)
        if reply.id and not builder.first(self.key, reply.id):
            builder.warn("partial", f"Response {reply.id} is already counted, skipped.", one.where)
            return
        body, beside = one.request, one.beside
        if not reply.segments and beside.said is not None:
            rendition = Rendition(self._api_of(one), builder, one.where)
            segments, called = rendition.reply(beside.said)
            reply = replace(reply, segments=segments, called=called)
        tags = dict(one.tags)
        session = tags.pop("session", None) or tags.pop("session_id", None)
        failed = bool(one.error and one.status and one.status >= 400)
        builder.call(
            api=self._api_of(one),
            model=self.api.model(one),
            provider=self._provider(one),
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
            usage=None if failed else reply.usage or beside.usage,
            reported_cost_pusd=None if failed else beside.cost_pusd,
            error=one.error,
            tier=tier or reply.tier,
            hidden=None if body else "the request is not in this file",
            tags=tags,
        )

    def _api_of(self, one: Exchange) -> str:
        return self.api.api_of(one) or self.api.api

    def _provider(self, one: Exchange) -> str:
        """By the address, by what the log says, by the model where all speak this dialect."""
        said = self.api.provider_of(one.url) or provider_of(one.beside.provider, one.url)
        if said is None and self.api is OPENAI_CHAT and not one.url:
            said = maker_of(api_of(None, self.api.model(one)))
        return said or self.api.provider


# Most specific marks first; the generic test of roles and content last.
APIS: tuple[Api, ...] = (
    GEMINI_GENERATE,
    BEDROCK_CONVERSE,
    OPENAI_RESPONSES,
    OLLAMA_CHAT,
    MISTRAL_CHAT,
    COHERE_CHAT,
    ANTHROPIC_MESSAGES,
    COMPLETIONS,
    OPENAI_CHAT,
)
BODIES = tuple(map(BodyImporter, APIS))


def owner(one: Exchange) -> BodyImporter | None:
    """Who reads this exchange; None when it is no call of a model.

    Bare roles and content fit several APIs (`APIS`, the last): there the response tells.
    """
    if asks_for_numbers(one.request, one.response, one.url):
        return None
    found = _first(one.request or one.response, one.url)
    if found is BODIES[-1] and one.request and one.response:
        return _first(one.response, one.url) or found
    return found


def _first(body: Json, url: str) -> BodyImporter | None:
    return next((importer for importer in BODIES if importer.api.owns(body, url)), None)
