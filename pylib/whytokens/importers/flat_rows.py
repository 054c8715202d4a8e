"""Flat rows of totals: the minimal schema of spreadsheets and home-made loggers, usage-only CSV.

Spec: formats, section 6, last paragraph. No prompt; whether input includes the cache is not defined, so it
does, as nearly everywhere, unless more was cached than was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.counted import Counted, Rows
from whytokens.importers.logged import MAX_TAG_CHARS, Logged, tokens
from whytokens.importers.records import Format, RecordImporter
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import Json, as_str, as_time, as_tokens
from whytokens.model import Where

INPUT = ("input_tokens", "prompt_tokens", "tokens_in", "inputTokens", "promptTokens", "input", "n_context_tokens_total",
         "usage_input_tokens", "usage_input_tokens_uncached", "uncached_input_tokens", "tokens_prompt")  # fmt: skip
OUTPUT = ("output_tokens", "completion_tokens", "tokens_out", "outputTokens", "completionTokens", "output",
          "n_generated_tokens_total", "usage_output_tokens", "tokens_completion")  # fmt: skip
READ = ("cached_input_tokens", "cached_tokens", "cache_read_tokens", "cache_read_input_tokens", "input_cached_tokens",
        "usage_input_tokens_cache_read", "cacheReadTokens")  # fmt: skip
WRITE = ("cache_creation_input_tokens", "cache_write_tokens", "cache_creation_tokens", "cacheWriteTokens",
         "usage_input_tokens_cache_write_5m")  # fmt: skip
MODEL = ("model", "model_name", "model_id", "model_version", "snapshot_id")
TIME = (
    "timestamp_utc",
    "timestamp",
    "created_at",
    "time",
    "date",
    "usage_date_utc",
    "start_time",
    "ts",
)
COST = ("cost_usd", "cost", "total_cost", "total_cost_usd", "costUSD", "spend", "price_usd")
SESSION = ("session_id", "conversation_id", "thread_id")
TAGS = {
    "agent": ("agent_name", "agent"), "workflow": ("workflow_name", "workflow"), "user": ("user_id", "user"),
    "task": ("task_type", "task"), "environment": ("environment", "env"), "turn": ("turn_number", "turn"),
    "feature": ("feature",), "app": ("app_name", "app"), "key": ("api_key_name", "api_key", "key_name"),
    "workspace": ("workspace", "project", "project_name"), "file": ("file",), "function": ("function",),
    "label": ("label",),
}  # fmt: skip
CONTENT_KEYS = ("messages", "request", "response", "choices", "attributes", "usage")
EXCLUSIVE = ("usage_input_tokens_uncached", "uncached_input_tokens")
FIELDS = {
    "prompt": INPUT, "output": OUTPUT, "read": READ, "write": WRITE,
    "reasoning": ("reasoning_tokens", "output_reasoning_tokens"), "exclusive": EXCLUSIVE, "model": MODEL, "time": TIME,
    "cost": COST, "session": SESSION, "provider": ("provider", "provider_name"),
    "latency": ("latency_ms", "duration_ms"), "id": ("response_id",), "error": ("error", "error_message"),
    "group": ("trace_id",), "span": ("span_id",), "parent": ("parent_span_id", "parent_id"),
}  # fmt: skip
COUNTED, SAID = ("prompt", "output", "read", "write", "reasoning"), ("model", "provider", "error")
INTEGERS: set[type] = {int, type(None)}
TEXTS: set[type] = {str, type(None)}
UNTAGGED: Mapping[str, str] = {}
MOST = 2**53  # of tokens, see values.as_tokens
NOTHING: Mapping[str, Any] = dict.fromkeys(FIELDS)
WORDS = (str, int, float)
COUNTS = {int, float, bool, type(None)}
# Columns that say nothing to group by.
NO_TAGS = ("total_tokens", "tool_calls_count", "turn_number", "id", "request_id")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a table has what: for each field and tag its columns, best name first. Found once a table, not
    once a row. `others` are columns nobody knows: words in them are tags."""

    fields: tuple[tuple[str, tuple[str, ...]], ...]
    tags: tuple[tuple[str, tuple[str, ...]], ...]
    others: tuple[tuple[str, str], ...]
    counts: tuple[str, ...]
    whole: tuple[str, ...]
    owns: bool


