"""Calls that nobody seems to wait for, which batch processing would halve.

Spec: facts, 4.2 (d) "batch/flex". Advice only: whether latency matters is the user's to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.waste import Batch, Fix, Waste
from whytokens.waste.priced import Priced

MIN_CALLS = 20
BATCHED = ("batch", "flex")
FIX = Fix(
    text="If nobody waits for these answers, send them as a batch. Spend, What if, Batch shows it for all calls.",
    snippet="client.messages.batches.create(requests=[...])  # OpenAI: client.batches.create(...)",
    language="python",
    risk="Answers come within 24 hours. On Groq, Bedrock, Vertex and Gemini 2.5 cached tokens are not "
    "halved again: compare with the cached price first.",
)


class Batchable:
    key = "batchable"
    looks_for = "calls that could wait for a batch"

    def find(self, priced: Priced) -> Iterator[Waste]:
        alone = [
            history.calls[0]
            for history in priced.histories
            if len(history.calls) == 1 and history.told and not history.calls[0].call.called_tools
        ]
        # Without its messages nobody can say that a call is no part of a conversation.
        alone = [one for one in alone if one.call.tier not in BATCHED and one.call.prompt]
        if len(alone) >= MIN_CALLS:
            yield Waste(
                title=f"Send {len(alone):,} single calls as a batch, if nobody waits for them",
                why="Each is a conversation of one call without tools, as jobs over many records are.",
                change=Batch(frozenset(one.call.id for one in alone)),
                evidence=tuple(priced.call_evidence(one) for one in alone),
                fix=FIX,
                certainty="estimated",
                confidence="low",
            )


BATCHABLE = Batchable()
