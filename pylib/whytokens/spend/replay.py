"""Calls as they would be: each priced anew by its own terms, untouched ones exactly as billed.

Spec: issue "Spend over time", what-if: "re-priced by replay, never by rules of thumb". Nothing changed is the
exact bill; a change of tokens moves prompt-size steps too, a change of model takes its own rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import is_not

from whytokens.apportion import largest_remainder
from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.bill import cut
from whytokens.attribution.share import Attribution
from whytokens.attribution.tally import tally
from whytokens.cache import Bill
from whytokens.model import Call, SegmentId, Usage
from whytokens.opened import Opened
from whytokens.prices import Extra, Quote, Unpriced
from whytokens.prices.engine import Book
from whytokens.prices.terms import cost_pusd, quote_for
from whytokens.templates import Piece
from whytokens.waste.pricing import billed

# The frame of calls that would write summaries, in the differential flame graph.
SUMMARIES = "calls that write summaries"


@dataclass(slots=True)
class Changed:
    """One call. `bill` None: it is not made. `gone` are segments no longer sent, `summary` tokens that stand
    for them, `beside_pusd` what other calls it needs cost."""

    one: Attribution
    call: Call
    bill: Bill | None
    output: int
    touched: bool = False
    gone: frozenset[SegmentId] = frozenset()
    summary: int = 0
    beside_pusd: int = 0
    _priced: tuple[object, ...] = ()
    _pusd: int = 0

    def cost(self, book: Book) -> int:
        """Picodollars; calls without a price are nothing, before and after."""
        if self.bill is None:
            return 0
        if not self.touched:
            return self.one.cost_pusd
        now = (book, self.call, self.bill, self.output, self.beside_pusd)
        if len(self._priced) != len(now) or any(map(is_not, self._priced, now)):
            self._priced, self._pusd = now, self._anew(book)
        return self._pusd

    def _anew(self, book: Book) -> int:
        """Priced by its terms; asked again only after another change."""
        found = self.quote(book)
        if found is None:
            return self.one.cost_pusd
        return cost_pusd(found, self.usage()) + self.beside_pusd

    def quote(self, book: Book) -> Quote | None:
        """The rates: its own for other tokens, or those of other terms, in the measure of what the provider
        charged where it stays with its model."""
        mine = self.one.quote
        if not isinstance(mine, Quote):
            return None
        if self.call is self.one.call:
            return mine.for_usage(self.usage())
        terms = book.terms(self.call)
        if isinstance(terms, Unpriced):
            return None
        found = quote_for(terms, self.usage())
        stays = (self.call.model, self.call.provider) == (
            self.one.call.model,
            self.one.call.provider,
        )
        charged, ours = mine.reported_pusd, mine.ours_pusd
        return (
            cut(found, (charged, ours)) if stays and charged and ours and charged < ours else found
        )

    def usage(self) -> Usage:
        bill = self.bill or Bill(0)
        said = self.one.call.usage or Usage()
        return Usage(
            input=bill.fresh, cache_read=bill.read, cache_write_5m=bill.write_5m, cache_write_1h=bill.write_1h,
            output=self.output, reasoning=min(said.reasoning or 0, self.output), fees=said.fees,
            detail=said.detail if bill.tokens == self.one.prompt_tokens else {}, prompt_size=said.prompt_size,
        )  # fmt: skip

    def rebill(self, bill: Bill | None) -> None:
        if bill != self.bill:
            self.bill, self.touched = bill, True


def unchanged(found: Iterable[Attribution]) -> list[Changed]:
    """Every billed call as it was."""
    return [
        Changed(one, one.call, billed(one), one.output_tokens)
        for one in (found.objects() if isinstance(found, BareAttributions) else found)
        if one.method != "unbilled"
    ]


def total(made: Iterable[Changed], book: Book) -> int:
    return sum(one.cost(book) for one in made)


def as_opened(opened: Opened, made: Sequence[Changed], book: Book) -> Opened:
    """The trace as it would be, for layouts: to compare with the one that is."""
    found = tuple(_attribution(one, book) for one in made if one.bill is not None)
    return replace(opened, attributions=found, tallies=tally(found))


def _attribution(changed: Changed, book: Book) -> Attribution:
    one = changed.one
    if not changed.touched or changed.bill is None:
        return one
    usage, quote = changed.usage(), _with_beside(changed.quote(book), changed.beside_pusd)
    pieces = one.pieces
    if changed.gone or changed.bill.tokens != one.prompt_tokens:
        kept = [piece for piece in one.prompt_pieces() if piece.segment not in changed.gone]
        if changed.summary:
            kept.append(
                Piece(None, changed.summary, "hidden", False, "summary of what went before")
            )
        pieces = tuple(_sized(kept, changed.bill.tokens))
    return replace(
        one, call=changed.call, quote=quote or one.quote, usage=usage, prompt_tokens=changed.bill.tokens,
        pieces=pieces, reply=tuple(_sized(list(one.reply), changed.output)),
    )  # fmt: skip


def _with_beside(quote: Quote | None, pusd: int) -> Quote | None:
    """The rates, with what the calls cost that this one needs: a frame of its own."""
    if quote is None or not pusd:
        return quote
    extras = (*quote.beside, Extra(name=SUMMARIES, pusd=pusd))
    return replace(quote, fees_pusd=quote.fees_pusd + pusd, extras=extras)


def _sized(pieces: Sequence[Piece], tokens: int) -> list[Piece]:
    """Pieces that sum to `tokens`, each by its share."""
    sizes = [piece.tokens for piece in pieces]
    if sum(sizes) == tokens:
        return list(pieces)
    if not sum(sizes):
        return [Piece(None, tokens, "hidden", False, "no text in this file")] if tokens else []
    return [
        piece._replace(tokens=size, exact=False)
        for piece, size in zip(pieces, largest_remainder(sizes, tokens), strict=True)
    ]
