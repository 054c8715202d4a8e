"""How far a count may be off where nothing was reported: learned from calls of the same model that do.

Spec: facts, section 5, recommendation 4; the band is the trace's own, never another's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from whytokens.attribution.share import Attribution

# Fewer calls than this say nothing about the next one.
LEAST_CALLS = 3
WITHIN = 0.9


@dataclass(frozen=True, slots=True)
class Band:
    """Nine of ten of `calls` calls count to within `per_mille` of their bill."""

    calls: int
    per_mille: int


def bands(found: Iterable[Attribution]) -> dict[str, Band]:
    """By model, from the calls whose whole prompt is in the file and whose usage is a bill."""
    errors: dict[str, list[int]] = {}
    for one in found:
        if _is_whole(one):
            off = abs(one.prompt_tokens - one.estimate_tokens)
            per_mille = -(-off * 1000 // one.prompt_tokens)
            errors.setdefault(one.call.model or "", []).append(per_mille)
    return {
        model: Band(len(some), sorted(some)[min(len(some) - 1, int(len(some) * WITHIN))])
        for model, some in errors.items()
        if len(some) >= LEAST_CALLS
    }


def sentences(found: Iterable[Attribution]) -> list[str]:
    """One for each model with counted prompts: how sure the count is."""
    found = list(found)
    known, counted = bands(found), dict[str, int]()
    for one in found:
        if one.method == "counted" and one.prompt_tokens:
            model = one.call.model or ""
            counted[model] = counted.get(model, 0) + 1
    return [_sentence(model, calls, known.get(model)) for model, calls in sorted(counted.items())]


def _sentence(model: str, calls: int, band: Band | None) -> str:
    name, many = model or "no model", "call" if calls == 1 else "calls"
    said = f"{calls:,} {many} of {name} without usable usage: the prompt is counted (≈)"
    if band is None:
        return f"{said}; too few calls of that model report usage to say how far that is off."
    return (
        f"{said}, ± {band.per_mille / 10:.1f} % by the {band.calls:,} calls of that model that "
        "report theirs (9 of 10)."
    )


def _is_whole(one: Attribution) -> bool:
    options = one.call.options
    partly = one.call.hidden or options.hosted or options.server_state
    return one.method == "reported" and not partly and bool(one.call.prompt and one.prompt_tokens)
