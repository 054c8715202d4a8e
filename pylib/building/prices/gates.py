"""What a new snapshot must pass before it is written (facts, section 1 "Refresh").

Parity with genai-prices on every row; every id of the table on its known row; every changed price
printed; no zero but `:free`; no jump above tenfold that is not in the overlay.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from building.places import ROOT
from building.prices import overlay, parity
from whytokens.prices.engine import Book
from whytokens.prices.resolve import resolve
from whytokens.prices.snapshot import Row, Snapshot
from whytokens.prices.terms import at_size

IDS = ROOT / "tests" / "fixtures" / "prices" / "model_ids.tsv"
JUMP = 10  # a price that changes more than this many times has been read wrong before
PARITY_CASES = 4000
Prices = dict[tuple[str, str], int]


def check(document: dict[str, Any], before: dict[str, Any] | None) -> int:
    """How many gates fail; each says what it found."""
    snapshot = Snapshot(document)
    return sum(
        _gate(name, list(problems))
        for name, problems in (
            ("parity", parity.differences(Book(snapshot), PARITY_CASES, seed=1).unexplained),
            ("model ids", _ids(snapshot)),
            ("zero prices", _zeros(snapshot)),
            ("jumps", _changes(Snapshot(before), snapshot) if before else ()),
        )
    )


def _gate(name: str, problems: list[str]) -> bool:
    print(f"gate {name}: {'passed' if not problems else f'{len(problems)} problems'}")
    for problem in problems[:20]:
        print(f"  {problem}")
    return bool(problems)


def id_table() -> list[tuple[str, str, str, str]]:
    """Id, provider, row when bare, row with the provider ("" = unpriced, and must ask)."""
    lines = IDS.read_text(encoding="utf-8").splitlines()[1:]
    return [(*line.split("\t"), "", "")[:4] for line in lines]  # type: ignore[misc]


def _ids(snapshot: Snapshot) -> Iterator[str]:
    for name, provider, bare, given in id_table():
        for hint, wanted in ((None, bare), (provider, given)):
            found = resolve(snapshot, name, hint)
            row = found.row.name if found else ""
            if row != wanted:
                yield f"{name} ({hint or 'bare'}): {row or 'unpriced'}, was {wanted or 'unpriced'}"


def _zeros(snapshot: Snapshot) -> Iterator[str]:
    for row in snapshot.rows():
        for _, rates in row.rates:
            if rates.get("i") == 0 and rates.get("o") == 0 and not row.id.endswith(":free"):
                yield f"{row.name} costs nothing"


def _changes(before: Snapshot, now: Snapshot) -> Iterator[str]:
    """Prints every changed price; yields those that jump and that the overlay does not explain."""
    old, new = _latest(before), _latest(now)
    told = overlay.names()
    changed = [key for key in new if key in old and old[key] != new[key]]
    print(f"{len(new.keys() - old.keys()):,} new prices, {len(old.keys() - new.keys()):,} gone, "
          f"{len(changed):,} changed")  # fmt: skip
    for name, rate in sorted(changed):
        was, now_is = old[name, rate], new[name, rate]
        line = f"{name} {rate}: {was / 1e6:g} -> {now_is / 1e6:g} USD per million"
        print(f"  {line}")
        if max(was, now_is) > JUMP * max(1, min(was, now_is)) and name not in told:
            yield line


def _latest(snapshot: Snapshot) -> Prices:
    return {
        (row.name, key): at_size(rate, 0)
        for row in snapshot.rows()
        for key, rate in _last(row).items()
        if len(key) <= 2
    }


def _last(row: Row) -> dict[str, Any]:
    dated = [rates for condition, rates in row.rates if not isinstance(condition, dict)]
    return dict(dated[-1] if dated else row.rates[-1][1])
