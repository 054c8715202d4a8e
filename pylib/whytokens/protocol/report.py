"""The report: everything the first screen draws."""

from __future__ import annotations

from typing import TypedDict

from whytokens.errors import ErrorShape
from whytokens.protocol.findings import FindingShape, Reclaimable
from whytokens.protocol.prices import Prices
from whytokens.protocol.trees import Columns


class Totals(TypedDict):
    """`input` = prompt tokens of all calls = read + write_5m + write_1h + uncached. `approx` where any
    of them was counted instead of reported, `approx_output` likewise."""

    calls: int
    sessions: int
    input: int
    read: int
    write_5m: int
    write_1h: int
    uncached: int
    output: int
    overhead: int
    nusd: int
    input_nusd: int
    approx: bool
    approx_output: bool
    priced_calls: int


class SessionRow(TypedDict):
    key: str
    parent: str | None
    title: str | None
    calls: int
    input: int
    output: int
    nusd: int


class CacheBreak(TypedDict):
    """A call that read `lost` tokens less than the call before it had in the cache; `label` names the
    text at `position`, the first token that was not read."""

    call: int
    lost: int
    position: int
    label: str
    segment: int


class CallColumns(TypedDict):
    """One entry a billed call. `session` and `model` index `sessions` and `models`; `input` = all
    prompt tokens, `read` and `write` of them by the cache; `started_ms` is -1 when unknown.
    `tags` are those with a few values, to choose from."""

    id: list[int]
    session: list[int]
    model: list[int]
    started_ms: list[int]
    input: list[int]
    read: list[int]
    write: list[int]
    output: list[int]
    nusd: list[int]
    models: list[str]
    sessions: list[str]
    tags: dict[str, list[str]]
    breaks: list[CacheBreak]


class Report(TypedDict):
    """The value of an "open" result: everything the first screen draws."""

    v: int
    name: str
    importer: str
    totals: Totals
    prices: Prices
    sessions: list[SessionRow]
    warnings: list[ErrorShape]
    assumptions: list[str]
    findings: list[FindingShape]
    reclaimable: Reclaimable
    calls: CallColumns
    merged: Columns
