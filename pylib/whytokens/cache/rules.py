"""Cache rules of each provider and model, from the compiled table `rules.json`.

Spec: facts, section 3; made by `building/cache_rules.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from whytokens import assets

# "marked": nothing is cached without a breakpoint. "messages": breakpoints, and one is implied at the
# end of the latest message. "automatic": any common prefix. "units": whole earlier prompts only.
Mode = Literal["marked", "messages", "automatic", "units"]
Bucket = Literal["write_5m", "write_1h", "input"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """How long an entry lives from the start of the request that wrote or last read it."""

    id: str
    ms: int
    bucket: Bucket
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a provider caches. `lookback` counts positions (blocks) back from a breakpoint;
    `reliability_percent` is the share of a simulated saving that may be claimed; `explicit_ms` is how
    long what the user stores by name is kept."""

    provider: str
    mode: Mode
    minimum_tokens: int
    increment_tokens: int
    lifetimes: tuple[Lifetime, ...]
    lookback: int
    marks: int
    confidence: str
    reliability_percent: int
    explicit_ms: int | None = None

    @property
    def has_breakpoints(self) -> bool:
        return self.mode in ("marked", "messages")


def rules_for(provider: str | None, row: str) -> Rules | None:
    """Rules for a call of `provider` (as the log says, else the price row's) and its price row.

    None where no rules are known: nothing is then said about caching.
    """
    owner, _, model = row.partition("/")
    return _find((provider or owner).lower(), owner, _bare(model))


def as_of() -> str:
    """The day the table was checked against the providers' pages."""
    return str(_table()["as_of"])


@cache
def _table() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(assets.shipped("whytokens.cache", "rules.json"))
    return found


def _bare(model: str) -> str:
    """The vendor's model name inside a price row's id ("us.anthropic.claude-…", "openai/gpt-…")."""
    name = model.rsplit("/", 1)[-1]
    for vendor in ("anthropic.", "openai."):
        name = name.partition(vendor)[2] or name
    return name


@lru_cache(maxsize=1024)
def _find(provider: str, owner: str, model: str) -> Rules | None:
    table = _table()
    aliases: Mapping[str, str] = table["aliases"]
    name = aliases.get(provider) or aliases.get(owner)
    for rule in table["rules"]:
        if rule["provider"] == name and _matches(rule["match"], model):
            return _rules(rule, model)
    return None


def _matches(prefixes: list[str], model: str) -> bool:
    return not prefixes or model.startswith(tuple(prefixes))


def _rules(rule: Mapping[str, Any], model: str) -> Rules:
    minimum: Mapping[str, int] = rule["minimum"]
    best = max((prefix for prefix in minimum if model.startswith(prefix)), key=len)
    return Rules(
        provider=rule["provider"],
        mode=rule["mode"],
        minimum_tokens=minimum[best],
        increment_tokens=rule["increment"],
        lifetimes=tuple(Lifetime(**lifetime) for lifetime in rule["lifetimes"]),
        lookback=rule["lookback"],
        marks=rule["marks"],
        confidence=rule["confidence"],
        reliability_percent=rule["reliability_percent"],
        explicit_ms=_explicit_ms(rule.get("explicit"), model),
    )


def _explicit_ms(explicit: Mapping[str, Any] | None, model: str) -> int | None:
    if explicit is None or model.startswith(tuple(explicit["except"])):
        return None
    return int(explicit["ms"])
