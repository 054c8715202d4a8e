"""Sums over bare calls by columns: the same tallies that `tally` makes of their attributions (property-tested).

A plain call's prompt is what no text explains, then what the provider adds; billed as reads, writes and fresh
tokens from its start. Lines of one kind and quote are summed at once, unless the provider's charge or the end
of the cached part sets one apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from whytokens.attribution.bare import LESS, LUMP, MORE, SAME, BareAttributions, rates_of
from whytokens.attribution.bill import ABOVE, ROUNDING
from whytokens.attribution.bill import LUMP as LUMP_CAUSE
from whytokens.attribution.share import HIDDEN_REASONING, NO_REPLY, unseen
from whytokens.attribution.tally import Tallies, Tally, tally
from whytokens.model import CallId
from whytokens.prices import Quote, Unpriced
from whytokens.templates import Piece

Four = tuple[int, int, int, int]


def bare_tallies(found: BareAttributions) -> Tallies:
    """Sum them all."""
    made = tally(one for _, one in found.odd_rows())
    for (kind, quote), rows in found.groups().items():
        _Group(found, kind, found.quotes[quote], made).add(rows)
    return made


class _Group:
    """Lines of one kind and quote."""

    def __init__(
        self, found: BareAttributions, kind: int, quote: Quote | Unpriced, made: Tallies
    ) -> None:
        self.found, self.made = found, made
        frame = found.frame(kind)
        self.cause, self.fixed, self.fixed_tokens = frame.cause, frame.fixed, frame.fixed_tokens
        self.rates, self.output_rate = rates_of(quote)

    def add(self, rows: Sequence[int]) -> None:
        columns, fixed = self.found.columns, self.fixed_tokens
        easy, apart = list[int](), list[int]()
        for row in rows:
            fits = columns.charge[row] <= SAME and self._fresh(row) >= fixed
            (easy if fits else apart).append(row)
        self._easy(easy)
        for row in apart:
            self._apart(row, self._fresh(row))
        self._callers(rows)

    def _fresh(self, row: int) -> int:
        columns = self.found.columns
        return (
            columns.prompt[row] - columns.read[row] - columns.write_5m[row] - columns.write_1h[row]
        )

    def _easy(self, rows: Sequence[int]) -> None:
        """Lines whose fixed part is fresh and whose rates are those of the group."""
        columns, n = self.found.columns, len(rows)
        if not rows:
            return
        read, hour, five = (
            _sum(column, rows) for column in (columns.read, columns.write_1h, columns.write_5m)
        )
        fresh = _sum(columns.prompt, rows) - read - hour - five - n * self.fixed_tokens
        self._front((read, hour, five, fresh), self.rates)
        for piece in self.fixed:
            tokens = n * piece.tokens
            self.made.of(piece).add(tokens, 0, tokens * self.rates[3], piece.exact)
        thought = sum(min(columns.reasoning[row], columns.output[row]) for row in rows)
        for cause, tokens in unseen(_sum(columns.output, rows), thought, text=False):
            self._reply(cause).add(tokens, 0, tokens * self.output_rate, True)

    def _apart(self, row: int, fresh: int) -> None:
        """One line: its own rates, or a fixed part that is not all fresh."""
        columns = self.found.columns
        charge, rates, output_rate = columns.charge[row], self.rates, self.output_rate
        if charge == LESS:
            part, whole = columns.pusd[row], columns.ours[row]
            rates = tuple(rate * part // whole for rate in rates)  # type: ignore[assignment]
            output_rate = output_rate * part // whole
        left = [columns.read[row], columns.write_1h[row], columns.write_5m[row], fresh]
        pusd = sum(tokens * rate for tokens, rate in zip(left, rates, strict=True))
        pusd += columns.output[row] * output_rate
        for piece in reversed(self.fixed):
            taken = _taken(left, piece.tokens)
            cost = sum(tokens * rate for tokens, rate in zip(taken, rates, strict=True))
            self.made.of(piece).add(piece.tokens, taken[0], cost, piece.exact)
        self._front(tuple(left), rates)  # type: ignore[arg-type]
        for cause, tokens in unseen(columns.output[row], columns.reasoning[row], text=False):
            self._reply(cause).add(tokens, 0, tokens * output_rate, True)
        self._beside(row, charge, columns.pusd[row] - pusd)

    def _beside(self, row: int, charge: int, pusd: int) -> None:
        """What the provider charged beyond the tokens at their rates."""
        name = {MORE: ABOVE, LESS: ROUNDING, LUMP: LUMP_CAUSE}.get(charge)
        if name and pusd:
            self._reply(name).add(0, 0, pusd, True)
            call = CallId(self.found.columns.at[row])
            self.made.callers.setdefault(("reply", name), set()).add(call)

    def _front(self, tokens: Four, rates: Four) -> None:
        if any(tokens):
            cost = sum(count * rate for count, rate in zip(tokens, rates, strict=True))
            self.made.of(Piece(None, 1, "hidden", True, self.cause)).add(
                sum(tokens), tokens[0], cost, True
            )

    def _reply(self, cause: str) -> Tally:
        return self.made.of(Piece(None, 1, "hidden", True, cause), True)

    def _callers(self, rows: Sequence[int]) -> None:
        at, prompt, fixed = self.found.columns.at, self.found.columns.prompt, self.fixed_tokens
        callers = self.made.callers
        with_front = [CallId(at[row]) for row in rows if prompt[row] > fixed]
        if with_front:
            callers.setdefault(("prompt", self.cause), set()).update(with_front)
        for piece in self.fixed:
            callers.setdefault(("prompt", piece.cause), set()).update(
                CallId(at[row]) for row in rows
            )
        output, thought = self.found.columns.output, self.found.columns.reasoning
        for cause, some in (
            (HIDDEN_REASONING, [row for row in rows if thought[row] and output[row]]),
            (NO_REPLY, [row for row in rows if output[row] > thought[row]]),
        ):
            if some:
                callers.setdefault(("reply", cause), set()).update(CallId(at[row]) for row in some)


def _taken(left: list[int], tokens: int) -> Four:
    """`tokens` from the end of a prompt's four parts, which are that much shorter then."""
    taken = [0, 0, 0, 0]
    for part in (3, 2, 1, 0):
        taken[part] = min(left[part], tokens)
        left[part] -= taken[part]
        tokens -= taken[part]
    return (taken[0], taken[1], taken[2], taken[3])


def _sum(column: Sequence[int], rows: Iterable[int]) -> int:
    return sum(map(column.__getitem__, rows))
