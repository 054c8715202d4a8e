"""Calls played by a script: prompts of named parts, one token a character, at given times.

    play("claude-opus-5-5", [Turn(at=0, parts=[("system", "rules", 6000), ("user", "q", 700)])])

A part's text is its name and then "x" up to its size; a part with a text of its own has four fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from draw import ROLES, lane_of
from whytokens import registry
from whytokens.attribution.share import Attribution, attribute
from whytokens.builder import TraceBuilder
from whytokens.detectors import Detector
from whytokens.model import Options, SegmentId, Trace, Usage, Where
from whytokens.prices.engine import quote
from whytokens.waste import Finding, Waste
from whytokens.waste.check import Checked, check

START = datetime(2026, 11, 16, 9, tzinfo=UTC)
Part = tuple[str, str, int] | tuple[str, str, int, str]


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
    reply: str = ""
    called: tuple[str, ...] = ()
    stop: str | None = None
    error: str | None = None
    hidden: str | None = None
    reported: bool = True
    # Billed tokens that no part explains; settings of the request.
    extra: int = 0
    importer: str = ""
    options: Options = field(default_factory=Options)


def play(model: str, turns: Iterable[Turn]) -> tuple[Trace, list[Attribution]]:
    """The trace of the turns and its attributions at real rates."""
    builder = TraceBuilder("played")
    for number, turn in enumerate(turns):
        where = Where(file="played", line=number + 1)
        builder.used(turn.importer, "played")
        total = sum(len(text_of(part)) for part in turn.parts) + turn.extra
        reply = ()
        if turn.reply:
            reply = (builder.segment("assistant", ("assistant",), turn.reply, where),)
        builder.call(
            api="anthropic.messages" if model.startswith("claude") else "openai.chat",
            model=model,
            prompt=_prompt(builder, turn, where),
            where=where,
            session=turn.session,
            started=START + timedelta(seconds=turn.at),
            duration_ms=turn.duration_ms,
            reply=reply,
            called_tools=turn.called,
            stop_reason=turn.stop,
            error=turn.error,
            hidden=turn.hidden,
            options=turn.options,
            usage=Usage(
                input=total - turn.read - turn.write_5m - turn.write_1h,
                cache_read=turn.read,
                cache_write_5m=turn.write_5m,
                cache_write_1h=turn.write_1h,
                output=max(turn.out, len(turn.reply)),
            )
            if turn.reported
            else None,
        )
    trace = builder.build()
    lane = lane_of(trace)
    return trace, [attribute(call, lane, quote(call)) for call in trace.calls]


def _prompt(builder: TraceBuilder, turn: Turn, where: Where):
    """Neighbouring tools are one message, and so are neighbouring calls and results of tools."""
    node, run, role_before, before = builder.prompt(()), list[SegmentId](), None, None
    for part in [*turn.parts, None]:
        role = ROLES[part[0]] if part else None
        joined = part is not None and part[0] in ("tools", "tool_call", "tool_result")
        if run and not (joined and part[0] == before):  # type: ignore[index]
            node = builder.prompt([builder.message(role_before, run)], node)  # type: ignore[arg-type]
            run = []
        if part:
            path = (part[0], *part[1].split("/")) if part[0] != "user" else ("user",)
            name = part[1].split("/")[-1] if part[0] == "tools" else part[1].split("/")[0]
            run.append(builder.segment(part[0], path, text_of(part), where, name=name))  # type: ignore[arg-type]
        role_before, before = role, part[0] if part else None
    return node


def text_of(part: Part) -> str:
    if len(part) == 4:
        return part[3]
    return (part[1] + "\x00" + "x" * part[2])[: part[2]]


def checked(
    model: str, turns: Iterable[Turn], detectors: Sequence[Detector] | None = None
) -> Checked:
    """The turns through the stage "checking"."""
    trace, found = play(model, turns)
    steps = check(trace, found, registry.DETECTORS if detectors is None else detectors)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value


def finding(found: Checked, key: str) -> Finding | None:
    """The one finding of a detector that found something."""
    mine = [f for f in found.findings if f.detector == key and f.state in ("waste", "advice")]
    assert len(mine) <= 1, [one.title for one in mine]
    return mine[0] if mine else None


class Always:
    """A detector that says what it is told."""

    looks_for = "what it is told"

    def __init__(self, key: str, wastes: Sequence[Waste]) -> None:
        self.key = key
        self.wastes = wastes

    def find(self, priced):
        yield from self.wastes
