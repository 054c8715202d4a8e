"""Limits that a build may not exceed: what `whytokens check` looks at, and what broke them.

Pure: from an opened trace and limits to breaches. Money in nanodollars, shares in millionths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whytokens.attribution.share import Attribution
from whytokens.model import Where
from whytokens.opened import Opened
from whytokens.price_note import nusd

SHARE = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """None where nothing is limited. `waste_parts` and `prefix_parts` are millionths of the bill and
    of the prompts; `growth_tokens` is how much a session's prompt may grow from call to call, on
    average."""

    cost_nusd: int | None = None
    context_tokens: int | None = None
    waste_parts: int | None = None
    waste_nusd: int | None = None
    prefix_parts: int | None = None
    growth_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A limit that does not hold. `rule` is the option's name; `message` says by how much."""

    rule: str
    message: str
    where: Where | None = None


RULES = {
    "max-cost": "The calls cost more than allowed.",
    "max-context": "A prompt is larger than allowed.",
    "max-waste": "More could be saved than allowed.",
    "require-cached-prefix": "Less of the prompts is read from a cache than required.",
    "benchmarks": "A workflow's runs cost more than its baseline's.",
    "max-growth": "A session's prompt grows faster than allowed.",
}


def breaches(opened: Opened, limits: Limits) -> list[Breach]:
    """Every limit that is broken, in the order of RULES. A trace without prices cannot hold a limit
    of money: that is a breach too."""
    found = opened.attributions
    return [
        *_cost(found, limits),
        *_context(found, limits),
        *_waste(opened, limits),
        *_prefix(found, limits),
        *_growth(found, limits),
    ]


def _cost(found: Sequence[Attribution], limits: Limits) -> Iterator[Breach]:
    if limits.cost_nusd is None:
        return
    cost = nusd(sum(one.cost_pusd for one in found))
    missing = [one for one in found if one.method != "unbilled" and not one.rates[3]]
    if missing and not cost:
        text = f"{len(missing):,} calls have no price, so no cost can be checked."
        yield Breach(rule="max-cost", message=text, where=missing[0].call.where)
    elif cost > limits.cost_nusd:
        text = f"All calls cost {_usd(cost)}, allowed are {_usd(limits.cost_nusd)}."
        yield Breach(rule="max-cost", message=text)


def _context(found: Sequence[Attribution], limits: Limits) -> Iterator[Breach]:
    most = limits.context_tokens
    over = [one for one in found if most is not None and one.prompt_tokens > most]
    if over:
        worst = max(over, key=lambda one: one.prompt_tokens)
        text = (
            f"{len(over):,} prompts are above {most:,} tokens, the largest {worst.prompt_tokens:,} "
            f"(call {worst.call.id + 1})."
        )
        yield Breach(rule="max-context", message=text, where=worst.call.where)


def _waste(opened: Opened, limits: Limits) -> Iterator[Breach]:
    saved, billed = nusd(opened.checked.reclaimable_pusd), nusd(opened.checked.billed_pusd)
    if limits.waste_nusd is not None and saved > limits.waste_nusd:
        text = f"{_usd(saved)} could be saved, allowed are {_usd(limits.waste_nusd)}."
        yield Breach(rule="max-waste", message=text)
    if limits.waste_parts is not None and saved * SHARE > billed * limits.waste_parts:
        share, most = saved / max(1, billed), limits.waste_parts / SHARE
        text = f"{share:.1%} of the bill could be saved ({_usd(saved)}), allowed are {most:.1%}."
        yield Breach(rule="max-waste", message=text)


def _prefix(found: Sequence[Attribution], limits: Limits) -> Iterator[Breach]:
    if limits.prefix_parts is None:
        return
    read = sum(one.usage.cache_read or 0 for one in found)
    whole = sum(one.prompt_tokens for one in found)
    if read * SHARE < whole * limits.prefix_parts:
        least = limits.prefix_parts / SHARE
        text = f"{read / whole if whole else 0:.1%} of the prompts is read from a cache, required are {least:.1%}."
        yield Breach(rule="require-cached-prefix", message=text)


def _growth(found: Sequence[Attribution], limits: Limits) -> Iterator[Breach]:
    most = limits.growth_tokens
    sessions: dict[str, list[Attribution]] = {}
    for one in found:
        if one.method != "unbilled":
            sessions.setdefault(one.call.session, []).append(one)
    for key, calls in sessions.items():
        if most is None or len(calls) < 2:
            continue
        grown = calls[-1].prompt_tokens - calls[0].prompt_tokens
        if grown > most * (len(calls) - 1):
            text = f"The prompt of {key} grows by {grown // (len(calls) - 1):,} tokens a call, allowed are {most:,}."
            yield Breach(rule="max-growth", message=text, where=calls[-1].call.where)


def _usd(value_nusd: int) -> str:
    return f"${value_nusd / 1e9:,.4f}"
