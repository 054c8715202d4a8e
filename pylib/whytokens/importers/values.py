"""Reading other people's JSON: a value of the wanted type or nothing, never an exception."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from whytokens.model import Where
from whytokens.nesting import loads

Json = dict[str, Any]


def as_dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def as_str(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


class NoCount(int):
    """A number that counts nothing: NaN, infinite, a part of a token, more than a float holds exactly.

    It is far below zero and sums with it stay what it is, so that usage with it is refused, in its
    words, wherever its bucket is worked out (`whytokens.impossible`).
    """

    words: str

    @classmethod
    def of(cls, value: float) -> NoCount:
        made = cls(-(2**62))
        made.words = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(
            str(value), f"{value:,}"
        )
        return made

    def _stays(self, _: int) -> NoCount:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = _stays

    def __format__(self, _: str) -> str:
        return self.words


WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)


def as_tokens(value: Any) -> int | None:
    """Tokens as reported: an integer, whole floats and digits in a string included; None for what is
    no number. A number that is no bill, as a negative one, stays one: `TraceBuilder` says so with its
    place."""
    if isinstance(value, str):
        return int(value) if WHOLE.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not abs(value) <= 2**53 or (isinstance(value, float) and not value.is_integer()):
        return NoCount.of(value)
    return int(value)


def as_count(value: Any) -> int | None:
    """A count of anything else (milliseconds, a status): never negative."""
    found = as_tokens(value)
    return None if found is None or found < 0 else found


def decoded(value: Any) -> Any:
    """JSON in a string, up to three levels deep (formats, rule 7); other values as they are."""
    for _ in range(3):
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", '"'):
            break
        try:
            value = loads(value)
        except (ValueError, RecursionError):
            break
    return value


def dumped(value: Any) -> str:
    """JSON text of a value as Python's json writes it; a string as it stands."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# Magnitudes of formats, rule 10: nanoseconds, microseconds, milliseconds, else seconds.
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))


# How people and spreadsheets write a time where only one reading is possible: 1/2/2025 alone has two.
_WRITTEN = (
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%m/%d/%Y, %I:%M:%S %p", "%m/%d/%Y, %I:%M:%S.%f %p", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y, %I:%M %p",
    "%m/%d/%Y %I:%M %p",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y, %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y, %H:%M", "%d.%m.%Y",
    "%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p", "%b %d, %Y, %I:%M %p", "%b %d, %Y",
    "%d %b %Y %H:%M:%S", "%d %b %Y, %H:%M:%S", "%b %d, %Y, %H:%M:%S", "%b %d, %Y %H:%M:%S", "%b %d, %Y @ %H:%M:%S.%f",
    "%a, %d %b %Y %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%a %b %d %Y %H:%M:%S GMT%z",
)  # fmt: skip
# "… +0000 UTC" of Go, "… UTC" of BigQuery, "GMT+0000 (Coordinated Universal Time)" of JavaScript.
_ZONE = re.compile(r"\s*(?:UTC|GMT|Z|(?<=[+-]\d{4}) [A-Z]{3,5}|\(.*\))$")
_EPOCH = re.compile(r"\d{9,20}(?:\.\d+)?")
MAX_TIME_CHARS = 100


def as_time(value: Any) -> datetime | None:
    """ISO 8601 or an epoch of any unit, also as text, as an aware datetime; naive means UTC."""
    try:
        if isinstance(value, str) and value:
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                return _written(value) if len(value) <= MAX_TIME_CHARS else None
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            scale = next((unit for limit, unit in _UNITS if value > limit), 1.0)
            return datetime.fromtimestamp(value / scale, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


@lru_cache(maxsize=4096)
def _written(text: str) -> datetime | None:
    """A time as people write it; None where it could be read in two ways."""
    text = " ".join(_ZONE.sub("", text.strip()).replace("\u202f", " ").split())
    if _EPOCH.fullmatch(text):
        return as_time(float(text) if "." in text else int(text))
    with suppress(ValueError):
        if text[:1].isdigit():  # "… +0000" with a blank before it
            found = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    for form in _WRITTEN:
        if form[:2] == "%m" and text[-2:] not in ("AM", "PM"):
            continue  # "1/2/2025, 3:04:05 pm" is the first of February in India and Australia
        with suppress(ValueError):
            found = datetime.strptime(text, form)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def are(count: int, noun: str) -> str:
    """ "1 record is", "2 records are"."""
    return f"{count:,} {noun} is" if count == 1 else f"{count:,} {noun}s are"


def inside(where: Where, *keys: str | int) -> Where:
    """A place below a place."""
    return Where(file=where.file, line=where.line, pointer=pointer(where.pointer, *keys))


def pointer(base: str, *keys: str | int) -> str:
    """A JSON pointer continued (RFC 6901)."""
    return base + "".join("/" + str(k).replace("~", "~0").replace("/", "~1") for k in keys)
