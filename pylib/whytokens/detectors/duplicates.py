"""The same text twice in one prompt, outside of tool results: instructions, documents, context.

Spec: facts, 4.2 (a), E1.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.copies import copies
from whytokens.waste import Fix, Waste
from whytokens.waste.priced import Found, Priced, some

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
        found = Found()
        for one in copies(priced):
            if one.again.segment.category not in SKIPPED:
                found.add(priced, one.history, one.again, one.note)
        if found:
            yield Waste(
                title=f"Send {some(len(found), 'repeated text')} once",
                why="Each stands in the same prompt already, word for word.",
                change=found.change,
                evidence=tuple(found.evidence),
                fix=FIX,
                confidence="high",
                assumptions=("The first copy stays; later ones are not sent.",),
            )


DUPLICATES = Duplicates()
