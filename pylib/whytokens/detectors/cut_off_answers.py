"""Answers that ran into `max_tokens` and were asked for again from the start.

Spec: facts, 4.2 (d) "max_tokens stops" - a kind of retry.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.retries import CUT_OFF, earlier_gone, repeated
from whytokens.waste import Fix, Waste
from whytokens.waste.priced import Priced, some

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
            yield earlier_gone(
                priced,
                found,
                title=f"Give {some(len(found), 'answer')} room to finish",
                why="Each stopped at the token limit and was asked for again with the same prompt.",
                fix=FIX,
                assumption="With a higher limit the first answer is the later one.",
            )


CUT_OFF_ANSWERS = CutOffAnswers()
