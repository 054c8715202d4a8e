"""Rows summed by one or more dimensions, dearest first. Untagged spend is a group of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from whytokens.spend.rows import Row, dimension


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Sums over calls. `unpriced` of the `calls` have no price and add nothing to `pusd`."""

    key: tuple[str, ...]
    calls: int
    sessions: int
    input_tokens: int
    read_tokens: int
    write_tokens: int
    output_tokens: int
    pusd: int
    unpriced: int
    errors: int

    @property
    def read_share(self) -> float:
        """The part of the prompts that was read from a cache."""
        return self.read_tokens / self.input_tokens if self.input_tokens else 0.0


def grouped(found: Iterable[Row], names: Sequence[str]) -> list[Group]:
    """Rows by their values in `names`, dearest first."""
    parts: dict[tuple[str, ...], list[Row]] = {}
    for row in found:
        parts.setdefault(tuple(dimension(row, name) for name in names), []).append(row)
    made = [summed(key, some) for key, some in parts.items()]
    return sorted(made, key=lambda one: (-one.pusd, -one.input_tokens, one.key))


def summed(key: tuple[str, ...], some: Sequence[Row]) -> Group:
    """One group of some rows."""
    return Group(
        key=key,
        calls=len(some),
        sessions=len({row.session for row in some}),
        input_tokens=sum(row.input_tokens for row in some),
        read_tokens=sum(row.read_tokens for row in some),
        write_tokens=sum(row.write_tokens for row in some),
        output_tokens=sum(row.output_tokens for row in some),
        pusd=sum(row.pusd or 0 for row in some),
        unpriced=sum(row.pusd is None for row in some),
        errors=sum(row.error is not None for row in some),
    )
