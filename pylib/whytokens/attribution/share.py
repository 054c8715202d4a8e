"""Attribution of one call: which pieces of its prompt and reply were billed, and how.

Invariants (property-tested): the spans of a priced or reported call sum to its billed prompt tokens
exactly; spans billed "read" sum to `usage.cache_read`, likewise writes; no span is negative.
Spec: facts "Calibration"; order of billing along the prompt: reads, 1 h writes, 5 m writes, rest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from whytokens.apportion import largest_remainder
from whytokens.attribution.lanes import REPLY_FRAME, Lane
from whytokens.attribution.settle import settle, tokens_of
from whytokens.model import Billed, Call, SegmentId, Usage
from whytokens.prices import Extra, Quote, Unpriced
from whytokens.templates import Piece

Method = Literal["reported", "counted", "unbilled"]
REGIONS: tuple[Billed, ...] = ("read", "write_1h", "write_5m", "input")
# A streamed first line reports as many output tokens at most, before there are any.
PLACEHOLDER_TOKENS, PLACEHOLDER_REPLY_TOKENS = 8, 40
# Usage below a quarter of the visible text is a streamed first line or a log that lost its cache
# counters, not a bill (formats, rules 1 and 4); small prompts are left alone.
IMPLAUSIBLE_SHARE, IMPLAUSIBLE_TOKENS = 4, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece at its position in one call. `segment` None = overhead, named by `cause`."""

    segment: SegmentId | None
    cause: str
    position: int
    tokens: int
    exact: bool
    billed: Billed
    pusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """How one call's tokens are shared out.

    `front`, `pieces` and `tail` as in `settle.Settled`.
    """

    call: Call
    lane: Lane
    quote: Quote | Unpriced
    method: Method
    usage: Usage
    prompt_tokens: int
    estimate_tokens: int
    front: tuple[Piece, ...]
    pieces: tuple[Piece, ...] | None
    tail: tuple[Piece, ...]
    reply: tuple[Piece, ...]
    output_counted: bool
    problem: str | None

    @property
    def front_tokens(self) -> int:
        return tokens_of(self.front)

    @property
    def output_tokens(self) -> int:
        reply = self.reply
        return reply[0].tokens if len(reply) == 1 else sum(piece.tokens for piece in reply)

    @property
    def starts(self) -> tuple[int, int, int, int]:
        """Where each of REGIONS begins; empty ones share their start with the next."""
        read = self.usage.cache_read or 0
        hour = read + (self.usage.cache_write_1h or 0)
        return (0, read, hour, hour + (self.usage.cache_write_5m or 0))

    @property
    def rates(self) -> tuple[int, int, int, int]:
        """Picodollars per token of each of REGIONS; zeros when unpriced."""
        quote = self.quote
        if isinstance(quote, Unpriced):
            return (0, 0, 0, 0)
        return (
            quote.cache_read_pusd,
            quote.cache_write_1h_pusd,
            quote.cache_write_5m_pusd,
            quote.input_pusd,
        )

    @property
    def output_rate_pusd(self) -> int:
        return 0 if isinstance(self.quote, Unpriced) else self.quote.output_pusd

    @property
    def fees_pusd(self) -> int:
        return 0 if isinstance(self.quote, Unpriced) else self.quote.fees_pusd

    @property
    def extras(self) -> tuple[Extra, ...]:
        """What the call costs beside its tokens, by name; sums to `fees_pusd`."""
        return () if isinstance(self.quote, Unpriced) else self.quote.beside

    @property
    def cost_pusd(self) -> int:
        """The call's price: its disjoint buckets at their rates, its output and its fees."""
        quote, usage = self.quote, self.usage
        if isinstance(quote, Unpriced):
            return 0
        read, hour, five = (
            usage.cache_read or 0,
            usage.cache_write_1h or 0,
            usage.cache_write_5m or 0,
        )
        return (
            read * quote.cache_read_pusd
            + hour * quote.cache_write_1h_pusd
            + five * quote.cache_write_5m_pusd
            + (self.prompt_tokens - read - hour - five) * quote.input_pusd
            + self.output_tokens * quote.output_pusd
            + quote.fees_pusd
        )

    def prompt_pieces(self) -> Iterator[Piece]:
        """Every piece of the prompt in order. Cost: the length of the prompt."""
        if self.pieces is not None:
            yield from self.pieces
            return
        yield from self.front
        node, end = self.call.prompt, self.lane.head_end(self.call.prompt)
        yield from self.lane.head(end)
        for step in self.lane.trace.prompts.path(node):
            if step > end:
                yield from self.lane.turn(step)
        yield from self.tail

    def spans(self) -> Iterator[Span]:
        """The prompt's spans, then the reply's (billed "output")."""
        position = 0
        for piece in self.prompt_pieces():
            yield from self.split(piece, position)
            position += piece.tokens
        for piece in self.reply:
            yield _span(piece, position, piece.tokens, "output", self.output_rate_pusd)
            position += piece.tokens

    def split(self, piece: Piece, position: int) -> Iterator[Span]:
        """One piece as spans, cut where the way of billing changes. Empty pieces give none."""
        starts, end = self.starts, position + piece.tokens
        while position < end:
            region = bisect_right(starts, position) - 1
            upto = min(end, starts[region + 1]) if region + 1 < len(starts) else end
            rate = self.rates[region]
            yield _span(piece, position, upto - position, REGIONS[region], rate)
            position = upto


