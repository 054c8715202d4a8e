"""Pretty-printed JSON: indentation that costs tokens and says nothing.

Spec: facts, 4.2 (d) "JSON whitespace": tokens(original) - tokens(minified), counted anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from whytokens.attribution.share import Attribution
from whytokens.model import SegmentId
from whytokens.nesting import loads
from whytokens.waste import WHOLE, Fix, Waste
from whytokens.waste.priced import Found, Priced, is_, some

MIN_TOKENS = 200
CATEGORIES = ("tool_result", "retrieved", "user", "system")

FIX = Fix(
    text="Write JSON without indentation where a model is the only reader.",
    snippet='json.dumps(value, separators=(",", ":"), ensure_ascii=False)',
    language="python",
    risk="None for JSON. Do not do it to prose, code or YAML.",
)


class JsonWhitespace:
    key = "json-whitespace"
    looks_for = "indented JSON"

    def find(self, priced: Priced) -> Iterator[Waste]:
        found = Found()
        known: dict[SegmentId, int] = {}
        for history in priced.histories:
            for arrival in history.arrivals:
                segment = arrival.segment
                if arrival.tokens < MIN_TOKENS or segment.category not in CATEGORIES:
                    continue
                if segment.id not in known:
                    one = history.calls[arrival.turn]
                    known[segment.id] = excess(one, segment.text or "")
                more = known[segment.id]
                if more:
                    note = f"{(more / WHOLE) * 100:.0f} % of its tokens are indentation"
                    found.add(priced, history, arrival, note, parts=[(WHOLE - more, WHOLE)])
        if found:
            yield Waste(
                title="Send JSON without indentation",
                why=f"{some(len(found), 'text')} {is_(len(found))} pretty-printed JSON.",
                change=found.change,
                evidence=tuple(found.evidence),
                fix=FIX,
                certainty="estimated",
                confidence="high",
                assumptions=("Counted again without white space; the values stay as they are.",),
            )


def excess(one: Attribution, text: str) -> int:
    """Millionths of a text's tokens that indentation takes; 0 for what is no indented JSON."""
    stripped = text.strip()
    if stripped[:1] not in ("{", "[") or ("\n " not in stripped and "\n\t" not in stripped):
        return 0
    try:
        small = json.dumps(loads(stripped), separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return 0
    count = one.lane.counter.count
    whole = count(text)
    return max(0, whole - count(small)) * WHOLE // whole if whole else 0


JSON_WHITESPACE = JsonWhitespace()
