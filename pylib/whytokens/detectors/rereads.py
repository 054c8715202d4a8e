"""Tool results that are in the prompt already: the same file read again, the same call made again.

Spec: facts, 4.2 (a), E1b.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.copies import Copy, copies
from whytokens.waste import Fix, Waste
from whytokens.waste.priced import Found, Priced, is_, some

# What two different calls may both answer without reading anything twice: "no matches", "done".
MIN_OTHER_TOKENS = 256
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
        found = Found()
        for one in copies(priced):
            if one.again.segment.category == "tool_result" and _is_reread(priced, one):
                found.add(priced, one.history, one.again, one.note)
        if found:
            things = len({item.segment for item in found.evidence})
            yield Waste(
                title=f"Do not put {some(len(found), 'tool result')} into the prompt again",
                why=(
                    f"{some(things, 'result')} came more than once and {is_(things)} in the same prompt "
                    "already, word for word."
                ),
                change=found.change,
                evidence=tuple(found.evidence),
                fix=FIX,
                confidence="high",
                assumptions=("The first copy stays; later ones are not sent.",),
            )


def _is_reread(priced: Priced, one: Copy) -> bool:
    """The same call again, or so much of the same that it is no tool's stock answer."""
    if one.again.tokens >= MIN_OTHER_TOKENS:
        return True
    asked = priced.asked(one.again)
    return asked is None or any(asked == priced.asked(earlier) for earlier in one.before)


REREADS = Rereads()
