"""Counters that no bill can say: fewer than no tokens. Such usage is refused, with what it says, and
its call counted instead (`Usage.refused`); nothing is taken for zero silently."""

from __future__ import annotations

from dataclasses import replace

from whytokens.model import Usage

# The words for each bucket, those a log names itself before those that are worked out of them.
WORDS = {
    "cache_read": "tokens read from cache",
    "cache_write_5m": "tokens written to cache",
    "cache_write_1h": "tokens written to cache",
    "reasoning": "reasoning tokens",
    "output": "output tokens",
    "input": "prompt tokens",
}


def possible(usage: Usage) -> Usage:
    """The usage as it is, or refused in the words that follow "Call 3 "."""
    beside = tuple((model, possible(spent)) for model, spent in usage.beside)
    why = _why(usage)
    if why is None:
        return replace(usage, beside=beside) if usage.beside else usage
    return replace(Usage(tier=usage.tier, region=usage.region), refused=why, beside=beside)


def _why(usage: Usage) -> str | None:
    for name, words in WORDS.items():
        value = getattr(usage, name)
        if value is not None and value < 0:
            return f"reports {value:,} {words}"
    more = {**usage.detail, **usage.fees}
    wrong = next((name for name, value in more.items() if value < 0), None)
    return f"reports {more[wrong]:,} of {wrong.replace('_', ' ')}" if wrong else None
