"""What the panel of Cline, Roo Code and Kilo Code tells of each request: ``ui_messages.json``.

Spec: formats, section 3.4. A request's counts are JSON in a text. Roo, which alone names the protocol,
counts the cache within what it sent since 3.29.5; condensing a conversation is paid too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from whytokens.importers.usage import excluding_cache, including_cache, usd_as_pusd
from whytokens.importers.values import as_count, as_dict, as_list, as_str, as_tokens, decoded
from whytokens.model import Usage, Where

REQUEST, CONDENSED = "api_req_started", "condense_context"


@dataclass(slots=True)
class Paid:
    """One request as the panel tells of it; `condensing` what it made of the conversation."""

    at: int
    usage: Usage | None
    cost_pusd: int | None
    model: str | None
    provider: str | None
    where: Where
    condensing: bool = False


def is_panel(value: Any) -> bool:
    """Is this a task's panel?"""
    return any(
        as_dict(one).get("type") in ("say", "ask") and "ts" in as_dict(one)
        for one in as_list(value)[:60]
    )


def paid(value: Any, where: Where) -> Paid | None:
    """A panel's message that was paid; None for all others."""
    message = as_dict(value)
    if message.get("say") == CONDENSED:
        cost = usd_as_pusd(as_dict(message.get("contextCondense")).get("cost"))
        return Paid(time_of(message), None, cost, None, None, where, True) if cost else None
    if message.get("say") != REQUEST:
        return None
    said = as_dict(decoded(message.get("text")))
    sent, got, read, write = (
        as_tokens(said.get(name)) for name in ("tokensIn", "tokensOut", "cacheReads", "cacheWrites")
    )
    # Roo and Kilo, which alone name the protocol, count the cache within since 3.29.5; before, Claude's
    # counts beside it were mostly below what was read.
    within = "apiProtocol" in said and (sent or 0) >= (read or 0) + (write or 0)
    count = including_cache if within else excluding_cache
    spent = count(sent, read=read, write_5m=write, output=got)
    if spent is None or not spent.prompt:
        return None  # cancelled before an answer
    about = as_dict(message.get("modelInfo"))
    return Paid(
        time_of(message),
        spent,
        usd_as_pusd(said.get("cost")),
        as_str(about.get("modelId")),
        as_str(about.get("providerId")),
        where,
    )


def time_of(value: Any) -> int:
    """A message's time in milliseconds; 0 = none."""
    return as_count(as_dict(value).get("ts")) or 0
