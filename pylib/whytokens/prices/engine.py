"""The price engine: a call's rates by its model, date, tier, place and prompt size.

Spec: facts, sections 1 and 3. Integer picodollars throughout. Long prompts reprice the whole request;
tiers hold as the response reports them; a call without a time is priced at the snapshot's own day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from whytokens.model import Call, Usage
from whytokens.prices import Quote, Unpriced
from whytokens.prices.conditions import holds, hourly, in_force
from whytokens.prices.own import NONE, Own
from whytokens.prices.resolve import Resolved, nearest, provider_key, resolve
from whytokens.prices.snapshot import Rates, Row, Snapshot, load
from whytokens.prices.terms import Terms, quote_for

STANDARD_TIERS = (None, "", "default", "standard", "auto", "on_demand", "standard_only")
# How a tier is named in a row's variants.
TIER_CONTEXT = {"batch": ("processing",), "fast": ("speed", "service_tier")}
OWN = "yours"  # provider of the rows that the user sets, which are of no day


class Book:
    """Whose rates are in use: a snapshot's, with the user's own on top."""

    def __init__(self, snapshot: Snapshot, own: Own = NONE) -> None:
        self.snapshot, self.own = snapshot, own
        self._found: dict[tuple[str, str | None], Resolved | Unpriced] = {}
        self._terms: dict[tuple[Any, ...], Terms | Unpriced] = {}
        self._hourly: dict[tuple[str | None, str | None], bool] = {}

    def quote(self, call: Call) -> Quote | Unpriced:
        """The rates that hold for a call, or why there are none."""
        if call.usage and call.usage.refused:
            return Unpriced(reason=f"it {call.usage.refused}, which no bill can say")
        terms = self.terms(call)
        return terms if isinstance(terms, Unpriced) else quote_for(terms, call.usage or _NO_USAGE)

    def terms(self, call: Call) -> Terms | Unpriced:
        """What holds for a call whatever its size."""
        if not call.model:
            return Unpriced(reason="the log names no model")
        found = self.resolved(call.model, call.provider)
        if isinstance(found, Unpriced):
            return found
        at = call.started.astimezone(UTC) if call.started else _noon(self.snapshot.as_of)
        minute = at.hour * 60 + at.minute if self.hourly(call.model, call.provider) else 0
        key = (call.model, call.provider, call.tier, call.region, at.toordinal(), minute)
        terms = self._terms.get(key)
        if terms is None:
            terms = self._terms[key] = self._in_force(found, at, call.tier, call.region)
        return terms

    def resolved(self, model: str, provider: str | None = None) -> Resolved | Unpriced:
        """The row of a model id, or the names nearest to it."""
        key = (model, provider)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._resolve(model, provider)
        return found

    def hourly(self, model: str | None, provider: str | None) -> bool:
        """Whether a model's rates change within a day."""
        known = self._hourly.get((model, provider))
        if known is None:
            found = self.resolved(model, provider) if model else None
            known = isinstance(found, Resolved) and hourly(found.row)
            self._hourly[(model, provider)] = known
        return known

    def _resolve(self, model: str, provider: str | None) -> Resolved | Unpriced:
        own = self.own.prices.get(model.strip().lower())
        if isinstance(own, Mapping):
            row = Row(OWN, model, ((None, own),), (), "your own price")
            return Resolved(row, "as you set it", "sure")
        found = resolve(self.snapshot, own or model, None if own else provider)
        if found is None:
            return self._unknown(own or model, provider)
        return Resolved(found.row, f"as {own}, as you set it", found.sure) if own else found

    def _unknown(self, model: str, provider: str | None) -> Unpriced:
        """Why a name has no row, as well as that can be told from the name."""
        name = model.strip().lower()
        if name.startswith("ollama/") or (provider or "").lower() == "ollama":
            return Unpriced(reason="it runs on your own machine, where no token has a price")
        hosts = [row.name for row in self.snapshot.rows() if row.id.lower() == name]
        if hosts:
            return Unpriced(
                reason="several hosts serve it at prices of their own, and the log names none",
                nearest=tuple(hosts[:3]),
            )
        close = nearest(self.snapshot, model)
        return Unpriced(reason="no rate for this name is known", nearest=close)

    def _in_force(
        self, found: Resolved, at: datetime, tier: str | None, region: str | None
    ) -> Terms | Unpriced:
        row, notes = found.row, [found.row.low] if found.row.low else []
        rates, sure, late = _with_tier(row, at, tier), found.sure, None
        if rates is None:
            rates, late = _later_tier(row, at, tier)
            if rates is None:
                return Unpriced(reason=f"no rate for service tier “{tier}” is known")
            sure = "likely" if sure == "sure" else sure
            notes.append(f"rates of tier {tier} are known from {late} on, used for earlier calls")
        if "i" not in rates and "o" not in rates:
            return Unpriced(reason="this model has no token rates")
        scale, why = self._scale(row, at, region)
        if scale != (1, 1):
            rates = {key: _scaled(rate, scale) for key, rate in rates.items()}
        own_fees = self.snapshot.fees.get(row.provider, {})
        return Terms(
            rates={**own_fees, **rates},
            steps=_steps(rates),
            row=row.name,
            how=found.how,
            sure=sure,
            source=row.source,
            as_of="" if row.provider == OWN else self.snapshot.as_of,
            tier=tier if tier and tier not in STANDARD_TIERS else "standard",
            notes=(*notes, *why),
            always=any(key in ("request", "or") or key.endswith(".") for key in rates),
        )

    def _scale(
        self, row: Row, at: datetime, region: str | None
    ) -> tuple[tuple[int, int], list[str]]:
        """The uplift of a place and the user's contract, as one fraction."""
        up, down, why = 1, 1, list[str]()
        for uplift in self.snapshot.uplifts if region else ():
            if (
                uplift["provider"] == row.provider
                and re.search(uplift["region"], region or "")
                and re.search(uplift.get("models", ""), row.id)
                and at.date().isoformat() >= uplift.get("from", "")
            ):
                up, down = up * uplift["x"][0], down * uplift["x"][1]
                why.append(f"{uplift['x'][0] * 100 // uplift['x'][1] - 100} % more in {region}")
        contract = self.own.multiplier(row.provider)
        if contract != (1, 1) and row.provider != OWN:
            up, down = up * contract[0], down * contract[1]
            why.append(f"your contract: {contract[0] / contract[1]:g} x list price")
        return (up, down), why

    def provider_of_url(self, url: str) -> str | None:
        return self.snapshot.provider_of_url(url)

    def provider_key(self, name: str | None) -> str | None:
        return provider_key(self.snapshot, name)


