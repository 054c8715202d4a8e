"""Broken logs: every fixture damaged in all the ways files get damaged, opened, and judged.

A log may open or be refused; it may not crash, hang, break the sums, or lose a line without a word.
"""

from __future__ import annotations

import io
import json
import random
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from whytokens.containers import Source
from whytokens.errors import TraceError
from whytokens.opened import Opened
from whytokens.pipeline import run

HANG_SECONDS = 5
MAX_SEED_BYTES = 200_000
OUTPUTS = ("folded.txt", "report.json", "in_order.txt", "error.txt")
# Warnings that are of a whole file.
WHOLE = ("not-utf8", "broken-file", "bad-json", "too-large", "no-calls", "unknown-format")
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 10**400, 1e308, "", "x" * 5000, "\ud800", [], {}, [[[]]], {"a": {"b": []}},
    "{\"a\":", "data: {", "2026-13-45T99:99:99Z", ["role", "content"],
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seed:
    """The files of one fixture."""

    name: str
    files: tuple[tuple[str, bytes], ...]


@dataclass(slots=True)
class Outcome:
    """What came of many cases. `bad` are those that must not be."""

    opened: int = 0
    refused: int = 0
    bad: list[str] = field(default_factory=list)


def seeds(fixtures: Path) -> list[Seed]:
    """Every case of every importer."""
    found = []
    for case in sorted(path for path in fixtures.glob("*/*") if path.is_dir()):
        files = [
            path for path in sorted(case.rglob("*")) if path.is_file() and path.name not in OUTPUTS
        ]
        parts = tuple((path.relative_to(case).as_posix(), path.read_bytes()) for path in files)
        if parts and sum(len(data) for _, data in parts) <= MAX_SEED_BYTES:
            found.append(Seed(f"{case.parent.name}/{case.name}", parts))
    return found


# -- damage ------------------------------------------------------------------------------------


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _flip(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 3, 30))):
        if out:
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _double(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    end = min(len(data), start + rng.randrange(400))
    return data[:end] + data[start:end] * rng.choice((1, 2, 50)) + data[end:]


def _drop(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.randrange(200) :]


def _lines(data: bytes, rng: random.Random) -> bytes:
    """Lines shuffled, repeated, left out."""
    found = data.split(b"\n")
    rng.shuffle(found)
    return b"\n".join(found[: rng.randrange(len(found) + 1)] + found[: rng.randrange(3)])


def _encode(data: bytes, rng: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    name = rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "utf-8-sig"))
    return text.encode(name, "replace")


def _deep(data: bytes, rng: random.Random) -> bytes:
    depth = rng.choice((50, 2000, 100_000))
    nest = (
        b"[" * depth + b"]" * depth
        if rng.random() < 0.5
        else b'{"a":' * depth + b"1" + b"}" * depth
    )
    return (
        data.replace(b":", b":" + nest + b',"x":', 1) if rng.random() < 0.5 else nest + b"\n" + data
    )


def _values(data: bytes, rng: random.Random) -> bytes:
    """A value of another type, a key left out, in the JSON of a line or of the whole file."""
    text = data.decode("utf-8", "surrogateescape")
    whole = _parsed(text)
    if whole is not None:
        return json.dumps(_changed(whole, rng)).encode("utf-8", "replace")
    found = text.split("\n")
    number = rng.randrange(len(found))
    value = _parsed(found[number])
    if value is not None:
        found[number] = json.dumps(_changed(value, rng))
    return "\n".join(found).encode("utf-8", "surrogateescape")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _changed(value: Any, rng: random.Random) -> Any:
    """The value with one thing inside it changed."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        if rng.random() < 0.1:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: _changed(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        number = rng.randrange(len(value))
        return [*value[:number], _changed(value[number], rng), *value[number + 1 :]]
    return rng.choice(ODD)


DAMAGE: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut, _flip, _double, _drop, _lines, _encode, _deep, _values, _values, _values, _values,
)  # fmt: skip


def cases(found: list[Seed], count: int, seed: int) -> Iterator[tuple[str, list[Source]]]:
    """`count` damaged fixtures, the same for the same `seed`."""
    for number in range(count):
        rng = random.Random(seed * 1_000_003 + number)
        one = found[number % len(found)]
        hurt = rng.randrange(len(one.files))
        damage = rng.choice(DAMAGE)
        files = [
            (name, damage(data, rng) if place == hurt else data)
            for place, (name, data) in enumerate(one.files)
        ]
        yield f"{one.name} case {number} {damage.__name__[1:]}", [_source(*file) for file in files]


def _source(name: str, data: bytes) -> Source:
    return Source(name=name, size_bytes=len(data), open=lambda: io.BytesIO(data))


# -- judgement ---------------------------------------------------------------------------------


def judge(name: str, sources: list[Source], check: Callable[[Opened], Any], into: Outcome) -> None:
    """Open one case and note what came of it."""
    try:
        with _Limit():
            opened = run(sources)
            check(opened)
    except TraceError:
        into.refused += 1
        return
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        into.bad.append(f"{name}: {type(error).__name__} {_place(error)} {str(error)[:100]}")
        return
    into.opened += 1
    into.bad += [f"{name}: {lost}" for source in sources for lost in _unnamed(source, opened)]


class _Hang(BaseException):
    """More than HANG_SECONDS of the processor: the machine may have other work."""


class _Limit:
    """Ends what takes too long, where the system has such a clock."""

    def __enter__(self) -> None:
        def ring(*_: object) -> None:
            raise _Hang

        if hasattr(signal, "SIGPROF"):
            self._old = signal.signal(signal.SIGPROF, ring)
            signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)

    def __exit__(self, *_: object) -> None:
        if hasattr(signal, "SIGPROF"):
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, self._old)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""


def _unnamed(source: Source, opened: Opened) -> Iterator[str]:
    """Lines of JSON Lines that cannot be read and that no warning names."""
    with source.open() as raw:
        data = raw.read()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:8]:
        return
    found = data.decode("utf-8-sig", "replace").split("\n")
    good = [number for number, line in enumerate(found, 1) if isinstance(_parsed(line), dict)]
    told = [number for number, line in enumerate(found, 1) if line.strip()]
    if len(good) < 2 or (good[0] != told[0] and len(good) * 2 < len(told)):
        return  # not JSON Lines: one document over many lines, some of which are objects themselves
    own = [w for w in opened.trace.warnings if w.where.file == source.name]
    named = {w.where.line for w in own}
    if None in named or any(w.code in WHOLE for w in own):
        return  # the file as a whole
    after = min((w.where.line or 0 for w in own if " on: " in w.message), default=len(found) + 1)
    for number, line in enumerate(found, 1):
        if line.strip() and _bad(line) and number not in named and number < after:
            yield f"{source.name} line {number} is lost without a word: {line[:60]!r}"


def _bad(line: str) -> bool:
    """Not JSON by the engine's own reader, which is as lenient as people's files need."""
    from whytokens.containers.documents import parse

    try:
        parse(line)
    except ValueError:
        return True
    return False
