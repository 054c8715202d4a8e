"""Rows of counts, many at a time: what `Logged` says of each, as columns.

Where nothing in a file is nested or said twice, they go to the trace as they are; else they become
`Logged` and are settled with all others (`ledger.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from whytokens.bare import BareCalls
from whytokens.importers.logged import Logged
from whytokens.importers.providers import api_of, maker_of, provider_of
from whytokens.importers.values import Json
from whytokens.model import Usage, Where

# Bits of `bare.COUNTERS`: what was read and written is known of all of them.
SAID, SAID_OUTPUT, SAID_REASONING = 0b000111, 0b001000, 0b010000


@dataclass(slots=True)
class Rows:
    """Records of one file and where each stands."""

    file: str
    rows: list[Json] = field(default_factory=list)
    lines: list[int | None] = field(default_factory=list)
    pointers: list[str] = field(default_factory=list)

    def add(self, row: Json, line: int | None, at: str = "") -> None:
        self.rows.append(row)
        self.lines.append(line)
        self.pointers.append(at)

    def where(self, at: int) -> Where:
        return Where(file=self.file, line=self.lines[at], pointer=self.pointers[at])


@dataclass(slots=True)
class Counted:
    """Columns of one file's rows. `input` is neither read from nor written to a cache; `output` holds
    `reasoning`."""

    file: str
    lines: list[int | None] = field(default_factory=list)
    pointers: list[str] = field(default_factory=list)
    model: list[str | None] = field(default_factory=list)
    provider: list[str | None] = field(default_factory=list)
    input: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    write: list[int] = field(default_factory=list)
    output: list[int | None] = field(default_factory=list)
    reasoning: list[int | None] = field(default_factory=list)
    charged: list[int | None] = field(default_factory=list)
    started: list[datetime | None] = field(default_factory=list)
    duration_ms: list[int | None] = field(default_factory=list)
    session: list[str | None] = field(default_factory=list)
    id: list[str | None] = field(default_factory=list)
    error: list[str | None] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    span: list[str] = field(default_factory=list)
    parent: list[str] = field(default_factory=list)
    tags: list[Mapping[str, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def logged(self) -> Iterator[Logged]:
        """Each row on its own."""
        for at in range(len(self)):
            usage = Usage(
                input=self.input[at], cache_read=self.read[at], cache_write_5m=self.write[at],
                cache_write_1h=0, output=self.output[at], reasoning=self.reasoning[at],
            )  # fmt: skip
            yield Logged(
                where=Where(file=self.file, line=self.lines[at], pointer=self.pointers[at]),
                provider=self.provider[at], model=self.model[at], usage=usage,
                cost_pusd=self.charged[at], started=self.started[at],
                duration_ms=self.duration_ms[at], session=self.session[at], id=self.id[at],
                error=self.error[at], group=self.group[at], span=self.span[at],
                parent=self.parent[at], tags=dict(self.tags[at]),
            )  # fmt: skip

    def into(
        self, calls: BareCalls, sessions: Sequence[str | None], hidden: str, importer: str
    ) -> None:
        """Add them all to a trace's calls."""
        kinds: dict[tuple[Any, ...], int] = {}
        tagsets: dict[int, int] = {}
        for key in zip(
            self.model, self.provider, self.error, self.output, self.reasoning, strict=True
        ):
            model, provider, error, output, reasoning = key
            short = (model, provider, error, output is None, reasoning is None)
            number = kinds.get(short)
            if number is None:
                number = kinds[short] = _kind(calls, short, hidden, importer)
            calls.kind.append(number)
        for tags in self.tags:
            place = tagsets.get(id(tags))
            if place is None:
                place = tagsets[id(tags)] = calls.tags_of(tags)
            calls.tags.append(place)
        calls.sessions += sessions
        calls.started += self.started
        calls.duration_ms += self.duration_ms
        calls.input += self.input
        calls.charged += self.charged
        calls.files += [self.file] * len(self)
        calls.lines += self.lines
        calls.pointers += self.pointers
        zeros = [0] * len(self)
        some = (
            self.read, self.write, zeros, [n or 0 for n in self.output],
            [n or 0 for n in self.reasoning], zeros,
        )  # fmt: skip
        for column, values in zip(calls.counts, some, strict=True):
            column += values


def _kind(calls: BareCalls, key: tuple[Any, ...], hidden: str, importer: str) -> int:
    model, said, error, no_output, no_reasoning = key
    provider = provider_of(said)
    api = api_of(provider, model)
    mask = SAID | (0 if no_output else SAID_OUTPUT) | (0 if no_reasoning else SAID_REASONING)
    found = (
        api, model, provider or maker_of(api), None, hidden, None, None, error, None, None, None, mask, importer,
    )  # fmt: skip
    return calls.kind_of(found)
