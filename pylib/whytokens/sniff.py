"""Which importer reads a source: asked by content, never by name. Spec: formats, section 1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any, Literal

from whytokens.containers import Source, csv_rows, parquet
from whytokens.containers.database import all_columns, is_database, tables
from whytokens.containers.decode import HEAD_BYTES, head_bytes, head_text
from whytokens.containers.documents import TRANSCRIPT, parse
from whytokens.errors import TraceError
from whytokens.importers import Head, Importer
from whytokens.importers.sse import response_of
from whytokens.model import Where
from whytokens.nearest import hint

MAX_VALUES = 60
# Strings, brackets, commas: all that decides where a cut JSON can be closed.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},"]', re.DOTALL)
_CLOSER = {"[": "]", "{": "}"}
MAX_DEPTH = 400


def read_head(source: Source) -> Head:
    """The beginning of a source, taken apart. Raises TraceError empty-file."""
    data = head_bytes(source)
    if is_database(data):
        return Head(
            name=source.name, container="database", values=(), partial=False, text="",
            tables=tables(source), columns=all_columns(source),
        )  # fmt: skip
    text = head_text(data)
    if not text.strip("\ufeff \t\r\n\x00"):
        raise TraceError(
            "empty-file",
            f"{source.name} is empty.",
            f"It has {source.size_bytes:,} bytes.",
            where=Where(file=source.name),
            hint="Open another file.",
        )
    if parquet.is_parquet(data):
        rows = tuple(islice(parquet.rows(source), MAX_VALUES))
        return Head(name=source.name, container="table", values=rows, partial=False, text="")
    values = _line_values(text, cut=len(data) == HEAD_BYTES)
    if values:
        return Head(
            name=source.name, container="jsonl", values=tuple(values), partial=False, text=text
        )
    mark = csv_rows.delimiter(text.lstrip("\ufeff\r\n").split("\n", 1)[0])
    if mark is not None:
        cells = csv_rows.head_rows(text.lstrip("\r\n"), mark, len(data) == HEAD_BYTES)[:MAX_VALUES]
        return Head(
            name=source.name, container="table", values=tuple(cells), partial=not cells, text=text,
            header=() if cells else tuple(csv_rows.names(text, mark)),
        )  # fmt: skip
    if TRANSCRIPT.match(text):
        found = (response_of(text),)
        return Head(name=source.name, container="text", values=found, partial=False, text=text)
    value, partial = prefix_value(text)
    if value is None:
        bracket = text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")
        kind: Literal["json", "text"] = "json" if bracket else "text"
        return Head(name=source.name, container=kind, values=(), partial=bracket, text=text)
    return Head(name=source.name, container="json", values=(value,), partial=partial, text=text)


def _line_values(text: str, cut: bool) -> list[Any]:
    """Values of lines that are JSON objects or arrays by themselves; a bad line among them is fine."""
    lines = text.split("\n")
    if cut and len(lines) > 1:
        lines.pop()
    values = []
    for line in lines[: 2 * MAX_VALUES]:
        if line.lstrip("\ufeff \t")[:1] in ("{", "["):
            try:
                values.append(parse(line.lstrip("\ufeff")))
            except ValueError:
                if not values and len(lines) > 1 and line.strip() in ("{", "["):
                    return []
    return values[:MAX_VALUES]


def prefix_value(text: str) -> tuple[Any, bool]:
    """The JSON value a text begins with, closed where it breaks off; None when it is no JSON."""
    text = text.lstrip("\ufeff \t\r\n")
    if text[:1] not in ("{", "["):
        return None, False
    try:
        return parse(text), False
    except ValueError:
        pass
    stack: list[str] = []
    best: tuple[int, str] | None = None
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == '"':  # a string that the cut left open
            break
        if token in _CLOSER:
            stack.append(_CLOSER[token])
            if len(stack) > MAX_DEPTH:
                break
        elif token in "]}":
            if not stack or stack.pop() != token:
                break
            if not stack:
                best = (match.end(), "")
                break
        elif token == ",":
            best = (match.start(), "".join(reversed(stack)))
    if best is None:
        return None, False
    try:
        return parse(text[: best[0]] + best[1]), True
    except ValueError:
        return None, False


def choose(head: Head, importers: Sequence[Importer]) -> Importer:
    """The first importer that says yes, else the first that says maybe.

    Raises TraceError unknown-format, naming what the file is instead.
    """
    maybe = None
    for importer in importers:
        verdict = importer.sniff(head)
        if verdict == "yes":
            return importer
        if verdict == "maybe" and maybe is None:
            maybe = importer
    if maybe is not None:
        return maybe
    raise TraceError(
        "unknown-format",
        "This does not look like a log of LLM calls.",
        f"{head.name} is {_what(head)}.",
        where=Where(file=head.name),
        excerpt=head.text[:200],
        hint=hint(head, importers),
    )


def _is_empty(value: Any) -> bool:
    """Nothing, or an object all of whose lists are empty: what an export of nothing gives."""
    if not value:
        return value in ({}, [])
    lists = (
        [one for one in value.values() if isinstance(one, list)] if isinstance(value, dict) else []
    )
    return bool(lists) and not any(lists)


def _what(head: Head) -> str:
    if head.container == "database":
        names = ", ".join(sorted(head.tables)[:8])
        return f"a SQLite database with tables {names}" if names else "an empty SQLite database"
    if head.header:
        return f"a table without rows, with columns {', '.join(head.header[:8])}"
    if not head.values:
        return "no JSON"
    value = head.values[0]
    if _is_empty(value):
        return "an answer without records" if value else "empty: it holds no record"
    kind = "JSON Lines" if head.container == "jsonl" and len(head.values) > 1 else "JSON"
    if isinstance(value, list):
        value = value[0] if value else None
        kind += ", a list"
    if isinstance(value, dict):
        keys = [str(key)[:40] for key in value][:8]
        if head.container == "table":
            return f"a table with columns {', '.join(keys)}"
        return f"{kind} with keys {', '.join(keys)}" if keys else f"{kind} without keys"
    return kind
