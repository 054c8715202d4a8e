"""The JSON that crosses between page and engine; `app/protocol.js` says the same in JSDoc.

Both suites read ``tests/fixtures/protocol/``. Text only, never proxies. Version 1.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from whytokens.errors import ErrorShape

VERSION = 1
Stage = Literal["reading", "counting", "pricing", "checking"]


class FileSlot(TypedDict):
    """`path` is where the worker mounted the file (WORKERFS in the page, the disk elsewhere)."""

    name: str
    path: str


class Filter(TypedDict, total=False):
    """Which calls to look at; `first` and `last` are call ids, both included, `since` and `until` days
    (UTC), both included. `runs` are sessions with all their sub-agents. Empty = all."""

    sessions: list[str]
    runs: list[str]
    models: list[str]
    tags: dict[str, str]
    first: int
    last: int
    since: str
    until: str


class Request(TypedDict):
    """op "open": files, own, slot ("other" is what the first trace is compared with). "report": filter.
    "prices": own, and a snapshot among files: price what is open anew. `own` is JSON (prices/own.py).
    "layout": layout, filter. "life": path, filter. "export": format, filter. "text": segment.
    "count": text, model. "compare": nothing more for the other trace; `before` and `filter` for two
    parts of this one; `asked` (and filter) for this one as it would be; `names` says what to call
    them. "spend": table, asked, filter; path, a sheet's key, for that sheet as CSV. "fixed" (the trace
    beside itself without its waste), "secrets", "close": nothing more."""

    v: int
    id: int
    op: Literal[
        "open", "report", "prices", "layout", "life", "compare", "fixed", "export", "secrets", "text",
        "count", "close", "spend",
    ]  # fmt: skip
    files: NotRequired[list[FileSlot]]
    options: NotRequired[dict[str, str]]
    own: NotRequired[str]
    layout: NotRequired[str]
    filter: NotRequired[Filter]
    segment: NotRequired[int]
    path: NotRequired[list[str]]
    slot: NotRequired[Literal["trace", "other"]]
    format: NotRequired[str]
    text: NotRequired[str]
    model: NotRequired[str]
    table: NotRequired[str]
    asked: NotRequired[dict[str, str]]
    before: NotRequired[Filter]
    names: NotRequired[list[str]]


class ProgressMessage(TypedDict):
    """`unit` is a plural noun: "bytes", "texts", "calls"; `line` while reading lines."""

    id: int
    type: Literal["progress"]
    stage: Stage
    done: int
    total: int
    unit: str
    file: NotRequired[str]
    line: NotRequired[int]


class NeedMessage(TypedDict):
    """The engine cannot go on without this asset; the pump answers with `assets.put`."""

    id: int
    type: Literal["need"]
    asset: str


class Columns(TypedDict):
    """A tree of frames, parents first; node 0 is the root, its parent -1.

    `name` indexes `strings`, `category` indexes `categories`. `tokens`, `read` (tokens read from
    cache) and `nusd` (nanodollars) are totals with children included. `first` is the first call's
    id, `calls` how many calls carried it. `segment` is -1 where a frame is no single text.
    `approx` is 1 where any token below is an estimate.
    """

    strings: list[str]
    categories: list[str]
    name: list[int]
    parent: list[int]
    category: list[int]
    tokens: list[int]
    read: list[int]
    nusd: list[int]
    first: list[int]
    calls: list[int]
    segment: list[int]
    approx: list[int]


class Unpriced(TypedDict):
    model: str | None
    calls: int
    reason: str
    nearest: list[str]


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


class Priced(TypedDict):
    """Calls of one model at one row's rates in one tier. `sure` as in prices.Sure. `reported_nusd` is
    what the provider charged for those calls that say so, `ours_nusd` what the rates come to for them."""

    model: str
    row: str
    how: str
    sure: str
    source: str
    tier: str
    calls: int
    nusd: int
    reported_calls: int
    reported_nusd: int
    ours_nusd: int
    notes: list[str]


class Prices(TypedDict):
    """`newer` counts calls too long after `as_of` for its rates, `newest` is the last day of them."""

    as_of: str
    source: str
    tiers: list[str]
    rows: list[Priced]
    unpriced: list[Unpriced]
    newer: int
    newest: str | None


class SessionRow(TypedDict):
    key: str
    parent: str | None
    title: str | None
    calls: int
    input: int
    output: int
    nusd: int


class EvidenceShape(TypedDict):
    """A place to look at. `segment` None: the whole call. `excerpt` is the user's text, for a
    breaker of the prefix only; a shape leaves it out."""

    call: int
    segment: int | None
    label: str
    tokens: int
    note: str
    excerpt: str | None
    file: str
    line: int | None
    pointer: str


class SavingShape(TypedDict):
    """`nusd` is this finding's own part of the total, `low_nusd` what is left after its risks,
    `alone_nusd` what it would save if nothing else were done: those do not add up."""

    nusd: int
    low_nusd: int
    alone_nusd: int
    certainty: Literal["measured", "simulated", "estimated"]
    assumptions: list[str]


class FixShape(TypedDict):
    text: str
    snippet: str
    language: str
    risk: str


class FindingShape(TypedDict):
    """`overlaps` are places in the report's list of findings that ask for the same tokens. `evidence`
    is at most 200 of `evidence_total`."""

    detector: str
    title: str
    why: str
    state: Literal["waste", "advice", "ok", "not_applicable", "error"]
    confidence: Literal["high", "medium", "low"]
    saving: SavingShape | None
    evidence: list[EvidenceShape]
    evidence_total: int
    overlaps: list[int]
    fix: FixShape | None


class StepShape(TypedDict):
    """One step of the telescope, in order: "retries", "caching", "order", "content"."""

    step: str
    nusd: int


class Monthly(TypedDict):
    """The month ahead. `nusd` None: `refusal` says why there is no figure."""

    nusd: int | None
    low_nusd: int | None
    high_nusd: int | None
    grade: Literal["high", "medium", "low"]
    refusal: str | None
    per_1000_nusd: int


class Reclaimable(TypedDict):
    """The union of all savings: never more than `billed_nusd`. The steps add up to `nusd`."""

    nusd: int
    low_nusd: int
    billed_nusd: int
    steps: list[StepShape]
    monthly: Monthly


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


class LifeRow(TypedDict):
    """One call that carried a frame: `position` is the token offset of its first part; `read` and
    `read_nusd` are the part of `tokens` and `nusd` that the cache gave."""

    call: int
    position: int
    tokens: int
    read: int
    nusd: int
    read_nusd: int


class LifeValue(TypedDict):
    """The value of a "life" result."""

    path: list[str]
    rows: list[LifeRow]
    tokens: int
    read: int
    nusd: int
    read_nusd: int
    segments: int


class DiffColumns(Columns):
    """The tree of two traces. `tokens` and `nusd` are widths: what grew plus what shrank, summed over
    frames of their own; `*_before` and `*_after` are the totals of each trace. `kind` says whether
    a frame is in both (0), new (1) or gone (2)."""

    tokens_before: list[int]
    tokens_after: list[int]
    nusd_before: list[int]
    nusd_after: list[int]
    kind: list[int]


class Comparison(TypedDict):
    """The value of a "compare" result: from the first trace to the second. `shared_tokens` of
    `tokens` (both traces) are texts that both send; `identical`: the same `texts` in the same order."""

    before: str
    after: str
    identical: bool
    related: bool
    texts: int
    shared_tokens: int
    tokens: int
    calls: list[int]
    tree: DiffColumns


# A cell of a sheet: a word, an integer in the column's unit, a line of integers, or nothing.
SheetCell = str | int | list[int] | None


class SheetColumn(TypedDict):
    """`kind`: "text"; "count"; "nusd" (nanodollars); "signed" (nanodollars, with a sign); "share" and
    "ratio" (thousandths); "change" (thousandths, with a sign); "time" (milliseconds, -1 unknown); "spark" (a
    line of nanodollars); "level" (depth in a hierarchy, from 1); "run" (a run to compare with)."""

    name: str
    kind: str


class Plot(TypedDict):
    """A chart of the sheet it stands in, by columns: `kind` "time" or "scatter"; `y` lines (scatter: one),
    `band` low and high, `size` of bubbles. `compare_days`: a day is compared with as many days before."""

    kind: str
    x: int
    y: list[int]
    band: list[int] | None
    size: int | None
    compare_days: int | None


class Sheet(TypedDict):
    """A table. `filters` has for each row the filter that leaves its calls, where there is one."""

    key: str
    title: str
    note: str
    columns: list[SheetColumn]
    rows: list[list[SheetCell]]
    filters: list[Filter | None] | None
    plot: Plot | None


class Fact(TypedDict):
    """A number on top, its kind as of a sheet's column."""

    label: str
    value: SheetCell
    kind: str
    note: str


