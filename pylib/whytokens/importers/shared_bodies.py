"""Request bodies of a ctxcapture log: beside their span, and put together where written by reference.

Spec: `pylib/ctxcapture/README.md`, "A line" and "Shared texts": `shared` holds what is new in its file;
`{"$text": id}` is a text and `{"$node": id}` a list, a node being [its predecessor, element].
"""

from __future__ import annotations

from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers.values import Json, as_dict, as_list, as_str, decoded

MEMBER, REQUEST = "ctxcapture", "ctxcapture.request"


class SharedBodies:
    """What the lines of one file have said so far."""

    def __init__(self) -> None:
        self._said: Json = {}
        self._items: dict[str, Any] = {}

    def restore(self, line: Any, attributes: Json) -> bool:
        """Give a line's span its request; False where a reference leads nowhere (a lost line)."""
        own = as_dict(as_dict(line).get(MEMBER))
        if "request" not in own:
            return True
        self._said |= as_dict(own.get("shared"))
        try:
            attributes[REQUEST] = self._whole(own["request"]) if self._said else own["request"]
        except KeyError:
            return False
        return True

    def _whole(self, value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) == {"$text"}:
                return self._said[value["$text"]]
            if set(value) == {"$node"}:
                return self._list(as_str(value["$node"]) or "")
            return {key: self._whole(inner) for key, inner in value.items()}
        return [self._whole(inner) for inner in value] if isinstance(value, list) else value

    def _list(self, node: str) -> list[Any]:
        found = []
        while node:
            before, item = as_list(self._said[node])[:2] or ["", None]
            if node not in self._items:
                self._items[node] = self._whole(item)
            found.append(self._items[node])
            node = as_str(before) or ""
        found.reverse()
        return found


def name_components(attributes: Json, builder: TraceBuilder) -> None:
    """Parts of prompts that the program named while it was captured."""
    for part in as_list(decoded(attributes.get("ctxcapture.components"))):
        kind, text = as_str(as_dict(part).get("kind")), as_str(as_dict(part).get("text"))
        if kind and text:
            builder.component(kind, as_str(as_dict(part).get("name")) or kind, text)
