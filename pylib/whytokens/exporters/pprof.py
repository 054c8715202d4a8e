"""pprof's profile: the merged tree as samples of tokens and nanodollars, gzipped.

Spec: google/pprof, proto/profile.proto; the wire format is protobuf's, written here by hand because
only varints and length-delimited fields are needed.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable

from whytokens.exporters import Exporter
from whytokens.exporters.folded import own_values
from whytokens.layouts.merged import MERGED
from whytokens.opened import Opened
from whytokens.protocol import Columns

# Field numbers of profile.proto.
SAMPLE_TYPE, SAMPLE, LOCATION, FUNCTION, STRING, DEFAULT_TYPE = 1, 2, 4, 5, 6, 14


def pprof(columns: Columns) -> bytes:
    """The gzipped profile; the same columns give the same bytes."""
    strings: dict[str, int] = {"": 0}

    def text(value: str) -> int:
        return strings.setdefault(value, len(strings))

    out = bytearray()
    for kind, unit in (("tokens", "count"), ("cost", "nanodollars")):
        out += _message(SAMPLE_TYPE, _number(1, text(kind)) + _number(2, text(unit)))
    tokens, nusd = own_values(columns, "tokens"), own_values(columns, "nusd")
    for row in range(len(columns["name"])):
        if tokens[row] or nusd[row]:
            stack = [columns["name"][at] + 1 for at in _stack(columns, row)]
            out += _message(SAMPLE, _packed(1, stack) + _packed(2, (tokens[row], nusd[row])))
    for number, label in enumerate(columns["strings"], 1):
        line = _message(4, _number(1, number))
        out += _message(LOCATION, _number(1, number) + line)
        name = text(label)
        out += _message(FUNCTION, _number(1, number) + _number(2, name) + _number(3, name))
    default = text("tokens")
    for value in strings:
        out += _bytes(STRING, value.encode("utf-8", "replace"))
    out += _number(DEFAULT_TYPE, default)
    return gzip.compress(bytes(out), mtime=0)


def _stack(columns: Columns, row: int) -> Iterable[int]:
    """Rows from a frame up to the root: pprof wants the leaf first."""
    while row >= 0:
        yield row
        row = columns["parent"][row]


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


_message = _bytes


def _packed(field: int, values: Iterable[int]) -> bytes:
    return _bytes(field, b"".join(_varint(value) for value in values))


def _write(opened: Opened) -> bytes:
    return pprof(MERGED.make(opened))


PPROF = Exporter(key="pprof", label="pprof", suffix="pb.gz", mime="application/gzip", write=_write)
