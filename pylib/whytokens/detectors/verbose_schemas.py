"""Tool schemas so long that searching for tools, or shorter descriptions, is worth a look.

Spec: facts, 4.2 (b), (d). Advice only: what a shorter schema does to quality cannot be seen in a log.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.detectors.snippets import MANY_SCHEMA_TOKENS
from whytokens.model import NodeId
from whytokens.waste import Evidence, Fix, Say, Waste
from whytokens.waste.priced import Priced

LONG_TOKENS = 800
FIX = Fix(
    text="Shorten the longest descriptions, or let the model search for tools.",
    snippet='{"type": "tool_search_tool_regex_20251119", "name": "search"}  # and defer_loading per tool',
    language="python",
    risk="A shorter description may be understood less well: run your evaluation.",
)


class VerboseSchemas:
    key = "verbose-schemas"
    looks_for = "very long tool schemas"

    def find(self, priced: Priced) -> Iterator[Waste]:
        seen: set[tuple[NodeId, int]] = set()
        per_node: dict[NodeId, int] = {}
        longest: dict[str, Evidence] = {}
        for history in priced.histories:
            for arrival in history.arrivals:
                place = (arrival.node, arrival.slot)
                if arrival.segment.category == "tools" and place not in seen:
                    seen.add(place)
                    per_node[arrival.node] = per_node.get(arrival.node, 0) + arrival.tokens
                    if arrival.tokens >= LONG_TOKENS:
                        evidence = priced.evidence(arrival, history)
                        longest.setdefault(evidence.label, evidence)
        most = max(per_node.values(), default=0)
        if most >= MANY_SCHEMA_TOKENS or longest:
            found = sorted(longest.values(), key=lambda one: -one.tokens)
            yield Waste(
                title="Look at your longest tool schemas",
                why=f"A call carries up to {most:,} tokens of definitions; {len(found):,} exceed {LONG_TOKENS:,}.",
                change=Say(),
                evidence=tuple(found),
                fix=FIX,
                confidence="low",
            )


VERBOSE_SCHEMAS = VerboseSchemas()
