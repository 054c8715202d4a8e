"""The trace as it would be with every counted change made: what "show it fixed" draws beside the bill.

Each call's spans sum to its bill after the changes; a call that need not be made is not billed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whytokens.attribution.share import Attribution
from whytokens.attribution.tally import tally
from whytokens.cache import Bill
from whytokens.model import SegmentId, Usage
from whytokens.money import dollars
from whytokens.opened import Opened
from whytokens.prices import Extra, Quote
from whytokens.templates import Piece
from whytokens.waste.telescope import Telescope

# A difference below a hundredth is rounding.
SAME_SHARE = 100


def fixed(opened: Opened) -> Opened:
    """The same trace, its attributions after the changes of `opened.checked`."""
    telescope = opened.checked.telescope
    found = tuple(_after(one, telescope) for one in opened.attributions)
    trace = replace(opened.trace, name="without the waste")
    return replace(opened, trace=trace, attributions=found, tallies=tally(found))


def headline(opened: Opened) -> str:
    """Why the sum of findings is less than what the replay takes off, where it is."""
    counted, telescope = opened.checked.reclaimable_pusd, opened.checked.telescope
    replayed = telescope.billed_pusd - telescope.pusd
    if replayed - counted <= replayed // SAME_SHARE:
        return ""
    return (
        f"{dollars(counted // 1000)} of this is counted as avoidable. The rest is what clearing texts costs "
        "once, and cache reads beyond those that this log shows one can rely on."
    )


def _after(one: Attribution, telescope: Telescope) -> Attribution:
    if one.method == "unbilled":
        return one
    bill = telescope.final(one)
    if bill is None:
        return replace(
            one, method="unbilled", prompt_tokens=0, front=(), pieces=(), tail=(), reply=()
        )
    quote = one.quote
    if isinstance(quote, Quote):
        quote = _with_storage(telescope.pricer.rates(one, bill.tokens), one, bill, telescope)
    return replace(
        one,
        quote=quote,
        usage=_usage(one.usage, bill),
        prompt_tokens=bill.tokens,
        front=(),
        pieces=tuple(_pieces(one, telescope, bill.tokens)),
        tail=(),
    )


def _with_storage(quote: Quote, one: Attribution, bill: Bill, telescope: Telescope) -> Quote:
    """What a stored prefix costs beside its tokens."""
    more = bill.stored * telescope.pricer.storing_pusd(one)
    if not more:
        return quote
    extras = (*quote.beside, Extra(name="cache storage", pusd=more))
    return replace(quote, fees_pusd=quote.fees_pusd + more, extras=extras)


def _usage(usage: Usage, bill: Bill) -> Usage:
    return replace(
        usage,
        input=bill.fresh,
        cache_read=bill.read,
        cache_write_1h=bill.write_1h,
        cache_write_5m=bill.write_5m,
    )


def _pieces(one: Attribution, telescope: Telescope, target: int) -> Iterator[Piece]:
    """The prompt's pieces less what is claimed, brought to the bill's tokens exactly."""
    pieces = list(one.prompt_pieces())
    excess = sum(piece.tokens for piece in pieces) - target
    claimed: dict[SegmentId, int] = telescope.claims.taken(one)
    for number, piece in enumerate(pieces):
        if piece.segment is not None and claimed.get(piece.segment) and excess > 0:
            cut = min(piece.tokens, claimed[piece.segment], excess)
            claimed[piece.segment] -= cut
            excess -= cut
            pieces[number] = piece._replace(tokens=piece.tokens - cut)
    for number in sorted(range(len(pieces)), key=lambda n: (-pieces[n].tokens, n)):
        if not excess:
            break
        cut = min(pieces[number].tokens, excess)
        excess -= cut
        pieces[number] = pieces[number]._replace(tokens=pieces[number].tokens - cut)
    yield from pieces
