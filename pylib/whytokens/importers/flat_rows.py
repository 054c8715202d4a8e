"""Flat rows of totals: the minimal schema of spreadsheets and home-made loggers, usage-only CSV.

Spec: formats, section 6, last paragraph. Whether input includes the cache is not defined, so it does, as nearly
everywhere, unless more was cached than was sent. Counts may stand in a provider's usage object, and texts of
prompt and reply beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.counted import Counted, Rows
from whytokens.importers.flat_columns import FIELDS, Columns, columns_of
from whytokens.importers.logged import MAX_TAG_CHARS, Logged, tokens
from whytokens.importers.providers import provider_of
from whytokens.importers.records import Format, RecordImporter
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.values import Json, as_str, as_time, as_tokens
from whytokens.model import Where

COUNTED, SAID = ("prompt", "output", "read", "write", "reasoning"), ("model", "provider", "error")
INTEGERS: set[type] = {int, type(None)}
TEXTS: set[type] = {str, type(None)}
UNTAGGED: Mapping[str, str] = {}
MOST = 2**53  # of tokens, see values.as_tokens
MAX_DIGITS = 16  # of a count as text
NOTHING: Mapping[str, Any] = dict.fromkeys(FIELDS)
WORDS = (str, int, float)
COUNTS = {int, float, bool, type(None)}


def logged(row: Json, where: Where) -> Logged | None:
    columns = columns_of(tuple(row))
    found: dict[str, Any] = dict(NOTHING)
    for field, names in columns.fields:
        for name in names:
            value = row[name]
            if value or value == 0:
                found[field] = value
                break
    prompt, read, write, output, reasoning = (
        as_tokens(_number(found[name]))
        for name in ("prompt", "read", "write", "output", "reasoning")
    )
    if found["exclusive"] is not None:
        prompt = (prompt or 0) + (read or 0) + (write or 0)
    provider = as_str(found["provider"])
    counts = usage_of(row[columns.usage], provider_of(provider)) if columns.usage else None
    system, asked, answered = (_text_of(row, names) for names in columns.said)
    latency, group, span = found["latency"], _text(found["group"]) or "", _text(found["span"]) or ""
    return Logged(
        where=where, provider=provider, model=as_str(found["model"]), system=system, messages=asked, output=answered,
        usage=counts or tokens(prompt, output, read=read, write=write, reasoning=reasoning),
        cost_pusd=usd_as_pusd(found["cost"]), started=as_time(found["time"]),
        duration_ms=_ms(_number(latency)),
        session=_text(found["session"]), id=_text(found["id"]) or (span and f"{group}/{span}") or None,
        error=as_str(found["error"]), group=group, span=span,
        parent=_text(found["parent"]) or "", tags=_tags(row, columns),
    )  # fmt: skip


def _tags(row: Json, columns: Columns) -> dict[str, str]:
    """Columns with a name of ours, and words in any other."""
    made: dict[str, str] = {}
    for tag, names in columns.tags:
        for name in names:
            value = row[name]
            if (value or value == 0) and isinstance(value, WORDS):
                made[tag] = str(value)[:MAX_TAG_CHARS]
                break
    for tag, name in columns.others:
        value = row[name]
        if value and isinstance(value, str):
            made.setdefault(tag, value[:MAX_TAG_CHARS])
    return made


def _number(value: Any) -> Any:
    """A count that JSON has as text."""
    return (
        int(value)
        if isinstance(value, str) and len(value) < MAX_DIGITS and value.isdigit()
        else value
    )


def _text_of(row: Json, names: Sequence[str]) -> str | None:
    """The first of these columns with a text; a number there may be a reply too, or a count."""
    return next((found for name in names if (found := as_str(row[name]))), None)


def _note(row: Json) -> str | None:
    """What the first row has and nobody can read: better said than left out in silence."""
    columns = columns_of(tuple(row))
    told = [_unread(columns, row)]
    for field, read, what in (
        ("time", as_time, "is no time that can be read in one way only: write 2026-01-31 18:30:00"),
        ("cost", usd_as_pusd, "is no amount in dollars"),
    ):
        said = next(
            (row[n] for n in dict(columns.fields).get(field, ()) if row[n] not in (None, "")), None
        )
        if said is not None and read(said) is None:
            told.append(f"“{str(said)[:40]}” {what}; it is left out.")
    return " ".join(filter(None, told)) or None


def _unread(columns: Columns, row: Json) -> str | None:
    read = {name for _, names in columns.fields for name in names}
    unread = [
        key for name, key in columns.others
        if "tokens" in name and "per" not in name and key not in read and isinstance(row[key], int | float)
    ]  # fmt: skip
    return f"Columns that are not read: {', '.join(map(str, unread))}." if unread else None


def _ms(value: object) -> int | None:
    return round(value) if isinstance(value, int | float) and isfinite(value) else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _owns(row: Json) -> bool:
    columns = columns_of(tuple(row))
    if not columns.owns:
        return False
    if any(isinstance(row[name], dict | list) for names in columns.said for name in names):
        return False
    counts = {type(_number(row[name])) for name in columns.counts}
    if columns.usage and isinstance(row[columns.usage], dict):
        return counts <= COUNTS and usage_of(row[columns.usage]) is not None
    return bool(counts) and counts <= COUNTS and counts != {bool}


def counted(found: Rows) -> tuple[Counted, list[int]]:
    """Rows as columns, and the places of those that are more than plain counts."""
    shapes: dict[tuple[str, ...], list[int]] = {}
    for at, row in enumerate(found.rows):
        shapes.setdefault(tuple(row), []).append(at)
    made, rest = Counted(found.file), list[int]()
    for keys, places in shapes.items():
        columns = columns_of(keys)
        told = dict(columns.fields)
        texts = columns.usage or any(columns.said)
        if not columns.owns or texts or "prompt" not in told or "exclusive" in told:
            rest += places
            continue
        table = _Table([found.rows[at] for at in places], columns)
        if not table.plain():
            fit = table.fit()
            rest += (at for at, fits in zip(places, fit, strict=True) if not fits)
            places = [at for at, fits in zip(places, fit, strict=True) if fits]
            table = _Table([found.rows[at] for at in places], columns)
        made.lines += [found.lines[at] for at in places]
        made.pointers += [found.pointers[at] for at in places]
        table.into(made)
    return made, sorted(rest)


class _Table:
    """Rows with the same columns."""

    def __init__(self, rows: Sequence[Json], columns: Columns) -> None:
        self.rows, self.columns, self.names = rows, columns, dict(columns.fields)
        self._said: dict[str, list[Any]] = {}

    def said(self, field: str) -> list[Any]:
        """A field's first column that says something, for each row."""
        if field not in self._said:
            self._said[field] = self._first(self.names.get(field, ()))
        return self._said[field]

    def _first(self, names: Sequence[str]) -> list[Any]:
        if not names:
            return [None] * len(self.rows)
        if len(names) == 1:
            name = names[0]
            return [v if (v := row[name]) or v == 0 else None for row in self.rows]
        return [
            next((v for name in names if (v := row[name]) or v == 0), None) for row in self.rows
        ]

    def _typed(self) -> list[tuple[str, set[type]]]:
        """Columns whose values are of few types, and which."""
        return [
            (name, types)
            for fields, types in ((COUNTED, INTEGERS), (SAID, TEXTS))
            for field in fields
            for name in self.names.get(field, ())
        ]

    def plain(self) -> bool:
        """Is every row counts and words and nothing else, its counts such as a bill can say?"""
        for name, types in self._typed():
            if not {type(row[name]) for row in self.rows} <= types:
                return False
        prompt, output, read, write, reasoning = map(self.said, COUNTED)
        if None in prompt:
            return False
        if "read" in self.names or "write" in self.names or "reasoning" in self.names:
            return all(map(_billed, prompt, output, read, write, reasoning))
        some: list[int] = [*prompt, *filter(None, output)]
        return min(some) >= 0 and max(some) <= MOST

    def fit(self) -> list[bool]:
        """Which rows are."""
        fit = [all(type(row[name]) in types for name, types in self._typed()) for row in self.rows]
        columns = map(self.said, COUNTED)
        return [fits and _billed(*some) for fits, *some in zip(fit, *columns, strict=True)]

    def into(self, made: Counted) -> None:
        prompt, output, read, write, reasoning = map(self.said, COUNTED)
        made.read += [n or 0 for n in read]
        made.write += [n or 0 for n in write]
        made.input += [p - (r or 0) - (w or 0) for p, r, w in zip(prompt, read, write, strict=True)]
        made.output += output
        made.reasoning += reasoning
        made.model += self.said("model")
        made.provider += self.said("provider")
        made.error += self.said("error")
        made.charged += self._each("cost", usd_as_pusd)
        made.started += self._each("time", as_time)
        made.duration_ms += self._each("latency", _ms)
        made.session += self._each("session", _text)
        group, span = self._words("group"), self._words("span")
        made.id += [
            v or (s and f"{g}/{s}") or None
            for v, s, g in zip(self._each("id", _text), span, group, strict=True)
        ]
        made.group += group
        made.span += span
        made.parent += self._words("parent")
        made.tags += self._tags()

    def _each(self, field: str, read: Callable[[Any], Any]) -> list[Any]:
        """A field of every row as what it says."""
        found = self.said(field)
        return list(map(read, found)) if field in self.names else found

    def _words(self, field: str) -> list[str]:
        return [word or "" for word in self._each(field, _text)]

    def _tags(self) -> list[Mapping[str, str]]:
        """One object for all rows whose tags are the same."""
        names = [tag for tag, _ in self.columns.tags] + [tag for tag, _ in self.columns.others]
        columns = [list(map(_word, self._first(some))) for _, some in self.columns.tags]
        for _, name in self.columns.others:
            columns.append([v if isinstance(v := row[name], str) else None for row in self.rows])
        if not names:
            return [UNTAGGED] * len(self.rows)
        known: dict[tuple[Any, ...], Mapping[str, str]] = {}
        made = []
        for values in zip(*columns, strict=True):
            found = known.get(values)
            if found is None:
                found = known[values] = _named(names, values)
            made.append(found)
        return made


