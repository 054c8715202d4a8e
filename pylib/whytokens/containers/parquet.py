"""Parquet in pure Python: rows as objects, a row group at a time.

Spec: parquet.apache.org/docs/file-format; encodings PLAIN, RLE, dictionaries and the DELTA family, data pages 1
and 2; codecs none, Snappy, gzip, Zstandard. Meant for logs: texts weigh more than rows. Times stay the
integers they are stored as.
"""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from whytokens.containers import Source, zstd
from whytokens.containers.parquet_encodings import (
    delta_bytes,
    delta_ints,
    delta_lengths,
    hybrid,
    plain,
    unsnappied,
)
from whytokens.containers.thrift import Reader
from whytokens.errors import TraceError
from whytokens.model import Where

MAGIC = b"PAR1"
OPTIONAL, REPEATED = 1, 2
LIST, MAP = 3, 1
MAX_PAGE_BYTES = 2**30
CONVERT = (
    "python -c \"import pandas; pandas.read_parquet('{}')"
    ".to_json('rows.jsonl', orient='records', lines=True)\""
)
CODECS = {
    0: "none",
    1: "Snappy",
    2: "gzip",
    3: "LZO",
    4: "Brotli",
    5: "LZ4",
    6: "Zstandard",
    7: "LZ4 raw",
}


@dataclass(slots=True)
class Node:
    """An element of the schema. Levels as in Dremel: how much of a path is there, and repeats."""

    name: str
    repetition: int
    kind: int | None
    length: int
    converted: int | None
    logical: dict[int, Any]
    children: list[Node] = field(default_factory=list)
    definition: int = 0
    repeat: int = 0


def is_parquet(start: bytes) -> bool:
    return start.startswith(MAGIC)


def rows(source: Source) -> Iterator[dict[str, Any]]:
    """Every row. Raises TraceError broken-file, too-large."""
    with source.open() as raw:
        data = raw.read()
    try:
        root, groups = _footer(data)
        for group in groups:
            yield from _group(data, root, group)
    except (
        struct.error,
        IndexError,
        KeyError,
        ValueError,
        TypeError,
        OSError,
        EOFError,
        RecursionError,
    ) as error:
        raise TraceError(
            "broken-file", f"{source.name} cannot be read as Parquet.", f"{error}.",
            where=Where(file=source.name),
            hint=CONVERT.format(source.name),
        ) from error  # fmt: skip


def _footer(data: bytes) -> tuple[Node, list[dict[int, Any]]]:
    if data[-4:] != MAGIC:
        raise ValueError("the file is cut off: its footer is missing")
    size = struct.unpack("<I", data[-8:-4])[0]
    meta = Reader(data, len(data) - 8 - size).struct()
    elements = iter(meta[2])
    return _node(elements, 0, 0), meta.get(4) or []


def _node(elements: Iterator[dict[int, Any]], definition: int, repeat: int) -> Node:
    said = next(elements)
    kind = said.get(3, 0)
    node = Node(
        name=said[4].decode("utf-8", "replace"), repetition=kind, kind=said.get(1), length=said.get(2, 0),
        converted=said.get(6), logical=said.get(10) or {},
        definition=definition + (kind in (OPTIONAL, REPEATED)), repeat=repeat + (kind == REPEATED),
    )  # fmt: skip
    node.children = [_node(elements, node.definition, node.repeat) for _ in range(said.get(5, 0))]
    return node


def _leaves(node: Node, path: list[Node]) -> Iterator[list[Node]]:
    for child in node.children:
        if child.children:
            yield from _leaves(child, [*path, child])
        else:
            yield [*path, child]


def _group(data: bytes, root: Node, group: dict[int, Any]) -> Iterator[dict[str, Any]]:
    found: list[dict[str, Any]] = [{} for _ in range(group[3])]
    paths = list(_leaves(root, []))
    for path, chunk in zip(paths, group[1], strict=True):
        _fill(found, path, _column(data, path[-1], chunk[3]))
    for row in found:
        yield {child.name: _shaped(child, row.get(child.name)) for child in root.children}


def _column(data: bytes, leaf: Node, meta: dict[int, Any]) -> Iterator[tuple[int, int, Any]]:
    """Repetition level, definition level and value of every entry of a column."""
    at = min(offset for offset in (meta.get(9), meta.get(11)) if offset)
    left, dictionary = meta[5], list[Any]()
    while left > 0:
        reader = Reader(data, at)
        header = reader.struct()
        start, size = reader.at, header[3]
        if header[2] > MAX_PAGE_BYTES:
            raise ValueError("a page of more than 1 GB")
        page = data[start : start + size]
        at = start + size
        if header[1] == 2:
            dictionary = plain(
                _unpacked(page, meta[4], header[2]), leaf.kind, leaf.length, header[7][1]
            )
        elif header[1] == 0:
            yield from _page(
                _unpacked(page, meta[4], header[2]), leaf, header[5][1], header[5][2], dictionary
            )
            left -= header[5][1]
        elif header[1] == 3:
            yield from _page_two(page, leaf, header[8], meta[4], header[2], dictionary)
            left -= header[8][1]


