"""What differs by API: which bodies it owns, and how a request and a reply are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from whytokens.builder import TraceBuilder
from whytokens.containers.documents import Document
from whytokens.importers import Guide
from whytokens.importers.exchanges import Exchange
from whytokens.importers.values import Json, as_str
from whytokens.model import MessageId, Options, SegmentId, Usage


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


def as_they_are(found: Iterator[Document]) -> Iterator[Document]:
    return found


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
    joined: Callable[[Iterator[Document]], Iterator[Document]] = (
        as_they_are  # parts of one exchange
    )


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
