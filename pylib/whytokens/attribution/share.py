"""Attribution of one call: which pieces of its prompt and reply were billed, and how.

Invariants (property-tested): the spans of a priced or reported call sum to its billed prompt tokens
exactly; spans billed "read" sum to `usage.cache_read`, likewise writes; no span is negative.
Spec: facts "Calibration"; order of billing along the prompt: reads, 1 h writes, 5 m writes, rest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from whytokens.attribution.apportion import largest_remainder
from whytokens.attribution.lanes import Lane
from whytokens.model import Billed, Call, SegmentId, Usage
from whytokens.prices import Quote, Unpriced
from whytokens.templates import Piece

Method = Literal["reported", "counted", "unbilled"]
REGIONS: tuple[Billed, ...] = ("read", "write_1h", "write_5m", "input")
# An over-count up to this is rounding of frames, taken from the frames first (facts, section 5).
TRIM_TOKENS, TRIM_SHARE = 4, 0.01
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

    `front` are hidden tokens before the visible prompt. `pieces` is None while the lane's rendering
    holds as it stands; otherwise the whole prompt's pieces after trimming or rescaling.
    """

    call: Call
    lane: Lane
    quote: Quote | Unpriced
    method: Method
    usage: Usage
    prompt_tokens: int
    estimate_tokens: int
    front: Piece | None
    pieces: tuple[Piece, ...] | None
    tail: tuple[Piece, ...]
    reply: tuple[Piece, ...]
    output_counted: bool
    problem: str | None

    @property
    def output_tokens(self) -> int:
        return sum(piece.tokens for piece in self.reply)

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
    def cost_pusd(self) -> int:
        """The call's price: its disjoint buckets at their rates, its output and its fees."""
        bounds = (*self.starts, self.prompt_tokens)
        sizes = [after - before for before, after in pairwise(bounds)]
        prompt = sum(size * rate for size, rate in zip(sizes, self.rates, strict=True))
        return prompt + self.output_tokens * self.output_rate_pusd + self.fees_pusd

    def prompt_pieces(self) -> Iterator[Piece]:
        """Every piece of the prompt in order. Cost: the length of the prompt."""
        if self.pieces is not None:
            yield from self.pieces
            return
        if self.front:
            yield self.front
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


def attribute(call: Call, lane: Lane, quote: Quote | Unpriced) -> Attribution:
    """Share out one call's tokens. Failed calls without usage are not billed."""
    end = lane.head_end(call.prompt)
    frame = lane.frame(end)
    estimate = lane.upto(call.prompt) + _tokens(frame)
    usage, problem = call.usage or Usage(), _problem(call, estimate)
    reported = usage.prompt if problem is None else None
    if reported is None:
        usage = Usage(output=usage.output, reasoning=usage.reasoning, fees=usage.fees)
    unbilled = reported is None and call.error is not None and not call.reply
    prompt_tokens = 0 if unbilled else estimate if reported is None else reported
    front, pieces, tail = _settle(call, lane, frame, prompt_tokens - estimate)
    reply, counted = ((), False) if unbilled else _reply(call, lane, usage)
    return Attribution(
        call=call,
        lane=lane,
        quote=quote,
        method="unbilled" if unbilled else "counted" if reported is None else "reported",
        usage=usage,
        prompt_tokens=prompt_tokens,
        estimate_tokens=estimate,
        front=front,
        pieces=() if unbilled else pieces,
        tail=tail,
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


def _settle(
    call: Call, lane: Lane, frame: tuple[Piece, ...], residual: int
) -> tuple[Piece | None, tuple[Piece, ...] | None, tuple[Piece, ...]]:
    """Front overhead, rewritten pieces (None = as rendered) and tail so that the bill is met."""
    if residual >= 0:
        return _front(call, residual), None, frame
    if -residual <= _tokens(frame):
        return None, None, _trim(frame, -residual)
    end = lane.head_end(call.prompt)
    pieces = list(lane.head(end))
    for step in lane.trace.prompts.path(call.prompt):
        if step > end:
            pieces += lane.turn(step)
    pieces += frame
    target = _tokens(pieces) + residual
    if -residual <= max(TRIM_TOKENS, target * TRIM_SHARE):
        return None, _trim(tuple(pieces), -residual), ()
    return None, _rescale(pieces, target), ()


def _front(call: Call, tokens: int) -> Piece | None:
    if not tokens:
        return None
    if call.hidden:
        return Piece(None, tokens, "hidden", True, f"not in this file ({call.hidden})")
    if call.options.hosted:
        return Piece(
            None, tokens, "hidden", True, f"hosted tools ({', '.join(call.options.hosted)})"
        )
    if call.options.server_state:
        return Piece(None, tokens, "hidden", True, "kept on the server")
    return Piece(None, tokens, "hidden", True, "unexplained")


def _trim(pieces: tuple[Piece, ...], tokens: int) -> tuple[Piece, ...]:
    """Take `tokens` away, from fixed pieces first, then from the largest."""
    out = list(pieces)
    for i in sorted(range(len(out)), key=lambda i: (out[i].kind != "fixed", -out[i].tokens, i)):
        taken = min(tokens, out[i].tokens)
        out[i] = out[i]._replace(tokens=out[i].tokens - taken)
        tokens -= taken
        if not tokens:
            break
    return tuple(out)


def _rescale(pieces: list[Piece], target: int) -> tuple[Piece, ...]:
    """Shrink text to the bill, keep fixed and media pieces; all of them if those alone exceed it."""
    kept = sum(piece.tokens for piece in pieces if piece.kind != "text")
    every = kept >= target
    weights = [piece.tokens if every or piece.kind == "text" else 0 for piece in pieces]
    shares = largest_remainder(weights, target if every else target - kept)
    return tuple(
        piece._replace(tokens=share, exact=False) if every or piece.kind == "text" else piece
        for piece, share in zip(pieces, shares, strict=True)
    )


def _reply(call: Call, lane: Lane, usage: Usage) -> tuple[tuple[Piece, ...], bool]:
    """The reply's pieces, summing to the reported output; True when they are our own count."""
    pieces = lane.reply(call.reply)
    counted = _tokens(pieces)
    if usage.output is None:
        return tuple(pieces), bool(pieces)
    if counted > usage.output:
        shares = largest_remainder([piece.tokens for piece in pieces], usage.output)
        rescaled = zip(pieces, shares, strict=True)
        return tuple(piece._replace(tokens=share, exact=False) for piece, share in rescaled), False
    rest = usage.output - counted
    if not rest:
        return tuple(pieces), False
    cause = "hidden reasoning" if usage.reasoning else "reply not in this file"
    if pieces and not usage.reasoning:
        cause = "reply frame"
    return (*pieces, Piece(None, rest, "hidden", True, cause)), False


def _tokens(pieces: Iterable[Piece]) -> int:
    return sum(piece.tokens for piece in pieces)
