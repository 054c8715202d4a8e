"""Spans as OTLP's binary protobuf, the one encoding that every OTLP/HTTP receiver takes.

Spec: opentelemetry-proto, trace/v1/trace.proto and common/v1/common.proto (field numbers below), and the
protobuf wire format: a key is number << 3 | type, types 0 varint, 1 64 bits, 2 length and bytes.
"""

from __future__ import annotations

import struct
from typing import Any

Json = dict[str, Any]
VARINT, FIXED64, BYTES = 0, 1, 2


def traces(resource_spans: list[Json]) -> bytes:
    """`TracesData` (and `ExportTraceServiceRequest`, the same on the wire) of OTLP/JSON objects."""
    return b"".join(_bytes(1, _resource_spans(one)) for one in resource_spans)


def _resource_spans(one: Json) -> bytes:
    resource = _attributes(1, one["resource"]["attributes"])
    return _bytes(1, resource) + b"".join(_bytes(2, _scope_spans(s)) for s in one["scopeSpans"])


def _scope_spans(one: Json) -> bytes:
    scope = _text(1, one["scope"]["name"]) + _text(2, one["scope"]["version"])
    return _bytes(1, scope) + b"".join(_bytes(2, _span(span)) for span in one["spans"])


def _span(one: Json) -> bytes:
    status = one["status"]
    return b"".join(
        (
            _bytes(1, bytes.fromhex(one["traceId"])),
            _bytes(2, bytes.fromhex(one["spanId"])),
            _text(5, one["name"]),
            _number(6, one["kind"]),
            _fixed64(7, struct.pack("<Q", int(one["startTimeUnixNano"]))),
            _fixed64(8, struct.pack("<Q", int(one["endTimeUnixNano"]))),
            _attributes(9, one["attributes"]),
            _bytes(15, _text(2, status["message"]) + _number(3, status["code"])) if status else b"",
        )
    )


def _attributes(field: int, found: list[Json]) -> bytes:
    pairs = (_text(1, one["key"]) + _bytes(2, _value(one["value"])) for one in found)
    return b"".join(_bytes(field, pair) for pair in pairs)


def _value(value: Json) -> bytes:
    ((kind, inner),) = value.items()
    if kind == "boolValue":
        return _number(2, int(inner))
    if kind == "intValue":
        return _number(3, int(inner))
    if kind == "doubleValue":
        return _fixed64(4, struct.pack("<d", inner))
    if kind == "arrayValue":
        return _bytes(5, b"".join(_bytes(1, _value(one)) for one in inner["values"]))
    return _text(1, inner)


def _varint(number: int) -> bytes:
    number &= 2**64 - 1  # negative numbers are written as ten bytes of two's complement
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3 | VARINT) + _varint(number)


def _fixed64(field: int, packed: bytes) -> bytes:
    return _varint(field << 3 | FIXED64) + packed


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | BYTES) + _varint(len(data)) + data


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode("utf-8", "replace"))
