"""What exports of chat apps share: they are chats, not calls of an API, and say so.

Spec: formats, section 4.9, last bullet.
"""

from __future__ import annotations

from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers.values import Json, as_dict, as_list, inside
from whytokens.model import Where

HIDDEN = "the app's own prompt, tools and memory"
NO_BILL = (
    "is an export of the {} app, not a log of API calls: it has no usage, and a subscription is not "
    "billed by the token. Tokens are counted (≈), dollars are what the API would have asked."
)


def first(value: Any) -> Json:
    """The export's first conversation, or the only one."""
    return as_dict(next(iter(as_list(value)), None) if isinstance(value, list) else value)


def each(value: Any, where: Where) -> list[tuple[Json, Where]]:
    """Its conversations with their places."""
    if isinstance(value, list):
        return [(as_dict(one), inside(where, n)) for n, one in enumerate(value)]
    return [(as_dict(value), where)]


def warn(app: str, where: Where, builder: TraceBuilder) -> None:
    """Once for each file."""
    if builder.first("chat export", where.file):
        builder.warn("no-usage", f"{where.file} {NO_BILL.format(app)}", where)
