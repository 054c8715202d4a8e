"""SQLite databases, with the write-ahead log that lies beside them: most of a live log is in there.

Spec: sqlite.org/fileformat2.html, sections 1.3 (header) and 4 (WAL). The WAL's committed pages are
laid over the file in memory, so nothing is written anywhere.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from whytokens.containers import Source
from whytokens.errors import TraceError
from whytokens.model import Where

MAGIC = b"SQLite format 3\x00"
WAL_MAGIC = (0x377F0682, 0x377F0683)  # checksums over little-endian and big-endian words
SHM_SUFFIX, WAL_SUFFIX = "-shm", "-wal"
# A database that is not a file of its own is held in memory, twice while it is opened.
MAX_HELD_BYTES = 512 * 2**20
JOURNAL_MODES = slice(18, 20)  # 2 = WAL, which a database in memory cannot have; 1 = rollback
# Steps of the virtual machine in one query; a good query over a gigabyte stays far below.
MAX_STEPS = 2_000_000_000
STEP = 1_000_000


def is_database(start: bytes) -> bool:
    return start.startswith(MAGIC)


def is_wal(start: bytes) -> bool:
    return len(start) >= 4 and struct.unpack(">I", start[:4])[0] in WAL_MAGIC


@contextlib.contextmanager
def opened(source: Source) -> Iterator[sqlite3.Connection]:
    """A read-only connection. Raises TraceError broken-file, too-large."""
    try:
        connection = _connect(source)
        try:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            connection.execute("PRAGMA trusted_schema=OFF")
            steps = iter(range(MAX_STEPS // STEP))
            connection.set_progress_handler(lambda: next(steps, None) is None, STEP)
            yield connection
        finally:
            connection.close()
    except (sqlite3.Error, struct.error, OverflowError, UnicodeDecodeError) as error:
        raise TraceError(
            "broken-file", f"{source.name} is a broken database.", f"{error}.",
            where=Where(file=source.name), hint=f'sqlite3 {source.name} ".recover" | sqlite3 new.db',
        ) from error  # fmt: skip


def tables(source: Source) -> frozenset[str]:
    """Names of the tables."""
    with opened(source) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return frozenset(str(name) for (name,) in found)


def all_columns(source: Source) -> frozenset[str]:
    """Names of the columns of every table."""
    query = (
        "SELECT DISTINCT p.name FROM sqlite_master m, pragma_table_info(m.name) p "
        "WHERE m.type = 'table'"
    )
    with opened(source) as connection:
        return frozenset(str(name) for (name,) in connection.execute(query))


def columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    found = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return frozenset(str(name) for (name,) in found)


def rows(
    connection: sqlite3.Connection, table: str, wanted: Sequence[str], order: str = "rowid"
) -> Iterator[dict[str, Any]]:
    """Rows of a table as dicts; columns that this version of the table lacks are None."""
    there = columns(connection, table)
    chosen = [f'"{name}"' if name in there else f'NULL AS "{name}"' for name in wanted]
    sort = f' ORDER BY "{order}"' if order in there or order == "rowid" else ""
    for row in connection.execute(f'SELECT {", ".join(chosen)} FROM "{table}"{sort}'):
        yield dict(zip(wanted, row, strict=True))


def _connect(source: Source) -> sqlite3.Connection:
    if source.path and not source.beside:
        # Not `as_uri`, which imports a whole HTTP client; SQLite's own rule, for Windows too.
        path = quote(Path(source.path).absolute().as_posix(), safe="/:")
        place = f"file://{'' if path.startswith('/') else '/'}{path}?mode=ro&immutable=1"
        return sqlite3.connect(place, uri=True)
    size_bytes = source.size_bytes + sum(one.size_bytes for one in source.beside)
    if size_bytes > MAX_HELD_BYTES:
        raise TraceError(
            "too-large", f"{source.name} has more than {MAX_HELD_BYTES // 2**20} MB.",
            where=Where(file=source.name), hint=f'sqlite3 {source.name} "VACUUM INTO \'small.db\'"',
        )  # fmt: skip
    with source.open() as raw:
        data = bytearray(raw.read(MAX_HELD_BYTES))
    for wal in source.beside:
        with wal.open() as raw:
            _lay_over(data, raw.read(MAX_HELD_BYTES))
    data[JOURNAL_MODES] = b"\x01\x01"
    connection = sqlite3.connect(":memory:")
    connection.deserialize(bytes(data))
    return connection


def _lay_over(data: bytearray, wal: bytes) -> None:
    """Put the pages of every committed transaction in their places (section 4.5)."""
    magic, _, page_bytes = struct.unpack(">III", wal[:12])
    salts, order = wal[16:24], ">" if magic & 1 else "<"
    sums = _checksum(wal[:24], (0, 0), order)
    pending: list[tuple[int, int]] = []
    at = 32
    while at + 24 + page_bytes <= len(wal):
        page, commit_pages = struct.unpack(">II", wal[at : at + 8])
        sums = _checksum(wal[at : at + 8], sums, order)
        sums = _checksum(wal[at + 24 : at + 24 + page_bytes], sums, order)
        if wal[at + 8 : at + 16] != salts or struct.pack(">II", *sums) != wal[at + 16 : at + 24]:
            break
        pending.append((page, at + 24))
        if commit_pages:
            size = commit_pages * page_bytes
            if size > MAX_HELD_BYTES:
                break
            data[:] = data[:size].ljust(size, b"\x00")
            for number, start in pending:
                place = (number - 1) * page_bytes
                data[place : place + page_bytes] = wal[start : start + page_bytes]
            pending = []
        at += 24 + page_bytes


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    one, two = sums
    for first, second in struct.iter_unpack(f"{order}II", data):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two
