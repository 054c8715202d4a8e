"""Recorded HTTP as exchanges: bodies out of whatever a recorder wrapped them in.

Spec: formats, section 5. A body may be text, base64, gzip or deflate, an event stream of Amazon's, a
transcript of server-sent events. Headers hold keys and cookies: none is kept.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from whytokens.builder import TraceBuilder
from whytokens.containers import eventstream
from whytokens.containers.documents import parse
from whytokens.importers import agent_traces
from whytokens.importers.apis import owner
from whytokens.importers.exchanges import Exchange, error_of
from whytokens.importers.sse import response_of
from whytokens.importers.values import as_dict, as_list
from whytokens.model import Where

MAX_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request and its response as a recorder kept them; bodies text, bytes or already parsed."""

    url: str
    request: Any
    response: Any
    status: int | None
    started: datetime | None
    duration_ms: int | None
    where: Where


def add(one: Recorded, builder: TraceBuilder) -> bool:
    """Add the calls of one recorded request; False when it is none to a model."""
    reply = _parsed(one.response)
    if "bedrock-agent-runtime" in one.url:
        return agent_traces.add(reply, one.where, builder)
    request = as_dict(_parsed(one.request))
    response = as_dict(response_of(reply) if isinstance(reply, str | list) else reply)
    exchange = Exchange(
        request=request, response=response, status=one.status, error=error_of(response, one.status),
        started=one.started, duration_ms=one.duration_ms, tags={}, url=one.url, where=one.where,
    )  # fmt: skip
    reader = owner(exchange) if request or response else None
    if reader is None or not request or _counts_only(one.url):
        return False
    reader.add(exchange, builder)
    return True


def _counts_only(url: str) -> bool:
    """Requests that count tokens or embed are answered without a model's reply."""
    path = urlsplit(url).path
    return path.endswith(
        ("/count_tokens", ":countTokens", "/embeddings", "/embed", ":embedContent")
    )


def _parsed(value: Any) -> Any:
    """A body as JSON where it is JSON, events where it is a stream, else its text."""
    if isinstance(value, bytes):
        value = unpacked(value)
        if eventstream.is_stream(value):
            return eventstream.events(value)
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        try:
            return parse(value)
        except ValueError:
            return value
    return value


def unpacked(data: bytes) -> bytes:
    """A body without its content encoding; what cannot be unpacked stays as it is."""
    try:
        if data[:2] == b"\x1f\x8b":
            return gzip.decompress(data)[:MAX_BYTES]
        if data[:1] == b"\x78":
            return zlib.decompress(data)[:MAX_BYTES]
    except (OSError, EOFError, zlib.error):
        pass
    return data


def from_base64(text: str) -> bytes:
    """Base64, in one text or in Polly's list of chunks; hex where a recorder chose that."""
    if text[:1] == "[":
        try:
            return b"".join(from_base64(str(chunk)) for chunk in as_list(parse(text)))
        except ValueError:
            return b""
    try:
        if len(text) % 2 == 0 and text[:8].lower() in ("1f8b0800", "00000000"):
            return bytes.fromhex(text)
        return base64.b64decode("".join(text.split()) + "==")
    except (binascii.Error, ValueError):
        return b""


def milliseconds(value: Any) -> int | None:
    """A duration as recorders write it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**9:
        return None
    return round(value)
