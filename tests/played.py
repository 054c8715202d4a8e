"""Calls played by a script: prompts of named parts, one token a character, at given times.

played("claude-opus-5-5", [Turn(0, [("system", "rules", 6000), ("user", "q", 700)], read=0)])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from draw import ROLES, lane_of
from whytokens.attribution.share import Attribution, attribute
from whytokens.builder import TraceBuilder
from whytokens.model import Trace, Usage, Where
from whytokens.prices.engine import quote

START = datetime(2026, 11, 16, 9, tzinfo=UTC)
Part = tuple[str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One call: seconds after START, its prompt, how it was billed (the rest is input)."""

    at: float
    parts: Sequence[Part]
    read: int = 0
    write_5m: int = 0
    write_1h: int = 0
    out: int = 0
    session: str = "s"
    duration_ms: int | None = 1000


def play(model: str, turns: Iterable[Turn]) -> tuple[Trace, list[Attribution]]:
    """The trace of the turns and its attributions at real rates."""
    builder = TraceBuilder("played")
    for number, turn in enumerate(turns):
        where = Where(file="played", line=number + 1)
        node = builder.prompt(())
        for category, name, size in turn.parts:
            text = (name + "\x00" + "x" * size)[:size]
            path = (category, name)
            segment = builder.segment(category, path, text, where, name=name)  # type: ignore[arg-type]
            node = builder.prompt([builder.message(ROLES[category], [segment])], node)
        total = sum(size for _, _, size in turn.parts)
        builder.call(
            api="test",
            model=model,
            prompt=node,
            where=where,
            session=turn.session,
            started=START + timedelta(seconds=turn.at),
            duration_ms=turn.duration_ms,
            usage=Usage(
                input=total - turn.read - turn.write_5m - turn.write_1h,
                cache_read=turn.read,
                cache_write_5m=turn.write_5m,
                cache_write_1h=turn.write_1h,
                output=turn.out,
            ),
        )
    trace = builder.build()
    lane = lane_of(trace)
    return trace, [attribute(call, lane, quote(call)) for call in trace.calls]
