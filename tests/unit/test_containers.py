"""Containers: archives in archives, packed streams, encodings, databases with their WAL, bombs."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from backports import zstd

from whytokens import nesting
from whytokens.containers import Source, archives, database, decode
from whytokens.errors import TraceError
from whytokens.opened import Opened
from whytokens.pipeline import run
from whytokens.worker import source

LINE = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}) + "\n"


def memory(data: bytes, name: str = "x") -> Source:
    return Source(name=name, size_bytes=len(data), open=lambda: io.BytesIO(data))


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def with_zstd_members(files: dict[str, bytes]) -> bytes:
    """A zip whose members are packed with method 93, each in two frames, as Inspect writes them."""
    out, directory = b"", b""
    for name, data in files.items():
        half = len(data) // 2
        packed = zstd.compress(data[:half]) + zstd.compress(data[half:])
        crc = zipfile.crc32(data)
        sizes = struct.pack("<III", crc, len(packed), len(data))
        head = struct.pack("<HHHHH", 63, 0, 93, 0, 0) + sizes
        title = name.encode()
        extra = b"\x99\x99\x02\x00ok"
        directory += (
            b"PK\x01\x02" + struct.pack("<H", 63) + head
            + struct.pack("<HHHHHII", len(title), 0, 0, 0, 0, 0, len(out)) + title
        )  # fmt: skip
        out += b"PK\x03\x04" + head + struct.pack("<HH", len(title), len(extra)) + title + extra
        out += packed
    tail = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(out), 0)
    return out + directory + b"PK\x05\x06" + tail


def opened(data: bytes, name: str = "logs") -> Opened:
    return run([memory(data, name)])


def files(data: bytes) -> dict[str, bytes]:
    found = {}
    for member in archives.members(memory(data, "a"), []):
        with member.open() as stream:
            found[member.name] = stream.read()
    return found


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, zstd.compress, lambda data: data]
)
def test_packed_files_open_by_their_magic(pack: object) -> None:
    assert len(opened(pack(LINE.encode() * 3)).trace.calls) == 3  # type: ignore[operator]


def test_members_of_archives_in_archives_are_files_of_their_own() -> None:
    inner = zipped({"deep/run.jsonl": LINE.encode()})
    packed = gzip.compress(
        tarred({"one.zip": inner, "two.jsonl": LINE.encode(), "__MACOSX/x": b""})
    )
    assert list(files(packed)) == ["a/one.zip/deep/run.jsonl", "a/two.jsonl"]
    found = opened(packed)
    assert {call.where.file for call in found.trace.calls} == {
        "logs/one.zip/deep/run.jsonl",
        "logs/two.jsonl",
    }


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_zip_methods(method: int) -> None:
    data = {"a.jsonl": LINE.encode() * 5000, "empty": b""}
    assert files(zipped(data, method)) == {f"a/{name}": value for name, value in data.items()}


def test_zip_members_packed_with_zstandard_in_several_frames() -> None:
    data = {"one.jsonl": LINE.encode() * 4000, "two.jsonl": LINE.encode()}
    assert files(with_zstd_members(data)) == {f"a/{name}": value for name, value in data.items()}


def test_a_member_that_is_cut_off_is_named_and_the_rest_opens() -> None:
    data = bytearray(zipped({"bad.jsonl": LINE.encode() * 50, "good.jsonl": LINE.encode()}))
    data[50:60] = b"\xff" * 10
    found = opened(bytes(data))
    assert len(found.trace.calls) == 1
    assert [(w.code, w.where.file) for w in found.trace.warnings if w.code != "no-usage"] == [
        ("broken-file", "logs/bad.jsonl")
    ]


def test_bombs_end_in_an_error() -> None:
    blanks = b"[" + b" " * 200 * 2**20
    for data in (zipped({"a.json": blanks}), gzip.compress(blanks)):
        with pytest.raises(TraceError) as caught:
            opened(data)
        assert caught.value.code == "too-large"


def test_archives_nested_too_deep_or_locked_are_refused() -> None:
    data = LINE.encode()
    for _ in range(5):
        data = zipped({"x": data})
    locked = bytearray(zipped({"x": LINE.encode()}, zipfile.ZIP_STORED))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    for one in (data, bytes(locked)):
        with pytest.raises(TraceError) as caught:
            opened(one)
        assert caught.value.code == "broken-file"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_encodings(encoding: str) -> None:
    found = opened((LINE + "\r\n" + LINE).encode(encoding))
    assert len(found.trace.calls) == 2
    assert found.trace.segments[0].text == "Hi"


def test_a_line_that_no_memory_can_hold_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "MAX_LINE_CHARS", 1000)
    with pytest.raises(TraceError) as caught:
        opened(b'{"messages": "' + b"x" * 2000)
    assert caught.value.code == "too-large"
    assert caught.value.where.line == 1


def test_a_line_that_no_memory_can_hold_is_named_and_those_around_it_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decode, "MAX_LINE_CHARS", 1000)
    monkeypatch.setattr(decode, "PASSED_CHARS", 300)
    long = '{"messages": "' + "x" * 5000 + '"}\n'
    found = opened((LINE + long + LINE + long).encode())
    assert len(found.trace.calls) == 2
    (told,) = found.trace.warnings
    assert (told.code, told.where.line) == ("too-large", 2)
    assert told.message.startswith("Lines 2, 4")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_json_nests_as_deep_as_the_page_can_read_and_no_deeper(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    fine = opening * 400 + "1" + closing * 400
    assert nesting.loads(fine)
    for depth in (600, 100_000):
        with pytest.raises(ValueError, match="deep"):
            nesting.loads(opening * depth + "1" + closing * depth)


def test_brackets_inside_texts_are_no_nesting() -> None:
    assert nesting.loads(json.dumps({"a": "[" * 5000, "b": ["]" * 5000, '\\"[{' * 700]}))
    many = json.dumps([{"a": [1, {"b": []}]}] * 5000)
    assert len(nesting.loads(many)) == 5000


def write_database(folder: Path) -> Path:
    path = folder / "live.db"
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=wal")
    writer.execute("CREATE TABLE words (word TEXT)")
    writer.executemany("INSERT INTO words VALUES (?)", [(f"word {n} " * 50,) for n in range(300)])
    writer.commit()
    writer.execute("DELETE FROM words WHERE rowid > 200")
    writer.commit()
    for end in ("", "-wal"):  # copied while it is open: the last writes are in the log alone
        copy = folder / f"copy.db{end}"
        copy.write_bytes((folder / f"live.db{end}").read_bytes())
    writer.close()
    return folder / "copy.db"


def test_a_database_is_read_with_its_log(tmp_path: Path) -> None:
    path = write_database(tmp_path)
    alone = source({"name": "copy.db", "path": str(path)})
    log = source({"name": "copy.db-wal", "path": str(path) + "-wal"})
    assert database.tables(alone) == frozenset()
    whole = Source(name="copy.db", size_bytes=alone.size_bytes, open=alone.open, beside=(log,))
    with database.opened(whole) as connection:
        words = list(database.rows(connection, "words", ["word", "missing"]))
    assert len(words) == 200
    assert words[7] == {"word": "word 7 " * 50, "missing": None}


def test_of_a_torn_log_the_committed_part_is_read(tmp_path: Path) -> None:
    path = write_database(tmp_path)
    log = Path(str(path) + "-wal").read_bytes()
    torn = memory(log[: len(log) // 2] + b"garbage" * 3000)
    data = path.read_bytes()
    whole = Source(name="d", size_bytes=len(data), open=lambda: io.BytesIO(data), beside=(torn,))
    assert database.tables(whole) <= {"words"}


def test_a_broken_database_is_an_error_with_its_name(tmp_path: Path) -> None:
    data = b"SQLite format 3\x00" + b"\x07" * 5000
    with pytest.raises(TraceError) as caught:
        opened(data, "x.db")
    assert caught.value.code == "broken-file"
    assert caught.value.where.file == "x.db"
