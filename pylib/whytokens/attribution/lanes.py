"""A lane renders prompts one way: one API, one model, one vocabulary, one set of options.

Every message is rendered once per lane and every text counted once per vocabulary; `upto` keeps
prefix sums along the prompt tree, so the estimate of a call is one look-up (ARCHITECTURE, "Why it
is fast").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from whytokens.model import (
    HEAD_ROLES,
    Call,
    Message,
    MessageId,
    NodeId,
    Options,
    Role,
    Segment,
    SegmentId,
    Trace,
)
from whytokens.templates import Context, Kind, Piece, Template
from whytokens.templates.choose import choose_template
from whytokens.tokenizers import Exactness, Tokenizer
from whytokens.tokenizers.choose import choose

ROOT = NodeId(0)
REPLY_FRAME = "reply frame"


class Counter:
    """Token counts of one vocabulary, each text counted once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._counts: dict[str, int] = {}

    def count(self, text: str) -> int:
        if not text:
            return 0
        found = self._counts.get(text)
        if found is None:
            found = self._counts[text] = self.tokenizer.count_many((text,))[0]
        return found

    def count_all(self, texts: Iterable[str]) -> None:
        """Count ahead, as a batch."""
        new = [text for text in dict.fromkeys(texts) if text and text not in self._counts]
        self._counts.update(zip(new, self.tokenizer.count_many(new), strict=True))


@dataclass(frozen=True, slots=True)
class LaneKey:
    """What has to be equal for two calls to render alike."""

    api: str
    model: str
    provider: str | None
    options: Options


@dataclass(slots=True)
class Lane:
    """Rendered pieces and prefix sums of every prompt that this lane's calls sent."""

    trace: Trace
    key: LaneKey
    template: Template
    counter: Counter
    exactness: Exactness
    context: Context
    heads: dict[NodeId, tuple[Piece, ...]] = field(default_factory=dict)
    turns: dict[tuple[MessageId, Role | None], tuple[Piece, ...]] = field(default_factory=dict)
    sums: dict[NodeId, int] = field(default_factory=dict)
    ends: dict[NodeId, NodeId] = field(default_factory=dict)
    frames: dict[NodeId, tuple[Piece, ...]] = field(default_factory=dict)
    guesses: dict[NodeId, Kind | None] = field(default_factory=dict)

    def head_end(self, node: NodeId) -> NodeId:
        """The last node of the leading run of tools, format and system messages."""
        prompts, missing = self.trace.prompts, []
        while node and node not in self.ends:
            missing.append(node)
            node = prompts.parents[node]
        for step in reversed(missing):
            end = self.ends.get(node, ROOT)
            role = self.trace.messages[prompts.messages[step]].role
            self.ends[step] = step if end == node and role in HEAD_ROLES else end
            node = step
        return self.ends.get(node, ROOT)

    def head(self, end: NodeId) -> tuple[Piece, ...]:
        if end not in self.heads:
            self.heads[end] = tuple(self.template.head(self.context, self._messages(end)))
        return self.heads[end]

    def frame(self, end: NodeId) -> tuple[Piece, ...]:
        if end not in self.frames:
            self.frames[end] = tuple(self.template.frame(self.context, self._messages(end)))
        return self.frames[end]

    def turn(self, node: NodeId) -> tuple[Piece, ...]:
        """Pieces of the message at `node`, which stands after the head."""
        prompts = self.trace.prompts
        message = prompts.messages[node]
        parent = prompts.parents[node]
        first = self.head_end(parent) == parent
        before = None if first else self.trace.messages[prompts.messages[parent]].role
        key = (message, before)
        if key not in self.turns:
            rendered = self.template.turn(self.context, self.trace.messages[message], before)
            self.turns[key] = tuple(rendered)
        return self.turns[key]

    def pieces(self, node: NodeId, end: NodeId) -> tuple[Piece, ...]:
        """What `node` adds to a prompt whose head ends at `end` (the head itself at `end`)."""
        return self.head(end) if node == end else self.turn(node)

    def upto(self, node: NodeId) -> int:
        """Estimated tokens of the prompt at `node`, without the frame of a call."""
        end = self.head_end(node)
        missing: list[NodeId] = []
        step = node
        while step != end and step not in self.sums:
            missing.append(step)
            step = self.trace.prompts.parents[step]
        total = self.sums[step] if step != end else sum(piece.tokens for piece in self.head(end))
        for step in reversed(missing):
            total += sum(piece.tokens for piece in self.turn(step))
            self.sums[step] = total
        return total

    def guessed(self, node: NodeId) -> Kind | None:
        """What in the prompt at `node` is known from the bill only or by estimate: "hidden" thinking
        or "media"; the first of them."""
        end = self.head_end(node)
        missing: list[NodeId] = []
        step = node
        while step != end and step not in self.guesses:
            missing.append(step)
            step = self.trace.prompts.parents[step]
        found = self.guesses[step] if step != end else _guess(self.head(end))
        for step in reversed(missing):
            found = self.guesses[step] = found or _guess(self.turn(step))
        return found

    def reply(self, segments: Iterable[SegmentId]) -> list[Piece]:
        found = [self.trace.segments[segment] for segment in segments]
        return self.template.reply(self.context, found) if found else []

    def around_reply(self, segments: Iterable[SegmentId]) -> tuple[Piece, ...]:
        """What a reply of text is billed besides it, where only our own count says; calls have frames of
        their own."""
        categories = {self.trace.segments[segment].category for segment in segments}
        tokens = self.template.around_reply(self.context)
        if "assistant" not in categories or "tool_call" in categories or not tokens:
            return ()
        return (Piece(None, tokens, "fixed", False, REPLY_FRAME),)

    def _messages(self, end: NodeId) -> list[Message]:
        prompts = self.trace.prompts
        return [self.trace.messages[prompts.messages[node]] for node in prompts.path(end)]


def _guess(pieces: Iterable[Piece]) -> Kind | None:
    kinds = (p.kind for p in pieces if not p.exact and p.segment is not None)
    return next((kind for kind in kinds if kind in ("hidden", "media")), None)


class Lanes:
    """All lanes of a trace; lanes of one vocabulary share its counter."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._lanes: dict[LaneKey, Lane] = {}
        self.counters: dict[str, Counter] = {}

    def of(self, call: Call) -> Lane:
        key = LaneKey(call.api, call.model or "", call.provider, call.options)
        if key not in self._lanes:
            self._lanes[key] = self._make(key)
        return self._lanes[key]

    def _make(self, key: LaneKey) -> Lane:
        tokenizer, exactness = choose(key.model, key.provider)
        counter = self.counters.setdefault(tokenizer.key, Counter(tokenizer))
        context = Context(
            api=key.api,
            model=key.model,
            options=key.options,
            count=counter.count,
            exact=exactness == "exact",
            segment=self._segment,
            provider=key.provider,
        )
        template = choose_template(key.api, key.model)
        return Lane(self.trace, key, template, counter, exactness, context)

    def _segment(self, segment: SegmentId) -> Segment:
        return self.trace.segments[segment]
