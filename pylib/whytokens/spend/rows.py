"""One flat row a call: what was billed, when, for whom. The input of every table of spend.

Spec: the minimal analytics schema of the README (trace_id, span_id, timestamp_utc, model, ...).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from whytokens.attribution.share import Attribution
from whytokens.model import NodeId, Session, Trace
from whytokens.prices import Quote

# What a row without a value in a dimension stands under: visible, never left out.
UNTAGGED = "(untagged)"
# How much of a system prompt names its template.
LABEL_CHARS = 48


class Row(NamedTuple):
    """One billed call. Tokens are billed tokens; `input_tokens` includes the cache. `pusd` is None
    where the call has no price. `run` is the session at the root of its agents' sessions; `turn`
    counts the calls of a session from 1; `template` names its system prompt and tools."""

    call: int
    session: str
    run: str
    turn: int
    started: datetime | None
    duration_ms: int | None
    model: str | None
    provider: str | None
    input_tokens: int
    read_tokens: int
    write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    pusd: int | None
    tools: int
    error: str | None
    template: str
    tags: Mapping[str, str]


def rows(
    found: Iterable[Attribution],
    sessions: Sequence[Session] = (),
    trace: Trace | None = None,
    same: Callable[[NodeId], NodeId] = lambda node: node,
) -> list[Row]:
    """A row for every call that was billed, in the trace's order. `same` gives the node that stands for
    one that differs in volatile parts only: a clock in it makes no new template."""
    made, turns = list[Row](), dict[str, int]()
    roots = roots_of(sessions)
    templates = Templates(trace)
    bare = UNTAGGED
    for one in found:
        call = one.call
        turns[call.session] = turns.get(call.session, 0) + 1
        if one.method == "unbilled":
            continue
        usage = one.usage
        made.append(
            Row(
                call.id, call.session, roots.get(call.session, call.session), turns[call.session],
                call.started, call.duration_ms, call.model, call.provider,
                one.prompt_tokens, usage.cache_read or 0,
                (usage.cache_write_5m or 0) + (usage.cache_write_1h or 0),
                one.output_tokens, usage.reasoning or 0,
                one.cost_pusd if isinstance(one.quote, Quote) else None,
                len(call.called_tools), call.error,
                templates.of(same(one.lane.head_end(call.prompt))) if call.prompt else bare, call.tags,
            )
        )  # fmt: skip
    return made


def roots_of(sessions: Sequence[Session]) -> dict[str, str]:
    """Each session that has a parent, by the one at the top: sub-agents belong to one run."""
    parents = {one.key: one.parent for one in sessions if one.parent}
    found: dict[str, str] = {}
    for key in parents:
        top, seen = key, {key}
        while (above := parents.get(top)) and above not in seen:
            top = above
            seen.add(top)
        found[key] = top
    return found


class Templates:
    """Names for the heads of prompts: what a call sends before its conversation begins."""

    def __init__(self, trace: Trace | None) -> None:
        self._trace = trace
        self._names: dict[NodeId, str] = {}

    def of(self, head: NodeId) -> str:
        """Two heads have one name only where every segment is the same."""
        if not head or self._trace is None:
            return UNTAGGED
        found = self._names.get(head)
        if found is None:
            found = f"{len(self._names) + 1}: {self._label(head)}"
            self._names[head] = found
        return found

    def _label(self, head: NodeId) -> str:
        assert self._trace is not None
        tools, said = 0, ""
        for node in self._trace.prompts.path(head):
            message = self._trace.messages[self._trace.prompts.messages[node]]
            for number in message.segments:
                segment = self._trace.segments[number]
                tools += segment.category == "tools"
                if segment.category == "system" and not said:
                    said = " ".join((segment.text or "").split())[:LABEL_CHARS]
        return (said or "no system prompt") + (f" + {tools} tools" if tools else "")
