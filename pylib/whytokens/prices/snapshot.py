"""The compiled price snapshot: rows by provider, found by exact name or by their match rules."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One priced model. `rates` are (condition, rates) in order, `variants` (when, condition, rates)."""

    provider: str
    id: str
    match: Any
    rates: tuple[tuple[Any, Mapping[str, Any]], ...]
    variants: tuple[tuple[Mapping[str, str], Any, Mapping[str, Any]], ...]


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
        self._exact: dict[str, dict[str, Mapping[str, Any]]] = {}

    def find(self, provider: str, name: str, fallback: bool = True) -> Row | None:
        """The row of a provider's model, its fallback providers' included."""
        if provider not in self._exact:
            self._exact[provider] = self._index(provider)
        found = self._exact[provider].get(name)
        if found is None:
            rows = self.providers[provider]["models"]
            found = next((row for row in rows if matches(row["match"], name)), None)
        if found is not None:
            return _row(provider, found)
        others = self.providers[provider].get("fallback", ()) if fallback else ()
        return next((row for other in others if (row := self.find(other, name, False))), None)

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

    def names(self) -> list[str]:
        """Every row's id."""
        rows = (row for provider in self.providers.values() for row in provider["models"])
        return sorted({row["id"] for row in rows})

    def _index(self, provider: str) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for row in self.providers[provider]["models"]:
            rules = row["match"] if isinstance(row["match"], list) else [row["match"]]
            for rule in rules:
                if isinstance(rule, str) and rule[0] == "=":
                    found.setdefault(rule[1:], row)
        return found


def _row(provider: str, row: Mapping[str, Any]) -> Row:
    return Row(
        provider,
        row["id"],
        row["match"],
        tuple((condition, rates) for condition, rates in row["rates"]),
        tuple((when, condition, rates) for when, condition, rates in row.get("variants", ())),
    )


@cache
def load() -> Snapshot:
    """The snapshot in the wheel."""
    packed = resources.files("whytokens.prices").joinpath("snapshot.json.gz").read_bytes()
    return Snapshot(json.loads(gzip.decompress(packed)))
