"""Terms and what a usage costs on them: rates by prompt size, fees, audio and images. Integer picodollars."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from whytokens.model import Usage
from whytokens.prices import Extra, Quote, Sure
from whytokens.prices.snapshot import Rates

PER_MODALITY = (
    ("audio", "ia", "ra", "oa"), ("image", "ii", "ri", "oi"), ("video", "iv", "rv", "ov"),
)  # fmt: skip
FEE_WORDS = {
    "web_search": "web searches", "file_search": "file searches", "request": "fee per request",
    "social_search": "social searches", "code_execution": "code executions",
}  # fmt: skip
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


def at_size(value: Any, prompt_tokens: int) -> int:
    """A rate, by prompt size where it has steps."""
    if isinstance(value, int):
        return value
    found: int = value[0]
    for above, rate in zip(value[1::2], value[2::2], strict=True):
        if prompt_tokens > above:
            found = rate
    return found
