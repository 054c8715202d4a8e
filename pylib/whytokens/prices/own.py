"""Prices the user brings: for a model, as another model, or a contract's share of list prices.

JSON: ``{"prices": {"my-deployment": {"as": "gpt-4o"}, "my-model": {"input": 1.2, "cache_read": 0.12,
"cache_write": 1.5, "output": 6}}, "multipliers": {"openai": 0.85, "*": 1}}``, USD per million tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from whytokens.errors import TraceError
from whytokens.model import Where

NAMES = {"input": "i", "cache_read": "r", "cache_write": "w", "cache_write_1h": "h", "output": "o"}
PUSD_PER_MTOK_DOLLAR = 10**6
_NUMBERS = re.compile(r"[\d.]+(?:/[\d.]+)*")
# USD per million tokens and a share of list price, above which a number is a slip.
MAX_USD, MAX_MULTIPLIER = 10**6, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """`prices` by lower-case model id: rates, or another model's name; `multipliers` by provider."""

    prices: Mapping[str, Mapping[str, int] | str] = field(default_factory=dict)
    multipliers: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def multiplier(self, provider: str) -> tuple[int, int]:
        """As a fraction of list price; a provider's own before that for all."""
        return self.multipliers.get(provider, self.multipliers.get("*", (1, 1)))

    def with_words(self, prices: Iterable[str], multipliers: Iterable[str]) -> Own:
        """With ``MODEL=INPUT/OUTPUT``, ``MODEL=OTHER-MODEL`` and ``[PROVIDER=]SHARE`` on top."""
        said: dict[str, Any] = {}
        for word in prices:
            model, _, value = word.rpartition("=")
            parts = value.split("/")
            if model and _NUMBERS.fullmatch(value) and len(parts) in (2, 3):
                names = (
                    ("input", "output") if len(parts) == 2 else ("input", "cache_read", "output")
                )
                said[model] = dict(zip(names, parts, strict=True))
            else:
                said[model] = {"as": value}
        shares = {word.rpartition("=")[0] or "*": word.rpartition("=")[2] for word in multipliers}
        more = read(json.dumps({"prices": said, "multipliers": shares}), "the command line")
        return Own(
            prices={**self.prices, **more.prices},
            multipliers={**self.multipliers, **more.multipliers},
        )


NONE = Own()


def read(text: str, name: str = "your prices") -> Own:
    """TraceError bad-rates, naming the entry, for anything that is no price."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise _bad(name, "", "it is no JSON") from error
    if not isinstance(value, dict):
        raise _bad(name, "", "it is no object")
    prices, multipliers = value.get("prices", {}), value.get("multipliers", {})
    if not isinstance(prices, dict) or not isinstance(multipliers, dict):
        raise _bad(name, "", "`prices` and `multipliers` are objects")
    return Own(
        prices={key.strip().lower(): _price(name, key, one) for key, one in prices.items()},
        multipliers={key.lower(): _multiplier(name, key, one) for key, one in multipliers.items()},
    )


def _price(file: str, key: str, value: Any) -> Mapping[str, int] | str:
    if isinstance(value, dict) and isinstance(value.get("as"), str) and value["as"].strip():
        return str(value["as"]).strip()
    if not isinstance(value, dict) or not {"input", "output"} <= set(value):
        raise _bad(file, key, "it needs `input` and `output`, or `as` and a model's name")
    unknown = set(value) - set(NAMES)
    if unknown:
        raise _bad(file, key, f"there is no rate `{min(unknown)}`")
    return {
        NAMES[word]: int(_number(file, key, usd, MAX_USD) * PUSD_PER_MTOK_DOLLAR)
        for word, usd in value.items()
        if usd is not None
    }


def _multiplier(file: str, key: str, value: Any) -> tuple[int, int]:
    number = Fraction(_number(file, key, value, MAX_MULTIPLIER))
    if not number:
        raise _bad(file, key, "a multiplier of 0 would make everything free")
    return number.numerator, number.denominator


def _number(file: str, key: str, value: Any, most: int) -> Decimal:
    try:
        number = Decimal("NaN" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= most:
        raise _bad(file, key, f"{value!r} is no number from 0 to {most:,}")
    return number


def _bad(file: str, key: str, why: str) -> TraceError:
    title = f"The price of “{key}” cannot be used." if key else f"{file} cannot be used."
    return TraceError(
        "bad-rates", title, f"{why[0].upper()}{why[1:]}.", where=Where(file=file, pointer=key)
    )
