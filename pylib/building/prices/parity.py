"""Random calls priced by our engine and by genai-prices: the library is the oracle.

A difference is more than a nanodollar. Rows that the overlay changes are told by name with its reason;
a tier before the day its rates were recorded is counted apart (genai-prices gives the standard
price then, we give the tier's first known one and say so).
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from building.prices import overlay
from whytokens.model import Call, CallId, NodeId, Usage, Where
from whytokens.prices import Quote, Unpriced
from whytokens.prices.engine import Book
from whytokens.prices.resolve import Resolved
from whytokens.prices.terms import cost_pusd

NANODOLLAR = Decimal(1) / 10**9
START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
SIZES = (10, 1_000, 90_000, 100_001, 128_000, 199_999, 200_000, 200_001, 272_000, 272_001, 900_000)
MODALITIES = (
    ("audio", "input_audio_mtok", "cache_audio_read_mtok", "output_audio_mtok"),
    ("image", "input_image_mtok", "cache_image_read_mtok", "output_image_mtok"),
)


@dataclass(slots=True)
class Differences:
    """What a run found."""

    cases: int = 0
    compared: int = 0
    unpriced: Counter[str] = field(default_factory=Counter)
    late_tier: Counter[str] = field(default_factory=Counter)
    overlaid: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Case:
    """One call, and the same in the oracle's words."""

    provider: Any
    model: Any
    call: Call
    usage: dict[str, int]
    context: dict[str, str]


def differences(book: Book, cases: int, seed: int) -> Differences:
    """Compare so many random calls on random rows that bill by tokens."""
    from genai_prices import data_snapshot

    rows = [(p, m) for p in data_snapshot.get_snapshot().providers for m in p.models]
    dice, found, told = random.Random(seed), Differences(), overlay.names()
    known = {(row.provider, row.id): row for row in book.snapshot.rows()}
    doubled = Counter((p.id, m.id) for p, m in rows)
    rows = [(p, m) for p, m in rows if doubled[p.id, m.id] == 1 and _by_tokens(m)]
    while found.compared < cases:
        provider, model = dice.choice(rows)
        case = _case(dice, provider, model)
        row = known[provider.id, model.id]
        book._found[case.call.model or "", case.call.provider] = Resolved(row, "exact", "sure")
        _compare(book, case, found, told)
    return found


def _by_tokens(model: Any) -> bool:
    """Free models, and those billed by the hour, page or character, have no token rates."""
    prices = model.get_prices(END).__dict__
    return any(_has(prices, name) for name in ("input_mtok", "output_mtok"))


def _compare(book: Book, case: Case, found: Differences, told: dict[str, str]) -> None:
    found.cases += 1
    name = f"{case.provider.id}/{case.model.id}"
    ours = book.quote(case.call)
    if isinstance(ours, Unpriced):
        found.unpriced[ours.reason] += 1
        return
    theirs = _theirs(case)
    if any("are known from" in note for note in ours.notes):
        found.late_tier[name] += 1
        return
    found.compared += 1
    mine = Decimal(cost_pusd(ours, case.call.usage or Usage())) / 10**12
    if abs(mine - theirs) > NANODOLLAR:
        if name in told:
            found.overlaid[name] += 1
        else:
            found.unexplained.append(_said(case, ours, mine, theirs))


def _said(case: Case, ours: Quote, mine: Decimal, theirs: Decimal) -> str:
    at = case.call.started.isoformat() if case.call.started else ""
    return f"{ours.row} {at} {ours.tier} {case.usage}: ours {mine}, genai-prices {theirs}"


def _theirs(case: Case) -> Decimal:
    from genai_prices.types import Usage as TheirUsage

    total: Decimal = case.model.calc_price(
        TheirUsage(**case.usage),
        case.provider,
        genai_request_timestamp=case.call.started,
        price_context=case.context or None,
    ).total_price
    return total


def _case(dice: random.Random, provider: Any, model: Any) -> Case:
    at = START + timedelta(minutes=dice.randrange(int((END - START).total_seconds() // 60)))
    prices = model.get_prices(at).__dict__
    prompt = max(0, dice.choice(SIZES) + dice.randrange(-9, 10))
    read = (
        dice.randrange(prompt + 1) if _has(prices, "cache_read_mtok") and dice.random() < 0.7 else 0
    )
    write = dice.randrange(prompt - read + 1) if _has(prices, "cache_write_mtok") else 0
    hour = dice.randrange(write + 1) if _has(prices, "cache_write_1h_mtok") else 0
    output = dice.randrange(20_000)
    theirs = {
        "input_tokens": prompt, "output_tokens": output, "cache_read_tokens": read,
        "cache_write_tokens": write,
    }  # fmt: skip
    if hour:
        theirs["cache_write_1h_tokens"] = hour
    reasoning = dice.randrange(output + 1) if _has(prices, "output_reasoning_mtok") else 0
    if reasoning:
        theirs["output_reasoning_tokens"] = reasoning
    detail = _modalities(dice, prices, prompt - read - write, read, output, theirs)
    fees = {}
    if _has(prices, "web_searches_kcount") and dice.random() < 0.5:
        fees["web_search"] = theirs["web_searches"] = dice.randrange(1, 5)
    when = dice.choice([None, None, *(one.when for one in model.price_variants or [])])
    tier = next(iter(when.values())) if when and _tier(when) else None
    usage = Usage(
        input=prompt - read - write, cache_read=read, cache_write_5m=write - hour,
        cache_write_1h=hour, output=output, reasoning=reasoning, fees=fees, detail=detail,
    )  # fmt: skip
    call = Call(
        id=CallId(0), session="s", api="x", model=model.id, provider=provider.id, prompt=NodeId(0),
        where=Where(file="f"), started=at, usage=usage, tier=tier,
    )  # fmt: skip
    return Case(provider, model, call, theirs, when if tier and when else {})


def _modalities(
    dice: random.Random, prices: Any, fresh: int, read: int, output: int, theirs: dict[str, int]
) -> dict[str, int]:
    detail: dict[str, int] = {}
    for word, own, cached, out in MODALITIES:
        if not _has(prices, own) or dice.random() < 0.5:
            continue
        part = dice.randrange(fresh // 4 + 1)
        part_read = dice.randrange(read // 4 + 1) if _has(prices, cached) else 0
        detail[f"input_{word}"], detail[f"read_{word}"] = part + part_read, part_read
        theirs[f"input_{word}_tokens"] = part + part_read
        theirs[f"cache_{word}_read_tokens"] = part_read
        if _has(prices, out):
            detail[f"output_{word}"] = theirs[f"output_{word}_tokens"] = dice.randrange(
                output // 4 + 1
            )
    return detail


def _has(prices: Any, name: str) -> bool:
    return prices.get(name) is not None


def _tier(when: dict[str, str]) -> bool:
    """A tier that a response reports; routes and kinds of search are no tiers."""
    return len(when) == 1 and next(iter(when)) in ("processing", "service_tier", "speed")
