"""Bodies whose content the reader of all dialects understands: an API from a few facts about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers.documents import Document
from whytokens.importers import Guide, thinking
from whytokens.importers.bodies import Api, Reply, Request, as_they_are
from whytokens.importers.exchanges import Exchange
from whytokens.importers.renditions import Rendition
from whytokens.importers.values import Json, as_str
from whytokens.model import Usage, Where

Said = tuple[Any, Any, Any]  # system, messages, tools


def rendered(
    *,
    key: str,
    label: str,
    guide: Guide,
    provider: str,
    owns: Callable[[Json, str], bool],
    said: Callable[[Json], Said],
    answer: Callable[[Json], Any],
    usage: Callable[[Json], Usage | None],
    model: Callable[[Exchange], str | None],
    api: Callable[[str | None], str],
    stop: Callable[[Json], str | None] = lambda body: None,
    joined: Callable[[Iterator[Document]], Iterator[Document]] = as_they_are,
) -> Api:
    """`said` gives a request's system, messages and tools, `answer` what came back; `api` names the
    rendering by the model."""

    def request(one: Exchange, builder: TraceBuilder) -> Request:
        rendition = Rendition(api(model(one)), builder, one.where)
        system, messages, tools = said(one.request) if one.request else (None, None, None)
        found, options, marks = rendition.prompt(system, messages, tools, one.request)
        return Request(thinking.as_sent(found, model(one), builder), options, marks)

    def reply(one: Exchange, builder: TraceBuilder) -> Reply:
        at = Where(file=one.where.file, line=one.where.line, pointer="/response")
        segments, called = Rendition(api(model(one)), builder, at).reply(answer(one.response))
        return Reply(
            segments=segments, called=called, stop_reason=stop(one.response),
            usage=usage(one.response), tier=None, id=as_str(one.response.get("id")),
        )  # fmt: skip

    return Api(
        key=key, label=label, guide=guide, api=api(None), provider=provider, owns=owns, request=request,
        reply=reply, model=model, api_of=lambda one: api(model(one)), joined=joined,
    )  # fmt: skip
