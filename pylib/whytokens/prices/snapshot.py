"""The compiled price snapshot: rows by provider, found by exact name or by their match rules."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from whytokens import assets
from whytokens.errors import TraceError
from whytokens.model import Where

VERSION = 2
Rate = int | list[int]
Rates = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One priced model. `rates` are (condition, rates) in order, `variants` (when, condition, rates).
    `low` says why its sources cannot be trusted, where that is so."""

    provider: str
    id: str
    rates: tuple[tuple[Any, Rates], ...]
    variants: tuple[tuple[Mapping[str, str], Any, Rates], ...] = ()
    source: str = ""
    low: str | None = None

    @property
    def name(self) -> str:
        return self.id if self.id.startswith(f"{self.provider}/") else f"{self.provider}/{self.id}"


def matches(rule: Any, text: str) -> bool:
    """Does a compiled match rule hold for a lower-case name?"""
    if isinstance(rule, list):
        return any(matches(part, text) for part in rule)
    if isinstance(rule, dict):
        return all(matches(part, text) for part in rule["all"])
    mark, wanted = rule[0], rule[1:]
    if mark == "=":
        return bool(text == wanted)
    if mark == "^":
        return text.startswith(wanted)
    if mark == "$":
        return text.endswith(wanted)
    return wanted in text if mark == "*" else re.search(wanted, text) is not None


class Snapshot:
    """All rows of a snapshot document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.as_of: str = document["as_of"]
        self.source: str = document["source"]
        self.providers: Mapping[str, Any] = document["providers"]
        self.uplifts: list[Mapping[str, Any]] = document.get("uplifts", [])
        self.storage: Mapping[str, int] = document.get("storage", {})
        self.fees: Mapping[str, Mapping[str, int]] = document.get("fees", {})
        self._more: Mapping[str, Mapping[str, list[Any]]] = document.get("more", {})
        self._more_source: str = document.get("more_source", "")
        self._exact: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._more_names: dict[str, str] = {}

    def find(self, provider: str, name: str) -> Row | None:
        """The row of a provider's model, its fallback providers' included."""
        found = self._own(provider, name)
        if found is None:
            others = self.providers[provider].get("fallback", ())
            found = next((row for other in others if (row := self._own(other, name))), None)
        return found

    def _own(self, provider: str, name: str) -> Row | None:
        """Rows are asked in order; the index of exact names answers where no rule before it does."""
        if provider not in self._exact:
            self._exact[provider] = self._index(provider)
        found = self._exact[provider].get(name)
        if found is None:
            rows = self.providers[provider]["models"]
            found = next((row for row in rows if matches(row["match"], name)), None)
            found = found or next((row for row in rows if row["id"].lower() == name), None)
        return None if found is None else self._row(provider, found)

    def more(self, name: str) -> Row | None:
        """A row of the second source, by its full name there."""
        if not self._more_names:
            self._more_names = {name: owner for owner, rows in self._more.items() for name in rows}
        owner = self._more_names.get(name)
        if owner is None:
            return None
        rates, *tiers = self._more[owner][name]
        variants = tuple(tuple(variant) for variant in tiers[0]) if tiers else ()
        return Row(owner, name, ((None, rates),), variants, self._more_source)

    def owners(self, name: str) -> list[str]:
        """Providers whose models carry such a name."""
        return [
            key
            for key, provider in self.providers.items()
            if "owns" in provider and matches(provider["owns"], name)
        ]

    def provider(self, hint: str | None) -> str | None:
        """A provider by the name a log gives it."""
        if not hint:
            return None
        name = hint.lower()
        if name in self.providers:
            return name
        for key, provider in self.providers.items():
            if "named" in provider and matches(provider["named"], name):
                return key
        return None

    def provider_of_url(self, url: str) -> str | None:
        """The provider that answers at an address."""
        for key, provider in self.providers.items():
            if "api" in provider and re.match(provider["api"], url):
                return key
        return None

    def rows(self) -> Iterator[Row]:
        """Every row, in the order of the sources."""
        for key, provider in self.providers.items():
            yield from (self._row(key, row) for row in provider["models"])
        for rows in self._more.values():
            yield from (row for name in rows if (row := self.more(name)))

    def names(self) -> list[str]:
        """Every row's id."""
        own = {row["id"] for provider in self.providers.values() for row in provider["models"]}
        return sorted(own | {name for rows in self._more.values() for name in rows})

    def _index(self, provider: str) -> dict[str, Mapping[str, Any]]:
        """Rows by exact name, as far as no earlier row's rule would have taken it."""
        found: dict[str, Mapping[str, Any]] = {}
        patterns: list[Any] = []
        for row in self.providers[provider]["models"]:
            rules = row["match"] if isinstance(row["match"], list) else [row["match"]]
            for rule in rules:
                if isinstance(rule, str) and rule[0] == "=" and not matches(patterns, rule[1:]):
                    found.setdefault(rule[1:], row)
            patterns += [rule for rule in rules if not (isinstance(rule, str) and rule[0] == "=")]
        return found

    def _row(self, provider: str, row: Mapping[str, Any]) -> Row:
        return Row(
            provider,
            row["id"],
            tuple((condition, rates) for condition, rates in row["rates"]),
            tuple((when, condition, rates) for when, condition, rates in row.get("variants", ())),
            self.source,
            row.get("low"),
        )


@cache
def load() -> Snapshot:
    """The snapshot in the wheel."""
    packed = assets.shipped("whytokens.prices", "snapshot.json.gz")
    return Snapshot(json.loads(gzip.decompress(packed)))


# The first bytes of a snapshot's JSON; compression aside, no log begins so.
MAGIC = f'{{"v":{VERSION},"as_of":"'.encode()


def is_snapshot(head: bytes) -> bool:
    """Are these the first bytes (64 or more) of a snapshot, packed or not?"""
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 256)
        except zlib.error:
            return False
    return head.startswith(MAGIC)


def opened(data: bytes, name: str) -> Snapshot:
    """A snapshot that the user brings; TraceError bad-rates when it is damaged."""
    try:
        return Snapshot(json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data))
    except (ValueError, KeyError, TypeError, OSError, EOFError) as error:
        raise TraceError(
            "bad-rates", f"{name} is no whole price snapshot.", "Its prices are not used.",
            where=Where(file=name), hint="Take `snapshot.json.gz` out of a newer whytokens wheel.",
        ) from error  # fmt: skip
