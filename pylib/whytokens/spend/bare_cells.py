"""Cells of bare calls straight from their columns: the same that `cells` makes of their rows (property-tested)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

from whytokens.attribution.bare import LUMP, BareAttributions
from whytokens.model import Session
from whytokens.prices import Unpriced
from whytokens.spend.cells import FIXED, MEASURES, NO_TIME, Cells
from whytokens.spend.row_cells import grouping_tags
from whytokens.spend.rows import UNTAGGED, roots_of

# Days are numbered in the key of a cell; UTC ordinals have seven digits.
NO_DAY = 0
T = TypeVar("T")


def bare_cells(found: BareAttributions, sessions: Sequence[Session] = ()) -> Cells:
    """Cells in the order of their first call; of days, what tables group by and nothing finer."""
    found = found.billed()
    calls = found.calls
    names = found.of_call(calls.sessions)
    kinds, tagsets = found.of_call(calls.kind), found.of_call(calls.tags)
    started = found.of_call(calls.started)
    tags = grouping_tags(_counted(tagsets, calls.tagsets))
    sets, set_of = _labels(
        [tuple(one.get(name) or UNTAGGED for name in tags) for one in calls.tagsets]
    )
    whose, whose_of = _labels(
        [(kind.model or UNTAGGED, kind.provider or UNTAGGED) for kind in calls.kinds]
    )
    session_codes: dict[str | None, int] = {}
    keys = zip(names, kinds, tagsets, started, strict=True)
    known: dict[tuple[int, int, int, int], int] = {}
    at = [
        known.setdefault(
            (
                session_codes.setdefault(name, len(session_codes)),
                whose_of[kind],
                set_of[tag],
                _ordinal(when) if when else NO_DAY,
            ),
            len(known),
        )
        for name, kind, tag, when in keys
    ]
    first, times = _first(at, len(known), started)
    return _cells(
        found, at, list(known), first, times,
        [name or "" for name in session_codes], whose, sets, tags, roots_of(sessions),
    )  # fmt: skip


def _cells(
    found: BareAttributions,
    at: Sequence[int],
    keys: Sequence[tuple[int, int, int, int]],
    first: Sequence[int],
    started_ms: list[int],
    sessions: Sequence[str],
    whose: Sequence[tuple[str, ...]],
    sets: Sequence[tuple[str, ...]],
    tags: tuple[str, ...],
    roots: Mapping[str, str],
) -> Cells:
    runs = [roots.get(name, name) for name in sessions]
    said = {
        "run": [runs[session] for session, _, _, _ in keys],
        "session": [sessions[session] for session, _, _, _ in keys],
        "model": [whose[one][0] for _, one, _, _ in keys],
        "provider": [whose[one][1] for _, one, _, _ in keys],
        "template": [UNTAGGED] * len(keys),
        "day": [
            UNTAGGED if day == NO_DAY else date.fromordinal(day).isoformat()
            for _, _, _, day in keys
        ],
        **{name: [sets[one][n] for _, _, one, _ in keys] for n, name in enumerate(tags)},
    }
    labels: dict[str, list[str]] = {}
    codes: dict[str, list[int]] = {}
    for name in (*FIXED, *tags):
        labels[name], codes[name] = _labels(said[name])
    measures = {name: _summed(at, len(keys), column) for name, column in _measures(found).items()}
    return Cells(
        labels, codes, measures, started_ms, [found.columns.at[row] for row in first], tags
    )


def _labels(values: Iterable[T]) -> tuple[list[T], list[int]]:
    """Distinct values in the order they come, and each by its number."""
    known: dict[T, int] = {}
    codes = [known.setdefault(value, len(known)) for value in values]
    return list(known), codes


def _ordinal(at: datetime) -> int:
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).toordinal()


def _first(
    at: Sequence[int], size: int, started: Sequence[datetime | None]
) -> tuple[list[int], list[int]]:
    """Each cell's first line, and when that started."""
    first = [-1] * size
    for row, cell in enumerate(at):
        if first[cell] < 0:
            first[cell] = row
    times = [
        NO_TIME if (when := started[row]) is None else int(when.timestamp() * 1000) for row in first
    ]
    return first, times


def _counted(
    codes: Iterable[int], tagsets: Sequence[Mapping[str, str]]
) -> list[tuple[Mapping[str, str], int]]:
    """Each set of tags with the number of its calls, in the order of their first."""
    counts: dict[int, int] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    return [(tagsets[code], count) for code, count in counts.items()]


def _measures(found: BareAttributions) -> dict[str, Sequence[int]]:
    """A column for each of MEASURES."""
    calls, columns = found.calls, found.columns
    failed = [int(kind.error is not None) for kind in calls.kinds]
    bare = [int(isinstance(quote, Unpriced)) for quote in found.quotes]
    made: dict[str, Sequence[int]] = {
        "calls": [1] * len(found),
        "errors": [failed[kind] for kind in found.of_call(calls.kind)],
        "unpriced": [
            bare[code] and charge != LUMP
            for code, charge in zip(columns.quote, columns.charge, strict=True)
        ],
        "input_tokens": columns.prompt,
        "read_tokens": columns.read,
        "write_tokens": list(map(sum, zip(columns.write_5m, columns.write_1h, strict=True))),
        "output_tokens": columns.output,
        "reasoning_tokens": columns.reasoning,
        "pusd": columns.pusd,
        "duration_ms": [value or 0 for value in found.of_call(calls.duration_ms)],
    }
    return {name: made[name] for name in MEASURES}


def _summed(at: Sequence[int], size: int, column: Sequence[int]) -> list[int]:
    sums = [0] * size
    for cell, value in zip(at, column, strict=True):
        sums[cell] += value
    return sums