def _page(
    page: bytes, leaf: Node, count: int, encoding: int, dictionary: list[Any]
) -> Iterator[tuple[int, int, Any]]:
    at = 0
    levels = []
    for top in (leaf.repeat, leaf.definition):
        if top:
            size = struct.unpack_from("<I", page, at)[0]
            levels.append(hybrid(page, at + 4, at + 4 + size, top.bit_length(), count))
            at += 4 + size
        else:
            levels.append([0] * count)
    yield from _joined(levels[0], levels[1], leaf, page[at:], encoding, dictionary)


def _page_two(
    page: bytes, leaf: Node, header: dict[int, Any], codec: int, size: int, dictionary: list[Any]
) -> Iterator[tuple[int, int, Any]]:
    count, repeat, define = header[1], header.get(6, 0), header.get(5, 0)
    repeats = (
        hybrid(page, 0, repeat, leaf.repeat.bit_length(), count) if leaf.repeat else [0] * count
    )
    defines = (
        hybrid(page, repeat, repeat + define, leaf.definition.bit_length(), count)
        if leaf.definition
        else [0] * count
    )
    body = page[repeat + define :]
    if header.get(7, True):
        body = _unpacked(body, codec, size - repeat - define)
    yield from _joined(repeats, defines, leaf, body, header[4], dictionary)


def _joined(
    repeats: list[int],
    defines: list[int],
    leaf: Node,
    body: bytes,
    encoding: int,
    dictionary: list[Any],
) -> Iterator[tuple[int, int, Any]]:
    there = sum(level == leaf.definition for level in defines)
    values = iter(_values(body, leaf, encoding, there, dictionary))
    for repeat, define in zip(repeats, defines, strict=True):
        yield repeat, define, next(values) if define == leaf.definition else None


def _values(body: bytes, leaf: Node, encoding: int, count: int, dictionary: list[Any]) -> list[Any]:
    if not count:
        return []
    if encoding in (2, 8):  # indices into the dictionary
        return [dictionary[i] for i in hybrid(body, 1, len(body), body[0], count)]
    if encoding == 3:  # booleans in runs
        return [bool(bit) for bit in hybrid(body, 4, len(body), 1, count)]
    others: dict[int, Callable[[bytes, int], list[Any]]] = {
        5: delta_ints,
        6: delta_lengths,
        7: delta_bytes,
    }
    if encoding in others:
        return others[encoding](body, count)
    if encoding == 0:
        return plain(body, leaf.kind, leaf.length, count)
    raise ValueError(f"encoding {encoding} is not known")


def _unpacked(page: bytes, codec: int, size: int) -> bytes:
    if codec == 0:
        return page
    if codec == 1:
        return unsnappied(page)
    if codec == 2:
        return gzip.decompress(page)
    if codec == 6:
        return zstd.stream(io.BytesIO(page)).read()
    raise ValueError(f"it is packed with {CODECS.get(codec, codec)}, which is not read here")


def _fill(
    rows: list[dict[str, Any]], path: list[Node], entries: Iterator[tuple[int, int, Any]]
) -> None:
    """Put a column's values into the rows (Dremel's record assembly)."""
    number, places = -1, [0] * (path[-1].repeat + 1)
    for repeat, define, value in entries:
        if repeat == 0:
            number += 1
            places = [0] * len(places)
        else:
            places[repeat] += 1
            places[repeat + 1 :] = [0] * (len(places) - repeat - 1)
        _put(rows[number], path, places, define, value)


def _put(row: dict[str, Any], path: list[Node], places: list[int], define: int, value: Any) -> None:
    here, last = row, path[-1]
    for node in path:
        there = define >= node.definition
        if node.repetition == REPEATED:
            items = here.setdefault(node.name, [])
            if not there:
                return
            if node is last:
                items.append(value)
                return
            while len(items) <= places[node.repeat]:
                items.append({})
            here = items[places[node.repeat]]
        elif not there:
            here.setdefault(node.name, None)
            return
        elif node is last:
            here[node.name] = value
        else:
            if here.get(node.name) is None:
                here[node.name] = {}
            here = here[node.name]


def _shaped(node: Node, value: Any) -> Any:
    """Texts decoded, lists and maps without the levels that store them."""
    if value is None:
        return None
    if node.repetition == REPEATED and isinstance(value, list):
        return [_one(node, item) for item in value]
    return _one(node, value)


def _one(node: Node, value: Any) -> Any:
    if isinstance(value, bytes):
        text = node.converted in (0, 4, 19) or any(key in node.logical for key in (1, 4, 12))
        return value.decode("utf-8", "replace") if text or node.kind == 6 else value.hex()
    if not isinstance(value, dict):
        return value
    if len(node.children) == 1 and node.children[0].repetition == REPEATED:
        inner = node.children[0]
        items = _shaped(inner, value.get(inner.name)) or []
        if node.converted in (MAP, 2) or 2 in node.logical:
            return {str(item.get("key")): item.get("value") for item in items}
        single = len(inner.children) == 1
        return [
            item.get(inner.children[0].name) if single and isinstance(item, dict) else item
            for item in items
        ]
    return {child.name: _shaped(child, value.get(child.name)) for child in node.children}
