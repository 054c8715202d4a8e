"""What reports of usage have in common: rows that are sums of many calls, and no text.

A row becomes one call; its tokens are priced at the rates of a short prompt, unless the row says that
its prompts were long, since a sum's size is no prompt's.
"""

from __future__ import annotations

from dataclasses import replace

from whytokens.model import Usage

HIDDEN = "a report of sums has no content"
NOTE = (
    "Its rows are sums of many requests: what is called a call here is a row, and waste that only "
    "single requests can show is not looked for."
)


def summed(usage: Usage | None, long: bool = False, above_tokens: int = 200_000) -> Usage | None:
    """Usage of many calls; `long` where all of their prompts were above a provider's step."""
    return replace(usage, prompt_size=above_tokens + 1 if long else 0) if usage else None
