"""A shape: the numbers of a trace without its texts, small enough for a link.

Spec: UX 2.8. Built constructively: every value is an integer, a word of `model.CATEGORIES`, a price
row or a cause from the lists below; nothing is copied and then cleaned. No hashes of content either.
`names=True` adds the labels of tools, files and documents, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from whytokens.attribution.share import Attribution
from whytokens.exporters import Exporter
from whytokens.model import CATEGORIES, Category, Usage
from whytokens.opened import Opened
from whytokens.prices import Quote
from whytokens.templates import Piece

VERSION = 1
ROLES = ("system", "user", "assistant", "tool")
# Our own words for what no text explains; anything else is only "overhead".
CAUSES = (
    "overhead", "message frames", "reply frame", "tool preamble", "reply priming", "hidden reasoning",
    "reply not in this file", "unexplained",
)  # fmt: skip
FRONTS = (
    "system prompt and tool schemas", "system prompt", "tool schemas", "history", "no content was logged",
    "a report of sums has no content", "calls that this output does not show",
)  # fmt: skip
TIERS = ("standard", "batch", "priority", "flex", "fast")
FEES = ("web_search", "web_fetch", "code_execution", "file_search", "search")
NAMED: frozenset[Category] = frozenset(("tools", "tool_call", "tool_result", "retrieved"))


class _Table:
    """Distinct values with the ordinals that stand for them."""

    def __init__(self) -> None:
        self.rows: dict[Any, int] = {}

    def add(self, value: Any) -> int:
        return self.rows.setdefault(value, len(self.rows))


def shape(opened: Opened, names: bool = False) -> str:
    """The shape as JSON of one line."""
    return json.dumps(_Shape(opened, names).document(), ensure_ascii=False, separators=(",", ":"))


class _Shape:
    def __init__(self, opened: Opened, names: bool) -> None:
        self.opened, self.names = opened, names
        self.pieces, self.messages, self.models, self.sessions = (_Table() for _ in range(4))
        self.labels: dict[int, list[str]] = {}

    def document(self) -> dict[str, Any]:
        calls, before = [], list[int]()
        for one in self.opened.attributions:
            prompt = [self._message(role, pieces) for role, pieces in _messages(one)]
            same = _shared(before, prompt)
            calls.append(self._call(one, same, prompt[same:]))
            before = prompt
        found: dict[str, Any] = {
            "whytokens_shape": VERSION,
            "models": list(self.models.rows),
            "pieces": [list(row[:3]) for row in self.pieces.rows],
            "messages": [list(row) for row in self.messages.rows],
            "calls": calls,
        }
        if self.names:
            found["names"] = self.labels
        return found

    def _message(self, role: str, pieces: Iterable[Piece]) -> int:
        return self.messages.add((ROLES.index(role), *(self._piece(piece) for piece in pieces)))

    def _piece(self, piece: Piece) -> int:
        """Category (below zero: a cause), tokens, whether estimated; the segment keeps twins apart."""
        if piece.segment is None:
            cause = CAUSES.index(piece.cause) if piece.cause in CAUSES else 0
            return self.pieces.add((-1 - cause, piece.tokens, int(not piece.exact), None))
        segment = self.opened.trace.segments[piece.segment]
        kind = CATEGORIES.index(segment.category)
        number = self.pieces.add((kind, piece.tokens, int(not piece.exact), segment.id))
        if self.names and segment.category in NAMED and len(segment.path) > 1:
            self.labels[number] = list(segment.path[1:])
        return number

    def _call(self, one: Attribution, same: int, new: list[int]) -> list[Any]:
        quote, call = one.quote, one.call
        model = self.models.add(quote.row if isinstance(quote, Quote) else "")
        tier = quote.tier if isinstance(quote, Quote) else "standard"
        return [
            self.sessions.add(call.session),
            model,
            TIERS.index(tier) if tier in TIERS else 0,
            same,
            new,
            [self._piece(piece) for piece in one.reply],
            usage_numbers(one.usage) if one.method == "reported" else [one.usage.output],
            FRONTS.index(call.hidden) if call.hidden in FRONTS else -1 if call.hidden else -2,
            int(one.method == "unbilled"),
        ]


def _messages(one: Attribution) -> Iterable[tuple[str, tuple[Piece, ...]]]:
    """The prompt as billed, message by message; where it was trimmed, as one message. What stands
    in front of it unexplained follows from the usage again."""
    if one.pieces is not None:
        if one.pieces:
            yield "system", one.pieces
        return
    end, trace = one.lane.head_end(one.call.prompt), one.lane.trace
    if head := one.lane.head(end):
        yield "system", head
    for node in trace.prompts.path(one.call.prompt):
        if node > end and (pieces := one.lane.turn(node)):
            role = trace.messages[trace.prompts.messages[node]].role
            yield role if role in ROLES[1:] else "user", pieces
    if one.tail:
        yield "user", one.tail


def _shared(before: list[int], prompt: list[int]) -> int:
    same = 0
    while same < min(len(before), len(prompt)) and before[same] == prompt[same]:
        same += 1
    return same


def usage_numbers(usage: Usage) -> list[Any]:
    """The buckets in order, None where not reported; then fees of known kinds, and the size that price
    steps go by, where it is not the prompt's."""
    fees = [[FEES.index(key), count] for key, count in usage.fees.items() if key in FEES]
    found: list[Any] = [
        usage.input,
        usage.cache_read,
        usage.cache_write_5m,
        usage.cache_write_1h,
        usage.output,
        usage.reasoning,
    ]
    if usage.prompt_size is not None:
        return [*found, fees, usage.prompt_size]
    return [*found, fees] if fees else found


SHAPE = Exporter(
    key="shape",
    label="Shape (numbers only)",
    suffix="whytokens.json",
    mime="application/json",
    write=shape,
)
SHAPE_NAMES = Exporter(
    key="shape-names",
    label="Shape with names of tools and files",
    suffix="whytokens.json",
    mime="application/json",
    write=lambda opened: shape(opened, names=True),
)
