"""What many spans say, kept until every file is read: a text that is sent again is kept once.

A log record may join its span from another file (formats, section 4.1), so spans wait; their
messages are parsed on the way in, and those of an earlier span stand in memory as the same objects.
"""

from __future__ import annotations

from typing import Any

from whytokens.containers.resent import Resent
from whytokens.importers.values import Json
from whytokens.nesting import check

# Attributes that hold a request or its messages as JSON text.
JSON_KEYS = frozenset((
    "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.definitions",
    "gen_ai.prompt", "ai.prompt.messages", "input.value", "request_data", "traceloop.entity.input",
    "gcp.vertex.agent.llm_request", "ctxcapture.request",
))  # fmt: skip
# A shorter text costs less than a look for its like.
SHORT_CHARS = 64
MAX_DEPTH = 20


class Kept:
    """Texts and messages that were seen."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._resent = Resent()

    def keep(self, attributes: Json) -> None:
        """Put what is known in the place of what is equal to it."""
        for key, value in attributes.items():
            if isinstance(value, str) and len(value) > SHORT_CHARS:
                attributes[key] = self._parsed(value) if key in JSON_KEYS else self.text(value)
            elif isinstance(value, dict | list):
                attributes[key] = self.value(value)

    def value(self, value: Any, depth: int = 0) -> Any:
        """A value with its texts known again."""
        if isinstance(value, str):
            return self.text(value) if len(value) > SHORT_CHARS else value
        if depth < MAX_DEPTH and isinstance(value, dict):
            return {key: self.value(inner, depth + 1) for key, inner in value.items()}
        if depth < MAX_DEPTH and isinstance(value, list):
            return [self.value(inner, depth + 1) for inner in value]
        return value

    def text(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def _parsed(self, text: str) -> Any:
        """JSON as `values.decoded` takes it out of a text, one level; other texts as they are."""
        if text.lstrip()[:1] in ("{", "["):
            try:
                check(text)
                return self._resent.parse(text)
            except (ValueError, RecursionError):
                pass
        return self.text(text)