@lru_cache(maxsize=256)
def _columns(keys: tuple[str, ...]) -> _Columns:
    """Names as spreadsheets have them: "Input Tokens" is input_tokens."""
    low = {str(key).strip().lower().replace(" ", "_").replace("-", "_"): key for key in keys}

    def at(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(low[name.lower()] for name in names if name.lower() in low)

    known = {name.lower() for names in (*FIELDS.values(), *TAGS.values()) for name in names} | set(
        NO_TAGS
    )
    counts = at(tuple(name for name in (*INPUT, *OUTPUT) if name not in ("input", "output")))
    told = at((*MODEL, *TIME, *SESSION, "trace_id"))
    return _Columns(
        fields=tuple((field, said) for field, names in FIELDS.items() if (said := at(names))),
        tags=tuple((tag, found) for tag, names in TAGS.items() if (found := at(names))),
        others=tuple((name, key) for name, key in low.items() if name not in known),
        counts=counts,
        whole=at(("input", "output")),
        owns=bool(counts and told) and not any(key in low for key in CONTENT_KEYS),
    )


def logged(row: Json, where: Where) -> Logged | None:
    columns = _columns(tuple(row))
    found: dict[str, Any] = dict(NOTHING)
    for field, names in columns.fields:
        for name in names:
            value = row[name]
            if value or value == 0:
                found[field] = value
                break
    prompt, read, write = (as_tokens(found[name]) for name in ("prompt", "read", "write"))
    if found["exclusive"] is not None:
        prompt = (prompt or 0) + (read or 0) + (write or 0)
    latency, group, span = found["latency"], _text(found["group"]) or "", _text(found["span"]) or ""
    return Logged(
        where=where, provider=as_str(found["provider"]), model=as_str(found["model"]),
        usage=tokens(prompt, as_tokens(found["output"]), read=read, write=write,
                     reasoning=as_tokens(found["reasoning"])),
        cost_pusd=usd_as_pusd(found["cost"]), started=as_time(found["time"]),
        duration_ms=_ms(latency),
        session=_text(found["session"]), id=_text(found["id"]) or (span and f"{group}/{span}") or None,
        error=as_str(found["error"]), group=group, span=span,
        parent=_text(found["parent"]) or "", tags=_tags(row, columns),
    )  # fmt: skip


def _tags(row: Json, columns: _Columns) -> dict[str, str]:
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


def _note(row: Json) -> str | None:
    """Counts of tokens under names that nobody knows: better said than left out in silence."""
    columns = _columns(tuple(row))
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
    columns = _columns(tuple(row))
    if not columns.owns or any(isinstance(row[name], dict) for name in columns.whole):
        return False
    counts = {type(row[name]) for name in columns.counts}
    return counts <= COUNTS and counts != {bool}


def counted(found: Rows) -> tuple[Counted, list[int]]:
    """Rows as columns, and the places of those that are more than plain counts."""
    shapes: dict[tuple[str, ...], list[int]] = {}
    for at, row in enumerate(found.rows):
        shapes.setdefault(tuple(row), []).append(at)
    made, rest = Counted(found.file), list[int]()
    for keys, places in shapes.items():
        columns = _columns(keys)
        told = dict(columns.fields)
        if not columns.owns or "prompt" not in told or "exclusive" in told:
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

    def __init__(self, rows: Sequence[Json], columns: _Columns) -> None:
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
            missing="the text: totals only",
        ),
        owns=_owns,
        logged=logged,
        note=_note,
        counted=counted,
    )
)
