"""Hostile logs of every format: the hand-written fixtures with a vector in each text that reaches the trace.

A fixture is taken apart into its texts (JSON values and keys, JSON inside JSON, cells, rows of a database,
lines of a transcript). One text is replaced by one vector wherever it stands, so that ids still meet. Texts
that the format is told by, or that say what a part is, are found by trying and stay: with all others
replaced the same importer must read as many calls, segments and tokens as before.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import golden_outputs
from vectors import VECTORS
from whytokens import registry
from whytokens.errors import TraceError
from whytokens.importing import read
from whytokens.operations import source
from whytokens.pipeline import finished

FIXTURES = Path(__file__).parent / "fixtures"
QUOTED = re.compile(r"""(?<=")[^"\\\n]+(?=")|(?<=')[^'\\\n]+(?=')""")
Swap = Callable[[str], str]
# Vectors in one text: few enough that a label shows each, so many that all of them take 25 turns.
EACH = 3
TURNS = -(-len(VECTORS) // EACH)


@dataclass(frozen=True, slots=True)
class Hostile:
    """One importer's fixture and the texts of it that may be replaced."""

    importer: str
    files: dict[str, bytes]
    free: tuple[str, ...]

    def made(self, turn: int) -> dict[str, bytes]:
        """Its files with vectors in them; another turn, other vectors in the same places."""
        found = dict(zip(self.free, vectors(len(self.free), turn), strict=True))
        return swapped(self.files, lambda text: found.get(text, text))


def vectors(count: int, turn: int) -> list[str]:
    """That many different texts of a few vectors each; after `TURNS` turns every place has had them all."""
    size = len(VECTORS)
    return [
        " ".join(VECTORS[(at + turn + TURNS * part) % size] for part in range(EACH))
        + (f" {at // size}" if at >= size else "")
        for at in range(count)
    ]


def archive(turns: Sequence[int] = range(TURNS)) -> bytes:
    """All importers' files of turns in one zip, each turn in a folder with a vector for its name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for turn in turns:
            name = re.sub(r"[/\\\0]", "", VECTORS[turn])
            for one in hostiles():
                for inner, data in one.made(turn).items():
                    made.writestr(f"{turn} {name}/{one.importer}/{inner}", data)
    return out.getvalue()


@cache
def hostiles() -> tuple[Hostile, ...]:
    """The largest fixture of every importer."""
    return tuple(_hostile(one.key) for one in registry.IMPORTERS)


def _hostile(importer: str) -> Hostile:
    cases = [case for case in golden_outputs.cases(FIXTURES) if case.parent.name == importer]
    case = max(
        cases, key=lambda one: sum(path.stat().st_size for path in golden_outputs.inputs(one))
    )
    files = {
        path.relative_to(case).as_posix(): path.read_bytes() for path in golden_outputs.inputs(case)
    }
    texts: dict[str, None] = {}

    def note(text: str) -> str:
        texts[text] = None
        return text

    # As this module writes it: JSON anew is the same JSON, but not the same text.
    files = swapped(files, note)
    wanted = seen(files)
    assert wanted, f"{case} does not open once it is written anew"

    def same(chosen: Sequence[str]) -> bool:
        found = dict(zip(chosen, vectors(len(chosen), 0), strict=True))
        return seen(swapped(files, lambda text: found.get(text, text))) == wanted

    return Hostile(importer, files, tuple(free([text for text in texts if text.strip()], same)))


def free(texts: list[str], same: Callable[[Sequence[str]], bool]) -> list[str]:
    """The texts that can be replaced together, found by halving."""
    kept: list[str] = []
    stack = [texts]
    while stack:
        some = stack.pop()
        if same([*kept, *some]):
            kept += some
        elif len(some) > 1:
            half = len(some) // 2
            stack += [some[half:], some[:half]]
    return kept


def seen(files: dict[str, bytes]) -> tuple[Any, ...] | None:
    """What the importer makes of files, without any text; None where it cannot read them."""
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for number, (name, data) in enumerate(files.items()):
            path = Path(folder, str(number))
            path.write_bytes(data)
            sources.append(source({"name": name, "path": str(path)}))
        try:
            trace = finished(read(sources))
        except TraceError:
            return None
    parts = [(one.category, len(one.path)) for one in trace.segments]
    return trace.importer, len(trace.warnings), parts, [one.usage for one in trace.calls]


def swapped(files: dict[str, bytes], swap: Swap) -> dict[str, bytes]:
    return {name: _file(name, data, swap) for name, data in files.items()}


def _file(name: str, data: bytes, swap: Swap) -> bytes:
    if data.startswith(b"SQLite format 3"):
        return _database(data, swap)
    if zipfile.is_zipfile(io.BytesIO(data)):
        return _archive(data, swap)
    if data.startswith(b"\xff\xfe"):
        return b"\xff\xfe" + _text(name, data[2:].decode("utf-16-le"), swap).encode("utf-16-le")
    return _text(name, data.decode("utf-8-sig"), swap).encode("utf-8", "surrogatepass")


def _text(name: str, text: str, swap: Swap) -> str:
    suffix = name.rpartition(".")[2]
    if suffix in ("yaml", "yml"):
        return yaml.safe_dump(_value(yaml.safe_load(text), swap), allow_unicode=True)
    if suffix == "csv":
        return _cells(text, swap)
    if suffix == "md":
        return _lines(text, swap)
    whole = _json(text)
    if whole is not None:
        return json.dumps(_value(whole, swap))
    lines = [_json(line) for line in text.split("\n")]
    if any(line is not None for line in lines):
        return "\n".join(
            raw if value is None else json.dumps(_value(value, swap))
            for raw, value in zip(text.split("\n"), lines, strict=True)
        )
    if QUOTED.search(text):
        return QUOTED.sub(lambda match: _inside(match[0], swap), text)
    return _lines(text, swap)


def _lines(text: str, swap: Swap) -> str:
    """A line's first word and the rest of it are texts: either may be the mark of a speaker."""
    return "\n".join(
        " ".join(swap(part) for part in line.split(" ", 1)) for line in text.split("\n")
    )


def _inside(text: str, swap: Swap) -> str:
    """A text between quotes stays between them and on its line."""
    return re.sub(r"""["'\\\n\r\0]""", "", swap(text)) if swap(text) != text else text


def _json(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _value(value: Any, swap: Swap) -> Any:
    if isinstance(value, dict):
        return {swap(str(key)): _value(inner, swap) for key, inner in value.items()}
    if isinstance(value, list):
        return [_value(inner, swap) for inner in value]
    if not isinstance(value, str):
        return value
    inner = _json(value)
    return swap(value) if inner is None else json.dumps(_value(inner, swap))


def _cells(text: str, swap: Swap) -> str:
    out = io.StringIO()
    rows = csv.reader(io.StringIO(text, newline=""))
    csv.writer(out).writerows([_value(cell, swap) for cell in row] for row in rows)
    return out.getvalue()


def _archive(data: bytes, swap: Swap) -> bytes:
    from whytokens.containers.archives import members

    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w") as made:
        path = Path(folder, "archive")
        path.write_bytes(data)
        for member in members(source({"name": "archive", "path": str(path)}), []):
            with member.open() as file:
                text = file.read().decode("utf-8")
            made.writestr(member.name.partition("/")[2], _text(member.name, text, swap))
    return out.getvalue()


def _database(data: bytes, swap: Swap) -> bytes:
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(data)
        tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            if not table.startswith("sqlite_"):
                _table(base, table, swap)
        base.commit()
        return base.serialize()


def _table(base: sqlite3.Connection, table: str, swap: Swap) -> None:
    cursor = base.execute(f'SELECT rowid, * FROM "{table}"')
    names = [column[0] for column in cursor.description][1:]
    for row, *cells in cursor.fetchall():
        for name, cell in zip(names, cells, strict=True):
            if isinstance(cell, str) and (made := _value(cell, swap)) != cell:
                base.execute(f'UPDATE "{table}" SET "{name}" = ? WHERE rowid = ?', (made, row))
