"""Cache replay: the calls of a trace run again under a provider's true cache rules.

Spec: facts, section 3 "Billing facts" and section 4.2 (c). `Bill` is what one call's prompt comes to:
disjoint buckets, in the order in which a prefix is billed (read, 1 h writes, 5 m writes, rest).
"""

from __future__ import annotations

from typing import NamedTuple


class Bill(NamedTuple):
    """Prompt tokens of one call by how they are billed; `tokens` is all of them. `stored` tokens are put
    into a cache that costs by the hour, for one hour."""

    tokens: int
    read: int = 0
    write_1h: int = 0
    write_5m: int = 0
    stored: int = 0

    @property
    def fresh(self) -> int:
        return self.tokens - self.read - self.write_1h - self.write_5m
