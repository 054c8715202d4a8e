"""Tool definitions that every call carries and no call ever uses.

Spec: facts, 4.2 (b): the unit is the session; none in n bounds the chance of need at 1 - 0.05^(1/n).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from whytokens.detectors.snippets import drop_tools
from whytokens.model import NodeId, Segment
from whytokens.waste import Claim, Confidence, Evidence, Remove, Waste
from whytokens.waste.priced import Priced, label, some
from whytokens.waste.rule_of_three import chance

# Fewer calls than this say nothing about what a tool is for.
MIN_CALLS = 10
SOME_SESSIONS, MANY_SESSIONS = 30, 300


@dataclass(slots=True)
class _Tool:
    segment: Segment
    tokens: int
    first: Evidence
    slots: set[tuple[NodeId, int]] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)


class NeverCalledTools:
    key = "never-called-tools"
    looks_for = "tool definitions that nobody calls"

    def find(self, priced: Priced) -> Iterator[Waste]:
        tools, called = _tools(priced), _called(priced)
        unused = [
            tool for name, tool in tools.items() if name not in called and _seen(priced, tool)
        ]
        if not called and tools and len(unused) == len(tools) and not _answers(priced):
            return  # the log holds no replies: nothing is known of what was called
        servers = {server for tool in unused if (server := _server(tool.segment))}
        whole = {
            server
            for server in servers
            if not any(_server(t.segment) == server and name in called for name, t in tools.items())
        }
        for server in sorted(whole):
            group = [tool for tool in unused if _server(tool.segment) == server]
            count = some(len(group), "tool definition")
            yield _waste(priced, group, f"Turn off {server}: {count} nobody called")
        rest = [tool for tool in unused if _server(tool.segment) not in whole]
        if rest:
            yield _waste(
                priced, rest, f"Stop sending {some(len(rest), 'tool definition')} nobody called"
            )


def _server(segment: Segment) -> str | None:
    """The MCP server of a tool, None for the application's own."""
    return segment.path[1] if len(segment.path) == 3 else None


def _tools(priced: Priced) -> dict[str, _Tool]:
    """Every tool that was sent, by path: definitions that changed stay one tool."""
    found: dict[str, _Tool] = {}
    for history in priced.histories:
        for arrival in history.arrivals:
            segment = arrival.segment
            if segment.category != "tools" or arrival.tokens == 0:
                continue
            evidence = priced.evidence(arrival, history)
            tool = found.setdefault(_name(segment), _Tool(segment, arrival.tokens, evidence))
            tool.slots.add((arrival.node, arrival.slot))
            tool.sessions.add(history.key)
    return found


def _name(segment: Segment) -> str:
    """As a call names it: `mcp__server__tool` is split in paths, bare in `name`."""
    if len(segment.path) == 3:
        return f"mcp__{segment.path[1].partition(':')[2]}__{segment.path[2]}"
    return segment.name or label(segment)


def _called(priced: Priced) -> set[str]:
    found = {name for one in priced.told for name in one.call.called_tools}
    for segment in priced.trace.segments:
        if segment.category == "tool_call":
            found |= {segment.name or "", segment.path[-1], _name(segment)}
    return found


def _answers(priced: Priced) -> bool:
    return any(one.call.reply for one in priced.told)


def _seen(priced: Priced, tool: _Tool) -> bool:
    return sum(priced.sent(node) for node, _ in tool.slots) >= MIN_CALLS


def _waste(priced: Priced, group: list[_Tool], title: str) -> Waste:
    sessions = set().union(*(tool.sessions for tool in group))
    calls = max(sum(priced.sent(node) for node, _ in tool.slots) for tool in group)
    tokens = sum(tool.tokens for tool in group)
    number = len(sessions)
    bound = chance(number)
    first = next(o for o in priced.calls if o.call.id == group[0].first.call)
    names = [tool.segment.name or label(tool.segment) for tool in group]
    return Waste(
        title=title,
        why=(
            f"{calls:,} calls carry {tokens:,} tokens of definitions each. None was called in "
            f"{some(number, 'session')}{_need(number, bound)}."
        ),
        change=Remove(
            tuple(Claim(node, slot, node) for tool in group for node, slot in sorted(tool.slots))
        ),
        evidence=tuple(tool.first for tool in group),
        fix=drop_tools(first, names, tokens),
        confidence=_confidence(number),
        assumptions=(
            "Without the definitions every call is the same but shorter.",
            f"The lower figure pays one extra call in {bound * 100:.1f} % of sessions.",
        ),
        risk_calls=bound * number,
    )


def _need(sessions: int, bound: float) -> str:
    """What that says of the next session."""
    if sessions < SOME_SESSIONS:
        return f", too few to say that none is ever needed ({SOME_SESSIONS} would be a start)"
    return f": the chance that one needs any is below {bound * 100:.1f} % (95 % sure)"


def _confidence(sessions: int) -> Confidence:
    if sessions >= MANY_SESSIONS:
        return "high"
    return "medium" if sessions >= SOME_SESSIONS else "low"


NEVER_CALLED_TOOLS = NeverCalledTools()
