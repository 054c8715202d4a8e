"""What clearing a text costs: one write of what stands behind it, and the risk of reading it again.

Spec: facts, 4.2 (d) "minus one prefix rewrite (w-r) x tail"; the risk by the rule of three.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.model import NodeId, Trace
from whytokens.prices import Unpriced
from whytokens.waste import Claim, Remove
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


def most_pusd(
    claims: Sequence[Claim],
    touched: Sequence[Attribution],
    bill_of: Callable[[Attribution], Bill | None],
    pricer: Pricer,
) -> int:
    """What clearing these can save at the most, by where they stand. Cheap, so that hopeless ones are
    not re-priced call by call."""
    total = 0
    for one in touched:
        bill = bill_of(one)
        if bill is None or isinstance(one.quote, Unpriced):
            continue
        tokens = sum(slot_tokens(one.lane, c.node, c.slot) + 1 for c in claims)
        rates = pricer.rates(one, bill.tokens)
        if rates != pricer.rates(one, max(1, bill.tokens - tokens)):
            total += pricer.cost(one, bill)  # it may fall below a step: more than all is not saved
            continue
        end = one.front_tokens + max(one.lane.upto(c.node) for c in claims)
        inside = end * one.prompt_tokens <= bill.read * (one.estimate_tokens + one.front_tokens)
        read = end <= bill.read and inside
        most = max(rates.input_pusd, rates.cache_write_5m_pusd, rates.cache_write_1h_pusd)
        total += tokens * (rates.cache_read_pusd if read else most)
    return total


def rewrite_pusd(one: Attribution, bill: Bill, node: NodeId, pricer: Pricer) -> int:
    """What a call pays to write what it would have read behind `node`."""
    rates = pricer.rates(one, bill.tokens)
    behind = max(0, bill.read - one.lane.upto(node))
    return behind * max(0, rates.cache_write_5m_pusd - rates.cache_read_pusd)


def reread_pusd(
    claims: Sequence[Claim], touched: Sequence[Attribution], cost: Callable[[Attribution], int]
) -> int:
    """An extra call that reads these texts once more (an average call as it now is, the text new), as
    likely as it can be when none of the calls that carry them used them."""
    if not touched or isinstance(touched[0].quote, Unpriced):
        return 0
    one, claim = touched[0], claims[0]
    tokens = slot_tokens(one.lane, claim.node, claim.slot)
    rate = max(touched[0].quote.cache_write_5m_pusd, touched[0].quote.input_pusd)
    extra = sum(map(cost, touched)) // len(touched) + tokens * rate
    return extra * round(chance(len(touched)) * PPM) // PPM
