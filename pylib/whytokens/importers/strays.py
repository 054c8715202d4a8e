"""What stands in a request's lists and is none of their items: read where its meaning is plain, else named.

A message may be a pair of who speaks and what is said, as LangChain writes it. Everything else that is
no object (a number, a text, a list) no API takes, and a warning says where it stood.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers.dialects import pair
from whytokens.importers.exchanges import Exchange
from whytokens.importers.values import Json, inside
from whytokens.malformed import kind_of

# Lists of a request whose items are objects, and what else an API or its SDK takes as one.
LISTS: dict[str, tuple[type, ...]] = {
    "messages": (dict,), "contents": (dict, str), "input": (dict, str), "tools": (dict,),
    "functions": (dict,),
}  # fmt: skip


def _message(key: str, item: Any) -> Json | None:
    """A pair as the message that its list is made of."""
    said = pair(item)
    if said is None or key in ("tools", "functions"):
        return None
    if key == "contents":
        role = "model" if said["role"] == "assistant" else "user"
        return {"role": role, "parts": said["content"]}
    return said


def without_strays(one: Exchange, builder: TraceBuilder) -> Exchange:
    """The exchange with objects alone in the lists of its request."""
    kept = {key: _objects(one, key, builder) for key in LISTS if _has_strays(one.request, key)}
    return replace(one, request={**one.request, **kept}) if kept else one


def _has_strays(body: Json, key: str) -> bool:
    found = body.get(key)
    if not isinstance(found, list):
        return False
    return not set(map(type, found)) <= set(LISTS[key])


def _objects(one: Exchange, key: str, builder: TraceBuilder) -> list[Any]:
    found: list[Any] = []
    for number, item in enumerate(one.request[key]):
        said = _message(key, item)
        if said or isinstance(item, LISTS[key]):
            found.append(said or item)
            continue
        text = f"{key}[{number}] is {kind_of(item)} instead of an object, skipped."
        builder.warn("partial", text, inside(one.where, key, number))
    return found