_NO_USAGE = Usage()


@cache
def standard() -> Book:
    """The rates in the wheel."""
    return Book(load())


def quote(call: Call) -> Quote | Unpriced:
    """A call's rates by the snapshot in the wheel."""
    return standard().quote(call)


def _with_tier(row: Row, at: datetime, tier: str | None) -> Rates | None:
    """The rates in force with the tier's own on top; None for a tier without rates on that day."""
    base = in_force(row.rates, at)
    if tier in STANDARD_TIERS:
        return base
    own: dict[str, Any] = {}
    for when, condition, rates in row.variants:
        if _is_tier(when, tier) and holds(condition, at):
            for key, rate in rates.items():
                own.setdefault(key, rate)
    return {**base, **own} if own else None


def _later_tier(row: Row, at: datetime, tier: str | None) -> tuple[Rates | None, str]:
    """The tier's first known rates, for a call from before they were recorded."""
    days = [c for when, c, _ in row.variants if _is_tier(when, tier) and isinstance(c, str)]
    if not days:
        return None, ""
    first = min(days)
    return _with_tier(row, _noon(first), tier), first


def _is_tier(when: Mapping[str, str], tier: str | None) -> bool:
    keys = TIER_CONTEXT.get(tier or "", ("service_tier",))
    return len(when) == 1 and any(when.get(key) == tier for key in keys)


def _noon(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


def _steps(rates: Rates) -> tuple[int, ...]:
    """Prompt sizes above which some rate is another."""
    lists = (rate for rate in rates.values() if isinstance(rate, list))
    return tuple(sorted({start for rate in lists for start in rate[1::2]}))


def _scaled(rate: Any, by: tuple[int, int]) -> Any:
    """A rate times a fraction, rounded half up to whole picodollars."""
    up, down = by
    if isinstance(rate, int):
        return (rate * up * 2 + down) // (down * 2)
    return [x if at % 2 else (x * up * 2 + down) // (down * 2) for at, x in enumerate(rate)]
