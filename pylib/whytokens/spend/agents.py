"""Agents: the calls of many agents under one intent, and what the growth of their context costs.

Spec: issue "Spend over time", agents. Each turn sends the conversation once more, so prompts sum to a
square: its share is what each call sent beyond the session's first prompt, priced as it was billed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest

from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.share import Attribution
from whytokens.opened import Opened
from whytokens.protocol import Filter, Sheet, SheetCell, SpendValue
from whytokens.spend.rows import roots_of
from whytokens.spend.stats import divided
from whytokens.spend.tables import Asked, Spend, Table, fact, nusd, permille, sheet, value

LEAST_CALLS = 3
TOP = 200
# The detector whose findings are loops.
LOOPS = "agent-loops"


@dataclass(frozen=True, slots=True)
class Growth:
    """One session: how its prompts grew, and the cost of what was sent again."""

    session: str
    calls: int
    first_tokens: int
    last_tokens: int
    pusd: int
    again_pusd: int

    @property
    def per_turn(self) -> int:
        """Tokens by which a prompt is longer than the one before it."""
        return divided(max(0, self.last_tokens - self.first_tokens), self.calls - 1)


def growths(found: Sequence[Attribution]) -> list[Growth]:
    """Every session of a few calls or more."""
    if isinstance(found, BareAttributions):
        return _bare_growths(found.billed())
    sessions: dict[str, list[Attribution]] = {}
    for one in found:
        if one.method != "unbilled":
            sessions.setdefault(one.call.session, []).append(one)
    return [_growth(key, some) for key, some in sessions.items() if len(some) >= LEAST_CALLS]


def _bare_growths(found: BareAttributions) -> list[Growth]:
    columns, odd = found.columns, dict(found.odd_rows())
    prompt, pusd = columns.prompt, columns.pusd
    made = []
    for key, rows in found.by_session().items():
        if len(rows) < LEAST_CALLS:
            continue
        first = prompt[rows[0]]
        again = (
            _beyond(odd[row], first) if row in odd else found.beyond_pusd(row, first)
            for row in rows
            if prompt[row] > first
        )  # fmt: skip
        cost = sum(map(pusd.__getitem__, rows))
        made.append(Growth(key, len(rows), first, prompt[rows[-1]], cost, sum(again)))
    return made


def _growth(key: str, some: Sequence[Attribution]) -> Growth:
    first = some[0].prompt_tokens
    return Growth(
        key, len(some), first, some[-1].prompt_tokens, sum(one.cost_pusd for one in some),
        sum(_beyond(one, first) for one in some),
    )  # fmt: skip


def _beyond(one: Attribution, tokens: int) -> int:
    """What the prompt's tokens after the first `tokens` cost, each as it was billed."""
    bounds = (*one.starts, one.prompt_tokens)
    total = 0
    for start, end, rate in zip(bounds, bounds[1:], one.rates, strict=False):
        total += max(0, end - max(start, tokens)) * rate
    return total


def agents(spend: Spend, asked: Asked) -> SpendValue:
    opened = spend.opened()
    made = growths(opened.attributions)
    total, again = sum(one.pusd for one in made), sum(one.again_pusd for one in made)
    facts = [
        fact("sessions of 3 calls and more", len(made), "count"),
        fact("cost of context that grew", nusd(again), "nusd", _share(again, total)),
        fact("loops", _loops(opened), "count", "findings of repeated failing tool calls"),
    ]
    notes = (
        []
        if made
        else [f"No session has {LEAST_CALLS} calls or more: no context grows from turn to turn."]
    )
    return value("agents", facts, [_intents(opened), _grown(made)], notes)


def _share(part: int, of: int) -> str:
    share = permille(part, of)
    return (
        ""
        if share is None
        else f"{share // 10}.{share % 10} % of these sessions' cost: it grows with the square of the turns"
    )


def _loops(opened: Opened) -> int:
    return sum(
        one.detector == LOOPS and one.state in ("waste", "advice")
        for one in opened.checked.findings
    )


def _grown(made: Sequence[Growth]) -> Sheet:
    shown = nlargest(TOP, made, key=lambda one: (one.again_pusd, one.session))
    rows: list[list[SheetCell]] = [
        [one.session, one.calls, one.first_tokens, one.last_tokens, one.per_turn, nusd(one.pusd), nusd(one.again_pusd),
         permille(one.again_pusd, one.pusd)]
        for one in shown
    ]  # fmt: skip
    columns = [("session", "text"), ("calls", "count"), ("first prompt", "count"), ("last prompt", "count"),
               ("growth per turn", "count"),
               ("cost", "nusd"), ("cost of growth", "nusd"), ("of the cost", "share")]  # fmt: skip
    return sheet("growth", "Context that grows with every turn", columns, rows,
                 filters=[{"sessions": [one.session]} for one in shown])  # fmt: skip


def _intents(opened: Opened) -> Sheet:
    """Runs whose work was split over several sessions: one intent, many agents."""
    roots = roots_of(opened.trace.sessions)
    parts: dict[str, dict[str, list[Attribution]]] = {}
    for one in opened.attributions if roots else ():
        if one.method != "unbilled":
            key = one.call.session
            parts.setdefault(roots.get(key, key), {}).setdefault(key, []).append(one)
    many = {root: some for root, some in parts.items() if len(some) > 1}
    titles = {one.key: one.title or one.key for one in opened.trace.sessions}
    rows: list[list[SheetCell]] = []
    filters: list[Filter | None] = []
    order = sorted(
        many, key=lambda root: -sum(one.cost_pusd for some in many[root].values() for one in some)
    )
    for root in order[:TOP]:
        every = [one for some in many[root].values() for one in some]
        rows.append(
            [
                1,
                titles.get(root, root),
                len(many[root]),
                len(every),
                nusd(sum(one.cost_pusd for one in every)),
            ]
        )
        filters.append({"runs": [root]})
        for key, some in many[root].items():
            rows.append(
                [2, titles.get(key, key), 1, len(some), nusd(sum(one.cost_pusd for one in some))]
            )
            filters.append({"sessions": [key]})
    columns = [
        ("level", "level"),
        ("intent and its agents", "text"),
        ("agents", "count"),
        ("calls", "count"),
        ("cost", "nusd"),
    ]
    return sheet("intents", "One intent, several agents", columns, rows, filters=filters)


AGENTS = Table("agents", agents)
