"""Tool results that a later call of the same tool with the same arguments has replaced.

Spec: facts, 4.2 (d) "stale/oversized tool results ... superseded by a later read of the same path/args".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whytokens.detectors.copies import MIN_TOKENS
from whytokens.waste import Fix, Waste
from whytokens.waste.priced import Arrival, Found, Priced

MIN_SHARED_LINES = 0.5
# An object as the API carries it; transcripts that keep a line of it call that "input".
WHOLE_ARGUMENTS = re.compile(r'\s*\{(?!\s*"input"\s*:\s*"[^"]*"\s*\}\s*$)')
FIX = Fix(
    text="When a result comes that replaces an older one, clear the older one's content.",
    snippet='old["content"] = "[replaced by a newer result below]"',
    language="python",
    risk="Clearing changes the prefix: everything behind it is written to the cache once more. "
    "Do it in batches, not on every turn.",
)


class SupersededReads:
    key = "superseded-reads"
    looks_for = "tool results that a newer one has replaced"

    def find(self, priced: Priced) -> Iterator[Waste]:
        found = Found()
        for history in priced.histories:
            last: dict[tuple[str, str], Arrival] = {}
            for arrival in history.arrivals:
                asked = _asked(priced, arrival)
                if asked is None:
                    continue
                old = last.get(asked)
                if old is not None and _replaces(priced, arrival, old, asked[1]):
                    when = history.calls[arrival.turn].call.id + 1
                    found.add(
                        priced, history, old, f"replaced in call {when:,}", since=arrival.node
                    )
                last[asked] = arrival
        if found:
            yield Waste(
                title="Clear {} that newer ones replace",
                noun="tool result",
                why="The same tool was called again with the same arguments and said something else.",
                change=found.change,
                evidence=tuple(found.evidence),
                fix=FIX,
                assumptions=(
                    "The old result is not sent from the call on that carries the new one.",
                    "What stands behind it is written to the cache once more, and that is taken off.",
                ),
            )


def _asked(priced: Priced, arrival: Arrival) -> tuple[str, str] | None:
    if arrival.segment.category != "tool_result" or arrival.tokens < MIN_TOKENS:
        return None
    return priced.asked(arrival)


def _replaces(priced: Priced, new: Arrival, old: Arrival, arguments: str) -> bool:
    """Where a transcript shortens arguments to one text, two parts of a file look like one call: then
    the newer result must hold most of the older one's lines."""
    if old.segment.id == new.segment.id or not priced.holds(old.node, new.node):
        return False
    if WHOLE_ARGUMENTS.match(arguments):
        return True
    lines = set((old.segment.text or "").splitlines())
    shared = lines & set((new.segment.text or "").splitlines())
    return len(shared) >= len(lines) * MIN_SHARED_LINES


SUPERSEDED_READS = SupersededReads()
