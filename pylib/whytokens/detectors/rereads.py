"""Tool results that are in the prompt already: the same file read again, the same call made again.

Spec: facts, 4.2 (a), E1b.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.copies import Copy, copies
from whytokens.waste import Evidence, Fix, Remove, Waste
from whytokens.waste.priced import Priced, label

FIX = Fix(
    text="Keep results by tool and arguments while nothing has changed, and answer with a pointer.",
    snippet="key = (tool, json.dumps(arguments, sort_keys=True))\n"
    'if results.get(key) == result:\n    result = "Unchanged since you read it above."\nresults[key] = result',
    language="python",
    risk="After a compaction the first copy may be gone: clear the table then.",
)


class Rereads:
    key = "rereads"
    looks_for = "tool results that are read again unchanged"

    def find(self, priced: Priced) -> Iterator[Waste]:
        found = [c for c in copies(priced) if c.again.segment.category == "tool_result"]
        if found:
            things = {label(one.again.segment) for one in found}
            yield Waste(
                title=f"Do not put {_results(len(found))} into the prompt again",
                why=f"Each stands in the same prompt already, word for word ({len(things):,} different).",
                change=Remove(tuple(priced.claim(one.again) for one in found)),
                evidence=tuple(_evidence(priced, one) for one in found),
                fix=FIX,
                confidence="high",
                assumptions=("The first copy stays; later ones are not sent.",),
            )


def _evidence(priced: Priced, one: Copy) -> Evidence:
    first = one.history.calls[one.first.turn].call.id + 1
    return priced.evidence(one.again, one.history, f"first in call {first:,}")


def _results(count: int) -> str:
    return f"{count:,} tool result{'s' if count != 1 else ''}"


REREADS = Rereads()
