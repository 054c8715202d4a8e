"""Replay of a named cache that the user creates (Gemini `cachedContents`): what never changes is stored.

Spec: facts, section 3: stored for its booked lifetime whether read or not, created at the input rate, read
at the cached rate, not refreshed by reads; storage is billed by token and hour.
"""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.cache import Bill
from whytokens.cache.policies import Places
from whytokens.cache.requests import Request, Scope
from whytokens.cache.rules import Rules


def stored(group: Sequence[Request], rules: Rules, places: Places) -> list[Bill]:
    """Bills of a group whose fixed prefix is stored for an hour at a time, and again when that is over."""
    assert rules.explicit_ms is not None
    ends: dict[tuple[Scope, int], int] = {}
    bills = []
    for request in group:
        node = places.static(request)
        tokens = min(request.at(node), request.one.prompt_tokens - 1)
        key = (request.scope, places.prompts.ids[node])
        if not node or tokens < rules.minimum_tokens:
            bills.append(Bill(request.one.prompt_tokens))
        elif ends.get(key, 0) > request.start_ms:
            bills.append(Bill(request.one.prompt_tokens, tokens))
        else:
            ends[key] = request.start_ms + rules.explicit_ms
            bills.append(Bill(request.one.prompt_tokens, stored=tokens))
    return bills
