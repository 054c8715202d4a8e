"""The price engine: a call's rates by its model, date, tier, place and prompt size.

Spec: facts, sections 1 and 3. Integer picodollars throughout. Long prompts reprice the whole request;
tiers hold as the response reports them; a call without a time is priced at the snapshot's own day.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from whytokens.model import Call, Usage
from whytokens.prices import Extra, Quote, Sure, Unpriced
from whytokens.prices.conditions import holds, hourly, in_force
from whytokens.prices.own import NONE, Own
from whytokens.prices.resolve import Resolved, nearest, provider_key, resolve
from whytokens.prices.snapshot import Rates, Row, Snapshot, load

STANDARD_TIERS = (None, "", "default", "standard", "auto", "on_demand", "standard_only")
# How a tier is named in a row's variants.
TIER_CONTEXT = {"batch": ("processing",), "fast": ("speed", "service_tier")}
PER_MODALITY = (
    ("audio", "ia", "ra", "oa"), ("image", "ii", "ri", "oi"), ("video", "iv", "rv", "ov"),
)  # fmt: skip
FEE_WORDS = {
    "web_search": "web searches", "file_search": "file searches", "request": "fee per request",
    "social_search": "social searches", "code_execution": "code executions",
}  # fmt: skip
OWN = "yours"  # provider of the rows that the user sets, which are of no day
FRACTIONS = 10**6  # parts of a picodollar, see building.prices.genai
BUCKETS = (("i", "input"), ("r", "cache_read"), ("w", "cache_write_5m"), ("h", "cache_write_1h"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """What holds for a call whatever its size: rates that may step with the prompt, and whose."""

    rates: Rates
    steps: tuple[int, ...]
    row: str
    how: str
    sure: Sure
    source: str
    as_of: str
    tier: str
    notes: tuple[str, ...] = ()
    always: bool = False  # some part of every call is priced beside its buckets
    quotes: dict[int, Quote] = field(default_factory=dict)  # by step: most calls share one

    def step(self, prompt_tokens: int) -> int:
        """Which of its sizes a prompt has."""
        return bisect_left(self.steps, prompt_tokens)


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


def quote_for(terms: Terms, usage: Usage) -> Quote:
    """The rates of these terms for a usage: its prompt's size, its fees, audio and images."""
    step = terms.step(usage.step_tokens)
    found = terms.quotes.get(step)
    if found is None:
        found = terms.quotes[step] = _quote(terms, usage.step_tokens)
    if not (usage.fees or usage.detail or terms.always):
        return found
    extras, missing = _extras(terms.rates, usage, found)
    if not extras and not missing:
        return found
    fees_pusd = sum(extra.pusd for extra in extras)
    return replace(found, extras=extras, fees_pusd=fees_pusd, notes=(*found.notes, *missing))


def price(terms: Terms, usage: Usage) -> int:
    """Picodollars of a usage on these terms."""
    return cost_pusd(quote_for(terms, usage), usage)


def cost_pusd(found: Quote, usage: Usage) -> int:
    """Picodollars of a usage at quoted rates, fees included."""
    return (
        (usage.input or 0) * found.input_pusd
        + (usage.cache_read or 0) * found.cache_read_pusd
        + (usage.cache_write_5m or 0) * found.cache_write_5m_pusd
        + (usage.cache_write_1h or 0) * found.cache_write_1h_pusd
        + (usage.output or 0) * found.output_pusd
        + found.fees_pusd
    )


def _quote(terms: Terms, prompt_tokens: int) -> Quote:
    rates = terms.rates

    def rate(key: str, default: int) -> int:
        return at_size(rates[key], prompt_tokens) if key in rates else default

    fresh = rate("i", 0)
    write = rate("w", fresh)
    said = rate("o", 0)
    return Quote(
        input_pusd=fresh,
        cache_read_pusd=rate("r", fresh),
        cache_write_5m_pusd=write,
        cache_write_1h_pusd=rate("h", write),
        output_pusd=min(said, rate("or", said)),
        fees_pusd=0,
        row=terms.row,
        how=terms.how,
        source=terms.source,
        as_of=terms.as_of,
        tier=terms.tier,
        sure=terms.sure,
        notes=terms.notes,
        again=partial(quote_for, terms),
    )


def _extras(rates: Rates, usage: Usage, found: Quote) -> tuple[tuple[Extra, ...], tuple[str, ...]]:
    """What a call costs beside its buckets, and which of its fees are not known."""
    size, sums, missing = usage.step_tokens, dict[str, int](), list[str]()

    def rate(key: str, default: int) -> int:
        return at_size(rates[key], size) if key in rates else default

    fees = {"request": 1, **usage.fees} if "request" in rates else usage.fees
    for name, count in fees.items():
        word = FEE_WORDS.get(name, name)
        if name in rates:
            sums[word] = count * rate(name, 0)
        else:
            missing.append(f"{word} have a fee that is not known here")
    for word, fresh_key, read_key, out_key in PER_MODALITY:
        read = usage.detail.get(f"read_{word}", 0)
        fresh = max(0, usage.detail.get(f"input_{word}", 0) - read)
        out = usage.detail.get(f"output_{word}", 0)
        above = fresh * (rate(fresh_key, found.input_pusd) - found.input_pusd)
        above += read * (rate(read_key, found.cache_read_pusd) - found.cache_read_pusd)
        above += out * (rate(out_key, rate("o", 0)) - rate("o", 0))
        if above > 0:
            sums[f"{word} above the price of text"] = above
    if "or" in rates:
        sums["reasoning and text at their own rates"] = _two_rates(
            usage, rate("o", 0), rate("or", 0)
        )
    for key, bucket in BUCKETS:
        rest = rates.get(f"{key}.")
        if rest and (tokens := getattr(usage, bucket)):
            sums["parts of a picodollar"] = (tokens * rest + FRACTIONS // 2) // FRACTIONS
    return tuple(Extra(name=name, pusd=pusd) for name, pusd in sums.items() if pusd), tuple(missing)


def _two_rates(usage: Usage, text_pusd: int, reasoning_pusd: int) -> int:
    """Output is quoted at the lower of the two; the other tokens' difference is extra."""
    thought = min(usage.reasoning or 0, usage.output or 0)
    if reasoning_pusd >= text_pusd:
        return thought * (reasoning_pusd - text_pusd)
    return ((usage.output or 0) - thought) * (text_pusd - reasoning_pusd)


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


def at_size(value: Any, prompt_tokens: int) -> int:
    """A rate, by prompt size where it has steps."""
    if isinstance(value, int):
        return value
    found: int = value[0]
    for above, rate in zip(value[1::2], value[2::2], strict=True):
        if prompt_tokens > above:
            found = rate
    return found
