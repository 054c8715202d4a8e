"""Tool schemas so long that searching for tools, or shorter descriptions, is worth a look.

Spec: facts, 4.2 (b), (d). Advice only: what a shorter schema does to quality cannot be seen in a log.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.snippets import MANY_SCHEMA_TOKENS, fewer_tools
from whytokens.model import NodeId
from whytokens.waste import Evidence, Say, Waste
from whytokens.waste.priced import Arrival, History, Priced, some

LONG_TOKENS = 800
# A single request says little of what is sent every time.
MIN_CALLS = 2


class VerboseSchemas:
    key = "verbose-schemas"
    looks_for = "very long tool schemas"

    def find(self, priced: Priced) -> Iterator[Waste]:
        nodes: dict[NodeId, list[Evidence]] = {}
        for history in priced.histories:
            for arrival in history.arrivals:
                if arrival.segment.category == "tools" and not _hosted(arrival, history):
                    evidence = priced.evidence(arrival, history)
                    nodes.setdefault(arrival.node, []).append(evidence)
        # A tool may stand in a node twice over; the same node comes again in other sessions.
        sums = {
            node: sum({e.segment: e.tokens for e in found}.values())
            for node, found in nodes.items()
        }
        if not sums:
            return
        node = max(sums, key=sums.__getitem__)
        found = sorted({e.label: e for e in nodes[node]}.values(), key=lambda one: -one.tokens)
        long = [one for one in found if one.tokens >= LONG_TOKENS]
        many = sums[node] >= MANY_SCHEMA_TOKENS
        if priced.sent(node) >= MIN_CALLS and (many or long):
            more = f", {some(len(long), 'tool')} with {LONG_TOKENS:,} and more" if long else ""
            one = next(one for one in priced.calls if one.call.id == found[0].call)
            yield Waste(
                title=f"Send fewer or shorter tool definitions: {sums[node]:,} tokens a call",
                why=(
                    f"{some(len(found), 'tool')} take {sums[node]:,} tokens of each of "
                    f"{priced.sent(node):,} prompts{more}."
                ),
                change=Say(),
                evidence=tuple(found if many else long),
                fix=fewer_tools(one),
                confidence="low",
            )


def _hosted(arrival: Arrival, history: History) -> bool:
    """A provider's own tool: what it weighs is not in the request, nor the user's to change."""
    count = history.calls[arrival.turn].lane.counter.count
    return arrival.tokens > 2 * count(arrival.segment.text or "")


VERBOSE_SCHEMAS = VerboseSchemas()
