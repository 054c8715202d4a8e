"""Cells of rows, and the tags that tables may group by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from whytokens.spend.cells import FIXED, MEASURES, NO_TIME, PERIODS, Cells
from whytokens.spend.rows import UNTAGGED, Row

# A tag with more values than this for each call is an id of the call: it would make every call a cell.
MAX_VALUES_SHARE, MAX_VALUES, FEW_VALUES = 2, 1_000, 20


def cells(found: Sequence[Row], also: Iterable[str] = ()) -> Cells:
    """Rows as cells, in the order of their first call. `also` are dimensions to keep that tables do not
    group by of themselves: "hour", a tag of ids."""
    tags = grouping_tags((row.tags, 1) for row in found)
    more = [name for name in also if name not in (*FIXED, *tags, *PERIODS)]
    read = (
        *(_tag(name) for name in tags),
        *(_hour if name == "hour" else _tag(name) for name in more),
    )
    coders: list[dict[str, int]] = [{} for _ in (*FIXED, *read)]
    known: dict[tuple[int, ...], int] = {}
    at: list[int] = []
    started, first = list[int](), list[int]()
    days = _Days()
    for row in found:
        said = (row.run, row.session, row.model or UNTAGGED, row.provider or UNTAGGED, row.template,
                days.of(row.started), *[one(row) for one in read])  # fmt: skip
        key = tuple(
            [coder.setdefault(value, len(coder)) for coder, value in zip(coders, said, strict=True)]
        )
        place = known.get(key)
        if place is None:
            place = known[key] = len(first)
            first.append(row.call)
            started.append(NO_TIME if row.started is None else int(row.started.timestamp() * 1000))
        at.append(place)
    names = (*FIXED, *tags, *more)
    columns = list(zip(*known, strict=True)) or [() for _ in names]
    return Cells(
        {name: list(coder) for name, coder in zip(names, coders, strict=True)},
        {name: list(column) for name, column in zip(names, columns, strict=True)},
        {name: _summed(at, len(first), READ[name], found) for name in MEASURES},
        started, first, tags,
    )  # fmt: skip


def _tag(name: str) -> Callable[[Row], str]:
    return lambda row: row.tags.get(name) or UNTAGGED


def _hour(row: Row) -> str:
    return row.started.astimezone(UTC).strftime("%Y-%m-%d %H:00") if row.started else UNTAGGED


READ: dict[str, Callable[[Row], int]] = {
    "calls": lambda row: 1,
    "errors": lambda row: row.error is not None,
    "unpriced": lambda row: row.pusd is None,
    "input_tokens": lambda row: row.input_tokens,
    "read_tokens": lambda row: row.read_tokens,
    "write_tokens": lambda row: row.write_tokens,
    "output_tokens": lambda row: row.output_tokens,
    "reasoning_tokens": lambda row: row.reasoning_tokens,
    "pusd": lambda row: row.pusd or 0,
    "duration_ms": lambda row: row.duration_ms or 0,
}


def _summed(
    at: list[int], size: int, read: Callable[[Row], int], found: Sequence[Row]
) -> list[int]:
    sums = [0] * size
    for place, value in zip(at, map(read, found), strict=True):
        sums[place] += value
    return sums


class _Days:
    """UTC days as text, each formatted once."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def of(self, started: datetime | None) -> str:
        if started is None:
            return UNTAGGED
        at = started if started.tzinfo is UTC else started.astimezone(UTC)
        number = at.toordinal()
        found = self._known.get(number)
        if found is None:
            found = self._known[number] = date.fromordinal(number).isoformat()
        return found


def grouping_tags(found: Iterable[tuple[Mapping[str, str], int]]) -> tuple[str, ...]:
    """The tags one can group by, most used first: not those that name single calls, nor one that is called
    like a dimension of every call ("model"). `found`: tags and how many calls have them."""
    seen: dict[str, int] = {}
    values: dict[str, set[str]] = {}
    for tags, calls in found:
        for name, value in tags.items():
            seen[name] = seen.get(name, 0) + calls
            some = values.setdefault(name, set())
            if len(some) <= MAX_VALUES:
                some.add(value)
    most = {name: min(MAX_VALUES, count // MAX_VALUES_SHARE) for name, count in seen.items()}
    kept = [
        name
        for name in seen
        if name not in (*FIXED, *PERIODS) and len(values[name]) <= max(FEW_VALUES, most[name])
    ]
    return tuple(sorted(kept, key=lambda name: (-seen[name], name)))
