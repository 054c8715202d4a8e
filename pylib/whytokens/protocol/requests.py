"""What the page asks of the engine."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


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
