"""Budgets per key or tag: a soft one says so in a header and the log, a hard one refuses the call.

A budget counts what calls have cost so far in its window; the call that crosses it is let through, since
its price is known only afterwards. Money in picodollars.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import NamedTuple

PUSD_PER_USD = 10**12
WINDOWS_S = {"hour": 3600, "day": 86_400, "month": 30 * 86_400, "ever": 0}
_RULE = re.compile(r"(\w+)=([^:]+):(\d+(?:\.\d+)?)(?:/(hour|day|month|ever))?(?::(soft|hard))?$")


class Budget(NamedTuple):
    """`value` "*" is a budget of its own for every value of the tag; tag "key" is the API key."""

    tag: str
    value: str
    limit_pusd: int
    window: str
    hard: bool

    def __str__(self) -> str:
        return f"{self.tag}={self.value}:{self.limit_pusd / PUSD_PER_USD:g}/{self.window}"


class Spent(NamedTuple):
    """A budget that a request falls under, and how far it is used up."""

    budget: Budget
    owner: str
    spent_pusd: int

    @property
    def over(self) -> bool:
        return self.spent_pusd >= self.budget.limit_pusd


def parsed(rule: str) -> Budget:
    """``user=alice:5/day:hard``, ``feature=*:1``, ``key=*:20/month:soft``. Raises ValueError."""
    found = _RULE.match(rule)
    if not found:
        raise ValueError(f"budget {rule!r} is not TAG=VALUE:USD[/day][:hard]")
    whole, _, part = found[3].partition(".")
    limit = int(whole) * PUSD_PER_USD + int(part[:12].ljust(12, "0"))
    return Budget(found[1], found[2], limit, found[4] or "ever", found[5] == "hard")


class Budgets:
    """What has been spent, by budget, owner and window. Kept while the proxy runs."""

    def __init__(self, rules: list[Budget]) -> None:
        self.rules = rules
        self._spent: dict[tuple[Budget, str, int], int] = {}

    def of(self, tags: Mapping[str, str]) -> list[Spent]:
        """The budgets a request falls under, the most used up first."""
        found = [
            Spent(rule, tags[rule.tag], self._spent.get((rule, tags[rule.tag], _window(rule)), 0))
            for rule in self.rules
            if rule.tag in tags and rule.value in ("*", tags[rule.tag])
        ]
        return sorted(found, key=lambda one: -one.spent_pusd / max(1, one.budget.limit_pusd))

    def spend(self, tags: Mapping[str, str], pusd: int) -> None:
        """Count a finished call."""
        for one in self.of(tags):
            key = (one.budget, one.owner, _window(one.budget))
            self._spent[key] = self._spent.get(key, 0) + pusd


def _window(rule: Budget) -> int:
    size_s = WINDOWS_S[rule.window]
    return int(time.time()) // size_s if size_s else 0
