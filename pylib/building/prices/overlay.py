"""Corrections on top of the compiled rows: `overlay.json`, where each row names its source.

Kinds of rows: rates from or until a day, a whole history, a name split off, aliases, a multiplier for
writes that live 12 hours, peak hours by weekday, a low confidence. Uplifts, storage and default fees
go into the snapshot as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("overlay.json")
PUSD_PER_MTOK_DOLLAR, PUSD_PER_KCOUNT_DOLLAR = 10**6, 10**9
RATES = ("i", "o", "r", "w", "h")


def read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def sha256() -> str:
    return hashlib.sha256(FILE.read_bytes()).hexdigest()


def names() -> dict[str, str]:
    """Every row the overlay changes the price of, and why."""
    return {
        f"{one['provider']}/{name}": one["src"]
        for one in read()["rates"]
        if {*RATES, "history", "peak"} & set(one)
        for name in _ids(one)
    }


def apply(document: dict[str, Any]) -> int:
    """Change the rows in place; how many. A row that is not there any more stops the compile."""
    told, changed = read(), 0
    for one in told["rates"]:
        rows = {row["id"]: row for row in document["providers"][one["provider"]]["models"]}
        for name, target in one.get("alias", {}).items():
            match = rows[target]["match"]
            rows[target]["match"] = [*(match if isinstance(match, list) else [match]), f"={name}"]
            changed += 1
        for name in _ids(one):
            if one.get("split") in rows:  # a name that its source counts to another model
                rows[name] = {"id": name, "match": f"={name}", "rates": [[None, {}]]}
                document["providers"][one["provider"]]["models"].insert(0, rows[name])
            if name not in rows:
                raise SystemExit(
                    f"overlay: {one['provider']}/{name} is not in the sources any more"
                )
            _change(rows[name], one)
            changed += 1
    document["uplifts"] = told["uplifts"]
    document["storage"] = {
        name: round(usd * PUSD_PER_MTOK_DOLLAR) for name, usd in told["storage_per_mtok_hour"].items()
    }  # fmt: skip
    document["fees"] = {
        provider: {name: round(usd * PUSD_PER_KCOUNT_DOLLAR) for name, usd in fees.items()}
        for provider, fees in told["fees_per_1k"].items()
    }
    return changed


def _ids(one: dict[str, Any]) -> list[str]:
    ids = one.get("id", [])
    return [ids] if isinstance(ids, str) else list(ids)


def _change(row: dict[str, Any], one: dict[str, Any]) -> None:
    own = _pusd(one)
    if "history" in one:
        row["rates"] = [[condition, _pusd(rates)] for condition, rates in one["history"]]
    dated = row["rates"]
    if "from" in one:
        dated.append([one["from"], {**dated[-1][1], **own}])
    elif "until" in one:
        dated.insert(0, [None, {**dated[0][1], **own}])
        dated[1][0] = one["until"]
    else:
        for _, rates in dated:
            rates.update(own)
    if "w12h_multiplier" in one:
        for rates in _all(row):
            if "i" in rates:
                rates["h"] = _times(rates["i"], one["w12h_multiplier"])
    if "peak" in one:
        row["rates"] = list(_peaks(dated, one["peak"]))
    if one.get("confidence") == "low":
        row["low"] = one["src"]


def _pusd(usd: dict[str, Any]) -> dict[str, int]:
    return {key: round(usd[key] * PUSD_PER_MTOK_DOLLAR) for key in RATES if key in usd}


def _all(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (rates for _, rates in row["rates"])
    yield from (rates for _, _, rates in row.get("variants", ()))


def _times(rate: Any, factor: float) -> Any:
    if isinstance(rate, int):
        return round(rate * factor)
    return [x if at % 2 else round(x * factor) for at, x in enumerate(rate)]


def _peaks(dated: list[Any], peak: dict[str, Any]) -> Iterator[Any]:
    """Each dated price, followed by its peak hours; the source's own hours fall away."""
    for condition, rates in dated:
        if isinstance(condition, dict):
            continue
        yield [condition, rates]
        for minutes in peak["minutes"]:
            hours = {
                "minutes": minutes,
                "days": peak["days"],
                "not": peak["holidays"],
                "from": max(condition or "", peak["from"]),
            }
            yield [hours, {key: _times(rate, peak["multiplier"]) for key, rate in rates.items()}]
