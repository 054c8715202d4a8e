"""What clearing a text costs: one write of what stands behind it, and the risk of reading it again.

Spec: facts, 4.2 (d) "minus one prefix rewrite (w-r) x tail"; the risk by the rule of three.
"""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.model import NodeId, Trace
from whytokens.prices import Unpriced
from whytokens.waste import Claim, Remove
from whytokens.waste.averages import Averages
from whytokens.waste.claims import slot_tokens
from whytokens.waste.pricing import Pricer
from whytokens.waste.rule_of_three import PPM, chance


def groups(trace: Trace, change: Remove) -> list[list[Claim]]:
    """Claims that stand or fall together: those of one text, or those that begin at one place."""
    found: dict[int, list[Claim]] = {}
    messages, at = trace.messages, trace.prompts.messages
    for claim in change.claims:
        key = -1 if claim.since == claim.node else int(claim.since)
        if change.again:
            key = messages[at[claim.node]].segments[claim.slot]
        found.setdefault(key, []).append(claim)
    return [found[key] for key in sorted(found)]


def starts(claims: Sequence[Claim]) -> dict[NodeId, NodeId]:
    """Of each place from which on something is cleared, the first text that is."""
    first: dict[NodeId, NodeId] = {}
    for claim in claims:
        if claim.since != claim.node:
            first[claim.since] = min(claim.node, first.get(claim.since, claim.node))
    return first


def rewrite_pusd(one: Attribution, bill: Bill, node: NodeId, pricer: Pricer) -> int:
    """What a call pays to write what it would have read behind `node`."""
    rates = pricer.rates(one, bill.tokens)
    behind = max(0, bill.read - one.lane.upto(node))
    return behind * max(0, rates.cache_write_5m_pusd - rates.cache_read_pusd)


def reread_pusd(
    claims: Sequence[Claim], spans: Sequence[tuple[int, int]], averages: Averages
) -> int:
    """An extra call that reads these texts once more (an average call as it now is, the text new), as
    likely as it can be when none of the calls that carry them used them."""
    one, calls = averages.first(spans), averages.calls(spans)
    if one is None or isinstance(one.quote, Unpriced):
        return 0
    claim = claims[0]
    tokens = slot_tokens(one.lane, claim.node, claim.slot)
    rate = max(one.quote.cache_write_5m_pusd, one.quote.input_pusd)
    extra = averages.cost_pusd(spans) // calls + tokens * rate
    return extra * round(chance(calls) * PPM) // PPM
