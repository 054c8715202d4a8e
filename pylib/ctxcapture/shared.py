"""Each text once a file: later calls refer to what earlier lines of the same file have said.

A list (messages, tools, input, contents) is a chain of its elements: a node is its predecessor plus
one element, so call n+1 writes only what is new. `whytokens.importers.shared_bodies` puts bodies
together again. Spec: `pylib/ctxcapture/README.md`, "Shared texts".
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

LISTS = ("messages", "input", "contents", "tools", "system")
NODE, TEXT = "$node", "$text"
# A shorter string costs less than a reference to it.
MIN_CHARS = 512


class Shared:
    """What one file has said so far. A line's news count once `commit` says it is written."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._new: dict[str, Any] = {}

    def body(self, request: dict[str, Any]) -> tuple[str, str]:
        """A request as (JSON with references, JSON of the nodes and texts that are new)."""
        self._new = {}
        found = {
            key: self._list(value)
            if key in LISTS and isinstance(value, list)
            else self._texts(value)
            for key, value in request.items()
        }
        return _json(found), _json(self._new)

    def commit(self) -> None:
        self._known.update(self._new)

    def _list(self, values: list[Any]) -> Any:
        node = ""
        for value in values:
            item = self._texts(value)
            key = _id(f"{node}\n{_json(item)}")
            self._say(key, [node, item])
            node = key
        return {NODE: node}

    def _texts(self, value: Any) -> Any:
        """The value, its long strings by reference."""
        if isinstance(value, str):
            if len(value) < MIN_CHARS:
                return value
            key = _id(value)
            self._say(key, value)
            return {TEXT: key}
        if isinstance(value, dict):
            return {key: self._texts(inner) for key, inner in value.items()}
        return [self._texts(inner) for inner in value] if isinstance(value, list) else value

    def _say(self, key: str, what: Any) -> None:
        if key not in self._known:
            self._new[key] = what


def _id(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