def _named(names: Sequence[str], values: Sequence[str | None]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in zip(names, values, strict=True):
        if value:
            found.setdefault(name, value[:MAX_TAG_CHARS])
    return found


def _word(value: object) -> str | None:
    return str(value) if isinstance(value, WORDS) else None


def _billed(
    prompt: int | None,
    output: int | None,
    read: int | None,
    write: int | None,
    reasoning: int | None,
) -> bool:
    """Whether counts can be read in one way only, as `logged` reads them."""
    if prompt is None or not 0 <= prompt <= MOST or (output or 0) < 0 or (output or 0) > MOST:
        return False
    if (read or 0) < 0 or (write or 0) < 0 or (read or 0) + (write or 0) > prompt:
        return False
    return not reasoning or 0 < reasoning <= (output or 0)


FLAT_ROWS = RecordImporter(
    Format(
        key="flat_rows",
        label="Rows of token counts",
        guide=Guide(
            section="Other",
            what="A table of token counts, one call a row: CSV, JSON, JSON Lines or Parquet",
            steps=(
                (
                    "Columns: timestamp_utc, model, input_tokens, cached_input_tokens, "
                    "output_tokens, session_id."
                ),
                (
                    "Further columns that are read: agent_name, workflow_name, task_type, "
                    "user_id, environment, cost_usd, latency_ms."
                ),
            ),
            example="timestamp_utc,model,input_tokens,output_tokens,cached_input_tokens,session_id",
            marks=frozenset(
                ("input_tokens", "output_tokens", "prompt_tokens", "completion_tokens", "cost_usd")
            ),
            missing="the text, where there are no columns prompt and response",
        ),
        owns=_owns,
        logged=logged,
        note=_note,
        counted=counted,
        mostly=True,
    )
)
