"""Random calls: prompts that share prefixes or part anywhere, at any times, billed in any way."""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import strategies as st

from played import Part, Turn

NAMES = "abc"
# `build.py bench invariants` asks for more than a test run has time for.
EXAMPLES = int(os.environ.get("WHYTOKENS_EXAMPLES", "150"))


@st.composite
def turns(draw: st.DrawFn) -> list[Turn]:
    """Calls as they were sent; none is cached."""
    known: list[tuple[Part, ...]] = [()]
    found, at = [], 0.0
    for _ in range(draw(st.integers(1, 10))):
        base = draw(st.sampled_from(known))
        base = base[: draw(st.integers(0, len(base)))]
        new = tuple(
            (
                draw(st.sampled_from(["user", "assistant"] if base else ["system", "user"])),
                draw(st.sampled_from(NAMES)),
                draw(st.integers(1, 900)),
            )
            for _ in range(draw(st.integers(1, 3)))
        )
        parts = base + new
        known.append(parts)
        at += draw(st.sampled_from([0.0, 0.7, 5.0, 200.0, 310.0, 4000.0]))
        found.append(
            Turn(
                at=at,
                parts=parts,
                session=draw(st.sampled_from("st")),
                duration_ms=draw(st.sampled_from([None, 300, 9000])),
            )
        )
    return found


@st.composite
def billed_turns(draw: st.DrawFn) -> list[Turn]:
    """The same with any reads and writes, replies, results and errors."""
    found = []
    for turn in draw(turns()):
        total = sum(part[2] for part in turn.parts)
        read, hour, five = (draw(st.integers(0, total)) for _ in range(3))
        hour, five = min(hour, total - read), min(five, total - read - min(hour, total - read))
        found.append(
            replace(
                turn,
                read=read,
                write_1h=hour,
                write_5m=five,
                out=draw(st.integers(0, 50)),
                reply=draw(st.sampled_from(["", "yes", "no"])),
                stop=draw(st.sampled_from([None, "max_tokens"])),
                error=draw(st.sampled_from([None, None, None, "boom"])),
            )
        )
    return found
