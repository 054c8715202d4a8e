"""What prompts hold and how they are cached: the best configuration, fewer tools, a window of the last turns."""

from __future__ import annotations

from collections.abc import Iterable

from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.model import CallId, NodeId, SegmentId, Usage
from whytokens.prices import Unpriced
from whytokens.prices.terms import price
from whytokens.spend.scenarios.scene import Change, Scene
from whytokens.waste import Claim
from whytokens.waste.claims import Claims
from whytokens.waste.plans import bills_of


def cached(scene: Scene) -> None:
    """The cheapest cache configuration of each group of calls: the waste detector's own replay."""
    plans = [plan for plan in scene.opened.checked.plans if plan.improves]
    bills: dict[CallId, Bill] = {}
    for plan in plans:
        bills |= bills_of(plan, plan.best)
    for one in scene.made():
        if one.call.id in bills:
            one.rebill(bills[one.call.id])
    if not plans:
        scene.notes.append("No cache configuration beats the one in use.")


def without_tools(names: Iterable[str] | None) -> Change:
    """Tool definitions no longer sent: these, or those that no call ever used."""

    def change(scene: Scene) -> None:
        trace = scene.opened.trace
        wanted = set(names) if names is not None else _never_called(scene)
        claims = Claims(trace, scene.opened.checked.telescope.traffic)
        gone: set[SegmentId] = set()
        for number in range(1, len(trace.prompts.parents)):
            node = NodeId(number)
            for slot, segment in enumerate(trace.messages[trace.prompts.messages[node]].segments):
                found = trace.segments[segment]
                if found.category == "tools" and (found.name or found.path[-1]) in wanted:
                    claims.add([Claim(node, slot, node)])
                    gone.add(segment)
        for one in scene.made():
            before = one.bill or Bill(0)
            one.rebill(claims.bill(one.one, before))
            if one.bill != before:
                one.gone |= gone
        scene.notes.append(
            f"{len(gone):,} tool definitions dropped."
            if gone
            else "No tool definition to drop was found."
        )

    return change


def _never_called(scene: Scene) -> set[str]:
    trace = scene.opened.trace
    called = {name for one in scene.calls for name in one.one.call.called_tools}
    called |= {s.name or s.path[-1] for s in trace.segments if s.category == "tool_call"}
    return {s.name or s.path[-1] for s in trace.segments if s.category == "tools"} - called


def windowed(turns: int, summary_tokens: int) -> Change:
    """The last turns of a conversation, and a summary of those before that is written as the window moves.

    A turn begins with an assistant's message. Nothing behind the head is read from a cache once the window
    moves; each move pays a call that reads what leaves and the old summary, and writes the new one."""

    def change(scene: Scene) -> None:
        left: dict[str, int] = {}
        moved = 0
        for one in scene.made():
            removed, gone = _before_window(one.one, turns)
            if removed <= summary_tokens:
                continue
            moved += 1
            bill = one.bill or Bill(0)
            head = min(
                bill.tokens,
                one.one.front_tokens + one.one.lane.upto(one.one.lane.head_end(one.call.prompt)),
            )
            tokens = bill.tokens - min(removed, bill.tokens) + summary_tokens
            read = min(bill.read, head)
            write_1h = min(bill.write_1h, max(0, head - read))
            write_5m = min(bill.write_5m, max(0, head - read - write_1h))
            one.rebill(Bill(tokens, read, write_1h, write_5m))
            one.gone, one.summary = one.gone | gone, summary_tokens
            fresh = max(0, removed - left.get(one.call.session, 0))
            left[one.call.session] = removed
            if fresh and summary_tokens:
                terms = scene.book.terms(one.call)
                if not isinstance(terms, Unpriced):
                    one.beside_pusd += price(
                        terms, Usage(input=fresh + summary_tokens, output=summary_tokens)
                    )
        scene.notes.append(
            f"{moved:,} calls would send less history: needs an eval." if moved
            else f"No call sends more than {turns} turns with text to drop."
        )  # fmt: skip

    return change


def _before_window(one: Attribution, turns: int) -> tuple[int, frozenset[SegmentId]]:
    """Billed tokens of the turns that fall out, and their segments."""
    trace, lane = one.lane.trace, one.lane
    end = lane.head_end(one.call.prompt)
    nodes = [node for node in trace.prompts.path(one.call.prompt) if node > end]
    starts = [
        at
        for at, node in enumerate(nodes)
        if trace.messages[trace.prompts.messages[node]].role == "assistant"
    ]
    if len(starts) <= turns:
        return 0, frozenset()
    cut = starts[len(starts) - turns] if turns else len(nodes) - 1
    if cut <= 0:
        return 0, frozenset()
    text = lane.upto(nodes[cut - 1]) - lane.upto(end)
    if one.pieces is not None and one.estimate_tokens > 0:
        text = text * one.prompt_tokens // one.estimate_tokens
    kept = {
        s for node in nodes[cut:] for s in trace.messages[trace.prompts.messages[node]].segments
    }
    gone = {
        s for node in nodes[:cut] for s in trace.messages[trace.prompts.messages[node]].segments
    }
    return text, frozenset(gone - kept)
