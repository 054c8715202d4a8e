"""The same text twice in one prompt, outside of tool results: instructions, documents, context.

Spec: facts, 4.2 (a), E1.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.copies import copies
from whytokens.waste import Fix, Remove, Waste
from whytokens.waste.priced import Priced

FIX = Fix(
    text="Send this text once, near the start of the prompt, and refer to it afterwards.",
    snippet="if text not in sent:\n    parts.append(text)\n    sent.add(text)",
    language="python",
    risk="Some prompts repeat an instruction on purpose; keep the copy nearest to the end if quality drops.",
)
# What a model said is history, not a copy someone pasted.
SKIPPED = ("tool_result", "assistant", "thinking", "tool_call", "media")


class Duplicates:
    key = "duplicates"
    looks_for = "text that stands twice in a prompt"

    def find(self, priced: Priced) -> Iterator[Waste]:
        found = [c for c in copies(priced) if c.again.segment.category not in SKIPPED]
        if found:
            yield Waste(
                title=f"Send {len(found):,} repeated text{'s' if len(found) != 1 else ''} once",
                why="Each stands in the same prompt already, word for word.",
                change=Remove(tuple(priced.claim(one.again) for one in found)),
                evidence=tuple(
                    priced.evidence(
                        one.again,
                        one.history,
                        f"first in call {one.history.calls[one.first.turn].call.id + 1:,}",
                    )
                    for one in found
                ),
                fix=FIX,
                confidence="high",
                assumptions=("The first copy stays; later ones are not sent.",),
            )


DUPLICATES = Duplicates()
