"""Answers that ran into `max_tokens` and were asked for again from the start.

Spec: facts, 4.2 (d) "max_tokens stops" - a kind of retry.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.retries import CUT_OFF, repeated
from whytokens.waste import Drop, Fix, Waste
from whytokens.waste.priced import Priced

FIX = Fix(
    text="Raise the limit for these requests, or continue from the part that came.",
    snippet="max_tokens=8192  # a limit is not a price: only what is written is billed",
    language="python",
    risk="Answers may become longer where nothing else limits them.",
)


class CutOffAnswers:
    key = "cut-off-answers"
    looks_for = "answers cut off by a limit and asked for again"

    def find(self, priced: Priced) -> Iterator[Waste]:
        found = [(one, again) for one, again in repeated(priced) if one.call.stop_reason in CUT_OFF]
        if found:
            yield Waste(
                title=f"Give {len(found):,} answer{'s' if len(found) != 1 else ''} room to finish",
                why="Each stopped at the token limit and was asked for again with the same prompt.",
                change=Drop(frozenset(one.call.id for one, _ in found)),
                evidence=tuple(
                    priced.call_evidence(one, f"asked again as call {again.call.id + 1:,}")
                    for one, again in found
                ),
                fix=FIX,
                certainty="measured",
                confidence="high",
                assumptions=("With a higher limit the first answer is the later one.",),
            )


CUT_OFF_ANSWERS = CutOffAnswers()