class SpendValue(TypedDict):
    """The value of a "spend" result. `chosen` is what was used where nothing was asked."""

    table: str
    facts: list[Fact]
    sheets: list[Sheet]
    notes: list[str]
    chosen: dict[str, str]
    tags: list[str]


class ExportValue(TypedDict):
    """The value of an "export" result: a file to save, as text or as base64."""

    name: str
    mime: str
    text: str | None
    base64: str | None


class Secret(TypedDict):
    """Something in a text that looks like a key or a token; `shown` is its masked form."""

    kind: str
    shown: str
    segment: int
    path: list[str]
    file: str
    line: int | None
    pointer: str


class TextValue(TypedDict):
    """The value of a "text" result. `text` None when the log has no content there."""

    segment: int
    category: str
    path: list[str]
    text: str | None
    file: str
    line: int | None
    pointer: str


class CountValue(TypedDict):
    """The value of a "count" result. `kind` is the format of a request, or "text"; `exactness` is
    "exact", "reconstructed" or "estimated"; `band` a share in per mille that nine of ten counts lie
    within, null where unmeasured; `nusd` null where unpriced. `pieces` are a text's in order, each with
    its tokens (0: not told apart); `cut` where they are of its beginning alone."""

    model: str
    kind: str
    tokenizer: str
    exactness: str
    tokens: int
    band: int | None
    nusd: int | None
    parts: list[NamedTokens]
    pieces: list[str]
    tokens_of: list[int]
    cut: bool


class NamedTokens(TypedDict):
    name: str
    tokens: int


class ResultMessage(TypedDict):
    id: int
    type: Literal["result"]
    value: (
        Report
        | Columns
        | LifeValue
        | Comparison
        | ExportValue
        | list[Secret]
        | TextValue
        | CountValue
        | SpendValue
        | None
    )


class ErrorMessage(TypedDict):
    id: int
    type: Literal["error"]
    error: ErrorShape


Message = ProgressMessage | NeedMessage | ResultMessage | ErrorMessage
