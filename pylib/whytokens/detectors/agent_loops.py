"""An agent that makes the same failing tool call again and again.

Spec: facts, issue 5 "agent loops": the third identical failure and those after it bring nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whytokens.model import CallId
from whytokens.waste import Drop, Evidence, Fix, Waste
from whytokens.waste.priced import History, Priced

# Two tries may be chance; the third with the same words is a loop.
ALLOWED = 2
FAILED = re.compile(
    r"^\W*(?:<tool_use_error>|error\b|traceback|exception|fatal\b|failed\b|exit code [1-9]|command not found"
    r"|no such file|permission denied|[\w.]*(?:Error|Exception):)",
    re.IGNORECASE,
)
FIX = Fix(
    text="Stop after two identical failures: tell the model so, or hand over to a person.",
    snippet="if failures[(tool, arguments)] >= 2:\n"
    '    result = "This failed twice in the same way. Do something else."',
    language="python",
    risk="A call that depends on time (a build, a lock) may work at the third try.",
)


class AgentLoops:
    key = "agent-loops"
    looks_for = "the same failing tool call again and again"

    def find(self, priced: Priced) -> Iterator[Waste]:
        calls: set[CallId] = set()
        evidence: list[Evidence] = []
        for history in priced.histories:
            for call, one in _loops(priced, history):
                calls.add(call)
                evidence.append(one)
        if calls:
            yield Waste(
                title=f"Stop {len(calls):,} step{'s' if len(calls) != 1 else ''} of a loop",
                why="The same tool call failed with the same words more than twice.",
                change=Drop(frozenset(calls)),
                evidence=tuple(evidence),
                fix=FIX,
                confidence="medium",
                assumptions=("The calls that ask for the third and later tries are not made.",),
            )


def _loops(priced: Priced, history: History) -> Iterator[tuple[CallId, Evidence]]:
    seen: dict[tuple[tuple[str, str], str], int] = {}
    for arrival in history.arrivals:
        text = arrival.segment.text or ""
        if arrival.segment.category != "tool_result" or not FAILED.match(text[:200]):
            continue
        asked = priced.asked(arrival)
        if asked is None:
            continue
        key = (asked, text)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > ALLOWED and arrival.turn:
            asking = history.calls[arrival.turn - 1]
            yield asking.call.id, priced.evidence(arrival, history, f"try {seen[key]:,}")


AGENT_LOOPS = AgentLoops()
