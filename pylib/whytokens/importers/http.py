"""Recorded HTTP as exchanges: bodies out of whatever a recorder wrapped them in.

Spec: formats, section 5. A body may be text, base64, gzip or deflate, an event stream of Amazon's, a
transcript of server-sent events. Headers hold keys and cookies: none is kept.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import eventstream, zstd
from whytokens.containers.decode import BROKEN
from whytokens.containers.documents import parse
from whytokens.importers import agent_traces
from whytokens.importers.apis import BodyImporter, owner
from whytokens.importers.exchanges import Exchange, error_of
from whytokens.importers.sse import response_of
from whytokens.importers.values import Json, as_dict, as_list, as_time
from whytokens.model import Where

MAX_BYTES = 256 * 2**20
# Packed bytes read as UTF-8 are bad in a third of their places; a text in another encoding in a tenth.
MAX_BAD_SHARE = 0.2
HEAD_BYTES = 4096
# Before the first API of a model was open no reply was made.
FIRST_REPLY = datetime(2020, 6, 11, tzinfo=UTC)
DATE = re.compile(r"\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d:\d\d:\d\d) GMT")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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
    packing: str = ""  # the response's content-encoding, as sent
    date: str = ""  # the response's Date, as sent


# Content codings (RFC 9110, 8.4.1) that the standard library cannot undo.
UNREADABLE = {
    "br": "Brotli",
    "compress": "LZW",
    "dcb": "Brotli",
    "dcz": "Zstandard and a dictionary",
}
AFTER = (
    ": such calls are shown without reply and usage, the first of this file here. Record with "
    "“Accept-Encoding: gzip”, or export the HAR from a browser, which unpacks."
)


def add_all(found: Iterable[Recorded], builder: TraceBuilder, *, by_replies: bool = True) -> int:
    """Add the calls of recorded requests; returns how many go to no model.

    Where the recorder told no times, those of the replies serve if all have one (`by_replies`); else
    the order in which they stand is their time.
    """
    calls, others = list[tuple[BodyImporter, Exchange, datetime | None]](), 0
    for one in found:
        if "bedrock-agent-runtime" in one.url:
            others += not agent_traces.add(_reply(one, builder), one.where, builder)
            continue
        exchange = _exchange(one, builder)
        reader = owner(exchange) if exchange.request or exchange.response else None
        if reader is None or not exchange.request:
            others += 1
        else:
            calls.append((reader, exchange, replied(exchange.response) or _date(one.date)))
    told = [exchange.started or time for _, exchange, time in calls]
    for (reader, exchange, _), time in zip(calls, told, strict=True):
        known = by_replies and None not in told
        reader.add(replace(exchange, started=time) if known else exchange, builder)
    return others


def add(one: Recorded, builder: TraceBuilder) -> bool:
    """Add the calls of one recorded request, among others whose order is their time; False when it
    is none to a model."""
    return not add_all((one,), builder, by_replies=False)


def _reply(one: Recorded, builder: TraceBuilder) -> Any:
    reply = _parsed(one.response)
    if isinstance(reply, bytes):
        _warn_packed(one, builder)
        return None
    return reply


def _exchange(one: Recorded, builder: TraceBuilder) -> Exchange:
    reply = _reply(one, builder)
    response = as_dict(response_of(reply) if isinstance(reply, str | list) else reply)
    return Exchange(
        request=as_dict(_parsed(one.request)), response=response, status=one.status,
        error=error_of(response, one.status), started=one.started, duration_ms=one.duration_ms, tags={},
        url=one.url, where=one.where,
    )  # fmt: skip


def replied(response: Json) -> datetime | None:
    """When a reply says it was made; what stands there in a scrubbed cassette is no time."""
    found = as_time(response.get("created")) or as_time(response.get("created_at"))
    return found if found and found >= FIRST_REPLY else None


def _date(text: str) -> datetime | None:
    """A response's Date header (RFC 9110, 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT"."""
    said = DATE.fullmatch(text.strip())
    if said is None or said[2] not in MONTHS:
        return None
    found = as_time(f"{said[3]}-{MONTHS.index(said[2]) + 1:02d}-{said[1]}T{said[4]}Z")
    return found if found and found >= FIRST_REPLY else None


def _warn_packed(one: Recorded, builder: TraceBuilder) -> None:
    """Once for each file, with the first place."""
    if builder.first("packed", one.where.file):
        packing = UNREADABLE.get(one.packing.strip().lower(), "an unknown method")
        text = f"A reply is packed with {packing}, which cannot be unpacked here"
        builder.warn("partial", f"{text}{AFTER}", one.where)


def _parsed(value: Any) -> Any:
    """A body as JSON where it is JSON, events where it is a stream, else its text."""
    if isinstance(value, bytes):
        value = unpacked(value)
        if eventstream.is_stream(value):
            return eventstream.events(value)
        try:
            value = value.decode("utf-8")
        except UnicodeDecodeError:
            return value if _binary(value) else value.decode("utf-8", "replace")
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
        if data.startswith(zstd.MAGIC):
            return zstd.stream(io.BytesIO(data)).read(MAX_BYTES)
    except BROKEN:
        pass
    return data


def _binary(data: bytes) -> bool:
    """No text with a bad byte or two, but bytes that are still packed."""
    start = data[:HEAD_BYTES].decode("utf-8", "replace")
    return start.count("\ufffd") > len(start) * MAX_BAD_SHARE


def header(headers: Any, name: str) -> str:
    """A header's value, by any case, out of a list of names and values or a mapping; "" = none."""
    if isinstance(headers, list):
        pairs = [(as_dict(one).get("name"), as_dict(one).get("value")) for one in headers]
    else:
        pairs = list(as_dict(headers).items())
    found = next((value for key, value in pairs if str(key).lower() == name), "")
    return str(found[0] if isinstance(found, list) and found else found or "")


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
