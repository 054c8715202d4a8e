"""What every exporter must write for three cases. Runs under CPython and, unchanged, in Pyodide.

Text as it is written; of the saved page only its data (the rest is the page, built from `app/`); of pprof
its samples, decoded from the wire (protobuf, "Encoding"), for gzip's bytes are its library's.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import golden_outputs
from whytokens import registry
from whytokens.exporters import Exporter
from whytokens.opened import Opened

FOLDER = "exports"
# A session with tools and a cache, a request with a schema and an image, an agent with waste.
EXPORTED = (
    "claude_code/tools-in-parallel",
    "openai_chat/schema-and-image",
    "anthropic_messages/clock-and-unused-tools",
)
AS_TEXT = {"gz": "txt", "html": "json"}
DATA = '<script type="application/json" id="data">'


def folder(fixtures: Path, case: str) -> Path:
    return fixtures / FOLDER / case.replace("/", "-")


def exports(fixtures: Path, case: str) -> dict[str, str]:
    """File name to text."""
    opened = golden_outputs.opened(fixtures / case)
    return {_name(one): _text(one, opened) for one in registry.EXPORTERS}


def different(fixtures: Path) -> list[str]:
    """For the Pyodide run: the exports that are not as committed."""
    return [
        f"{FOLDER}/{case}/{name}"
        for case in EXPORTED
        for name, text in exports(fixtures, case).items()
        if (folder(fixtures, case) / name).read_bytes() != text.encode()
    ]


def _name(one: Exporter) -> str:
    last = one.suffix.rpartition(".")[2]
    return f"{one.key}.{AS_TEXT.get(last, last)}"


def _text(one: Exporter, opened: Opened) -> str:
    made = one.write(opened)
    if isinstance(made, bytes):
        return profile(gzip.decompress(made))
    if one.key == "html":
        made = made.partition(DATA)[2].partition("</script>")[0]
        assert made, "the saved page has no data"
    return made


def profile(data: bytes) -> str:
    """A pprof profile as lines: its types, then a stack, its tokens and its nanodollars each."""
    fields = list(_fields(data))
    strings = [bytes(value).decode() for number, value in fields if number == 6]
    functions = {one[1]: strings[one[2]] for one in map(_numbers, _of(fields, 5))}
    locations = {}
    for value in _of(fields, 4):
        [identity, line] = [inner for _, inner in _fields(value)]
        locations[identity] = functions[_numbers(bytes(line))[1]]
    types = [_numbers(value) for value in _of(fields, 1)]
    lines = [" ".join(f"{strings[one[1]]}/{strings[one[2]]}" for one in types)]
    for value in _of(fields, 2):
        stack, amounts = [_varints(bytes(inner)) for _, inner in _fields(value)]
        names = ";".join(locations[at] for at in reversed(stack))
        lines.append(f"{names} {' '.join(map(str, amounts))}")
    return "\n".join(lines) + "\n"


def _of(fields: list[tuple[int, int | bytes]], number: int) -> list[bytes]:
    return [bytes(value) for found, value in fields if found == number]


def _numbers(data: bytes) -> dict[int, int]:
    return {number: value for number, value in _fields(data) if isinstance(value, int)}


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value, at = _varint(data, at)
        if key & 7 == 2:
            yield key >> 3, data[at : at + value]
            at += value
        else:
            assert key & 7 == 0, "only varints and lengths are written"
            yield key >> 3, value


def _varints(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
