"""Parts of a prompt's beginning that change from call to call: clocks, ids, counters, order of tools.

Spec: facts, 4.2 (d) "cache-buster": a longest common prefix ends early; masking volatile words, or
sorting tools and JSON keys, restores it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.share import Attribution
from whytokens.cache.shared import prefix_chars
from whytokens.cache.stretches import stretches
from whytokens.model import Message, MessageId, NodeId, Trace
from whytokens.nesting import loads

# Longest first: a date inside a time stamp belongs to the stamp. A counter is any other number.
KINDS: tuple[tuple[str, str], ...] = (
    ("clock", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"),
    ("id", r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"),
    ("date", r"\b\d{4}[-/]\d\d[-/]\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b"),
    ("clock", r"\b\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:\s?[AaPp][Mm])?\b"),
    ("epoch time", r"\b1[5-9]\d{8}(?:\d{3}){0,2}(?:\.\d+)?\b"),
    ("id", r"\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{8,}\b"),
    ("counter", r"\d+"),
)
MASK = re.compile(
    "|".join(f"(?P<k{number}>{pattern})" for number, (_, pattern) in enumerate(KINDS))
)
MAX_MASKED_CHARS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """The first place where two calls' prefixes part though they say the same.

    `character` counts from 0 within the text of `segment`; `line` and `column` from 1.
    """

    kind: str
    before: Attribution
    after: Attribution
    message: MessageId
    other: MessageId
    slot: int
    character: int
    line: int
    column: int
    excerpt: str


@dataclass(slots=True)
class Volatile:
    """Messages that are the same once volatile parts are out, those parts, and the first breakers."""

    same: dict[MessageId, MessageId] = field(default_factory=dict)
    loose: dict[MessageId, tuple[str, ...]] = field(default_factory=dict)


def volatile(trace: Trace, found: Sequence[Attribution]) -> Volatile:
    """What to move. Looks at the heads of all calls, and at where a session's next call parts."""
    if isinstance(found, BareAttributions):
        return Volatile()
    wanted = list(dict.fromkeys(_candidates(trace, found)))
    classes: dict[tuple[str, ...], list[MessageId]] = {}
    for message in wanted:
        key = _key(trace, trace.messages[message])
        if key is not None:
            classes.setdefault(key, []).append(message)
    made = Volatile()
    for members in classes.values():
        if len(members) > 1:
            loose = _varying(trace, members)
            for message in members:
                made.same[message] = members[0]
                made.loose[message] = loose[message]
    for group in stretches(trace, wanted):
        # Where masks explain all of it, they say more exactly what changes.
        if len({made.same.get(message, message) for message in group}) > 1:
            first = next(iter(group))
            made.same |= dict.fromkeys(group, first)
            made.loose |= group
    return made


def _candidates(trace: Trace, found: Sequence[Attribution]) -> Iterator[MessageId]:
    prompts = trace.prompts
    seen: set[NodeId] = set()
    previous: dict[str, Attribution] = {}
    for one in found:
        node = one.lane.head_end(one.call.prompt)
        while node and node not in seen:
            seen.add(node)
            yield prompts.messages[node]
            node = prompts.parents[node]
        before = previous.get(one.call.session)
        if before is not None:
            for parted in part(trace, before.call.prompt, one.call.prompt):
                yield prompts.messages[parted]
        previous[one.call.session] = one


def part(trace: Trace, a: NodeId, b: NodeId) -> tuple[NodeId, ...]:
    """The first nodes that two prompts do not share, one each; none when one goes on from the other."""
    parents, depths = trace.prompts.parents, trace.prompts.depths
    last_a = last_b = NodeId(0)
    while a != b:
        if depths[a] >= depths[b]:
            last_a, a = a, parents[a]
        else:
            last_b, b = b, parents[b]
    return (last_a, last_b) if last_a and last_b else ()


def _key(trace: Trace, message: Message) -> tuple[str, ...] | None:
    texts = [trace.segments[segment].text or "" for segment in message.segments]
    if sum(map(len, texts)) > MAX_MASKED_CHARS:
        return None
    if message.role in ("tools", "format"):
        return (message.role, *sorted(_sorted_json(text) for text in texts))
    return (message.role, *(MASK.sub("\x00", text) for text in texts))


def _sorted_json(text: str) -> str:
    try:
        return json.dumps(loads(text), sort_keys=True)
    except ValueError:
        return text


def _varying(trace: Trace, members: Sequence[MessageId]) -> dict[MessageId, tuple[str, ...]]:
    """Of each message the masked words that are not the same in all."""
    words = [list(_words(trace, trace.messages[message])) for message in members]
    varies = [len(set(column)) > 1 for column in zip(*words, strict=False)]
    return {
        message: tuple(word for word, differs in zip(own, varies, strict=False) if differs)
        for message, own in zip(members, words, strict=True)
    }


def _words(trace: Trace, message: Message) -> Iterable[str]:
    if message.role in ("tools", "format"):
        return ()
    texts = (trace.segments[segment].text or "" for segment in message.segments)
    return (match[0] for text in texts for match in MASK.finditer(text))


def breaker(trace: Trace, before: Attribution, after: Attribution) -> Breaker | None:
    """Where the prefix of `after` parts from `before`'s, when both are the same but for it."""
    parted = part(trace, before.call.prompt, after.call.prompt)
    if not parted:
        return None
    one, other = (trace.prompts.messages[node] for node in parted)
    mine, theirs = trace.messages[one].segments, trace.messages[other].segments
    slot = next((i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), 0)
    if slot >= min(len(mine), len(theirs)):
        return None
    text, new = (trace.segments[s[slot]].text or "" for s in (mine, theirs))
    at = prefix_chars(text, new)
    role = trace.messages[other].role
    kind = "order" if role in ("tools", "format") else _kind(new, at)
    start = new.rfind("\n", 0, at) + 1
    return Breaker(
        kind=kind,
        before=before,
        after=after,
        message=one,
        other=other,
        slot=slot,
        character=at,
        line=new.count("\n", 0, at) + 1,
        column=at - start + 1,
        excerpt=new[max(0, at - 40) : at + 20],
    )


def _kind(text: str, at: int) -> str:
    for match in MASK.finditer(text):
        if match.end() > at:
            return KINDS[int((match.lastgroup or "k0")[1:])][0] if match.start() <= at else "text"
    return "text"
