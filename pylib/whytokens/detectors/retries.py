"""Calls made again with the same prompt, where the earlier try was paid for and thrown away.

Spec: facts, 4.2 (d) "retries": same prompt within 10 minutes, earlier one failed, cut off or identical.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from whytokens.attribution.share import Attribution
from whytokens.model import NodeId
from whytokens.waste import Drop, Fix, Waste
from whytokens.waste.priced import Priced, some

WINDOW = timedelta(minutes=10)
CUT_OFF = ("max_tokens", "length", "MAX_TOKENS")

FIX = Fix(
    text="Retry only what failed before it was billed, wait longer between tries, and keep answers.",
    snippet="client = Client(max_retries=2, timeout=600)  # a timeout below the answer's time pays twice",
    language="python",
    risk="None: the answer that was kept is the later one.",
)


class Retries:
    key = "retries"
    looks_for = "calls that were paid for and made again"

    def find(self, priced: Priced) -> Iterator[Waste]:
        found = [
            (one, again)
            for one, again in repeated(priced)
            if one.call.stop_reason not in CUT_OFF and (one.call.error or _same_reply(one, again))
        ]
        if found:
            yield earlier_gone(
                priced,
                found,
                title=f"Do not pay twice for {some(len(found), 'call')}",
                why="The same prompt was sent again within ten minutes, after an error or for the same answer.",
                fix=FIX,
                assumption="The earlier try is not made; the later one stays as it is.",
            )


def earlier_gone(
    priced: Priced,
    pairs: Sequence[tuple[Attribution, Attribution]],
    *,
    title: str,
    why: str,
    fix: Fix,
    assumption: str,
) -> Waste:
    """Of calls made again the earlier ones, as waste that follows from the bill alone."""
    return Waste(
        title=title,
        why=why,
        change=Drop(frozenset(one.call.id for one, _ in pairs)),
        evidence=tuple(
            priced.call_evidence(one, f"sent again as call {again.call.id + 1:,}")
            for one, again in pairs
        ),
        fix=fix,
        certainty="measured",
        confidence="high",
        assumptions=(assumption,),
    )


def repeated(priced: Priced) -> Iterator[tuple[Attribution, Attribution]]:
    """Calls and the next one with the same prompt, model and options in the window."""
    last: dict[tuple[NodeId, str | None, object], Attribution] = {}
    for one in priced.told:
        call = one.call
        key = (call.prompt, call.model, call.options)
        before = last.get(key)
        if before is not None and call.prompt and _follows(before, one):
            yield before, one
        last[key] = one


def _follows(before: Attribution, after: Attribution) -> bool:
    """Sent again, and not at the same time: what overlaps is a copy of the record, or was asked twice
    on purpose."""
    a, b, took = before.call.started, after.call.started, before.call.duration_ms
    if a is None or b is None or b - a > WINDOW:
        return False
    return b - a >= timedelta(milliseconds=took) if took is not None else b > a


def _same_reply(one: Attribution, again: Attribution) -> bool:
    return bool(one.call.reply) and one.call.reply == again.call.reply


RETRIES = Retries()