def _span(piece: Piece, position: int, tokens: int, billed: Billed, rate_pusd: int) -> Span:
    return Span(
        segment=piece.segment,
        cause=piece.cause,
        position=position,
        tokens=tokens,
        exact=piece.exact,
        billed=billed,
        pusd=tokens * rate_pusd,
    )


def attribute(
    call: Call, lane: Lane, quote: Quote | Unpriced, carried_tokens: int = 0
) -> Attribution:
    """Share out one call's tokens. Failed calls without usage are not billed.

    `carried_tokens` is what the session's call before was billed beyond its count: where nothing is
    reported it is expected again, as an estimate.
    """
    end = lane.head_end(call.prompt)
    frame = lane.frame(end)
    estimate = (lane.upto(call.prompt) + tokens_of(frame)) // call.options.shared_by
    usage, problem = call.usage or Usage(), _problem(call, estimate)
    reported = usage.prompt if problem is None else None
    if reported is None:
        usage = Usage(output=usage.output, reasoning=usage.reasoning, fees=usage.fees)
    unbilled = reported is None and call.error is not None and not call.reply
    prompt_tokens = estimate + carried_tokens if reported is None else reported
    prompt_tokens = 0 if unbilled else prompt_tokens
    settled = settle(call, lane, frame, usage, prompt_tokens)
    sure = reported is not None
    reply, counted = ((), False) if unbilled else _reply(call, lane, usage)
    return Attribution(
        call=call,
        lane=lane,
        quote=quote,
        method="unbilled" if unbilled else "counted" if reported is None else "reported",
        usage=usage,
        prompt_tokens=prompt_tokens,
        estimate_tokens=estimate,
        front=tuple(p if p.exact == sure else p._replace(exact=sure) for p in settled.front),
        pieces=() if unbilled else settled.pieces,
        tail=settled.tail,
        reply=reply,
        output_counted=counted,
        problem=problem,
    )


def _problem(call: Call, estimate: int) -> str | None:
    """Why the reported prompt tokens cannot be a bill, in a sentence; None when they can."""
    if call.usage is None:
        return None
    reported = call.usage.prompt
    if call.usage.refused or reported is None:
        return call.usage.refused
    if estimate > IMPLAUSIBLE_TOKENS and reported * IMPLAUSIBLE_SHARE < estimate:
        return f"reports {reported:,} prompt tokens; its text counts to {estimate:,}"
    return None


def _is_placeholder(reported: int, counted: int) -> bool:
    return reported <= PLACEHOLDER_TOKENS and counted >= PLACEHOLDER_REPLY_TOKENS


HIDDEN_REASONING, NO_REPLY = "hidden reasoning", "reply not in this file"


def _reply(call: Call, lane: Lane, usage: Usage) -> tuple[tuple[Piece, ...], bool]:
    """The reply's pieces, summing to the reported output; True when they are our own count."""
    pieces = lane.reply(call.reply)
    counted = tokens_of(pieces)
    if usage.output is None or _is_placeholder(usage.output, counted):
        return (*pieces, *lane.around_reply(call.reply)), bool(pieces)
    if counted > usage.output:
        shares = largest_remainder([piece.tokens for piece in pieces], usage.output)
        rescaled = zip(pieces, shares, strict=True)
        return tuple(piece._replace(tokens=share, exact=False) for piece, share in rescaled), False
    rest = usage.output - counted
    if not rest:
        return tuple(pieces), False
    seen = tokens_of(
        piece
        for piece in pieces
        if piece.segment is not None and lane.trace.segments[piece.segment].category == "thinking"
    )
    hidden = unseen(rest, (usage.reasoning or 0) - seen, bool(pieces))
    found = (Piece(None, tokens, "hidden", True, cause) for cause, tokens in hidden)
    return (*pieces, *found), False


def unseen(rest: int, reasoning: int, text: bool) -> Iterator[tuple[str, int]]:
    """Billed output without text, by what it is called: as much as was thought unseen, then what stands
    around a text, or the reply where no text is."""
    thought = max(0, min(rest, reasoning))
    if thought:
        yield HIDDEN_REASONING, thought
    if rest > thought:
        yield REPLY_FRAME if text else NO_REPLY, rest - thought
