"""Detectors of caches: breakers, lifetimes, stored prefixes: what they find, what they must not find, what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from played import Part, Turn, checked, finding, play
from turns import CLAUDE, GPT, NAMES, growing, only, text
from whytokens.cache.prompts import Prompts
from whytokens.cache.volatile import breaker, volatile
from whytokens.waste.traffic import threads


def test_pauses_longer_than_the_lifetime() -> None:
    turns, before, at = [], 0, 0
    parts = [("system", "rules", 20_000)]
    for number in range(12):
        parts = [*parts, ("user", f"turn {number}", 200)]
        size = sum(part[2] for part in parts)
        late = number % 2 == 0
        at += 1200 if late else 30
        read = 0 if late else before
        turns.append(Turn(at=at, parts=parts, read=read, write_5m=size - read))
        before = size
    found = finding(checked(CLAUDE, turns), "idle-rebuilds")
    assert found is not None
    assert found.title == "Keep the cache alive over your pauses"
    assert found.fix is not None
    assert '"ttl": "1h"' in found.fix.snippet
    assert found.evidence[0].note == "20 minutes after the call before"


def test_parallel_calls_that_all_write() -> None:
    turns = [
        Turn(at=n / 100, parts=[("system", "book", 20_000), ("user", f"q{n}", 300)],
             write_5m=20_000, session=f"s{n}")
        for n in range(25)
    ]  # fmt: skip
    found = checked("claude-opus-5-5", turns)
    fan, writes = finding(found, "fan-out"), finding(found, "dead-writes")
    assert fan is not None
    assert writes is not None
    assert fan.saving is not None
    assert writes.saving is not None
    # Without caching $2.03, with one leader $0.226: the two steps from $2.53.
    assert writes.saving.pusd == 500_000_000_000
    assert fan.saving.pusd == 2_030_000_000_000 - 226_000_000_000


def test_a_clock_names_its_place() -> None:
    def rules(minute: int) -> Part:
        return (
            "system",
            "rules",
            0,
            f"Be brief.\nIt is 2026-11-16 09:{minute:02}:00.\n{text(300)}",
        )

    turns = [
        Turn(at=60 * n, parts=[rules(n), ("user", f"q{n}", 30)], session=f"s{n}") for n in range(9)
    ]
    found = finding(checked(CLAUDE, turns), "cache-buster")
    assert found is not None
    assert found.title == "Keep the clock out of the cached prefix"
    assert "line 2, column 22" in found.why
    assert found.fix is not None
    assert "cache_control" in found.fix.snippet  # and the breakpoint that then pays


def test_words_that_differ_are_no_breaker() -> None:
    turns = [
        Turn(at=0, parts=[("system", "", 0, f"You are a cook. {text(90)}")]),
        Turn(at=9, parts=[("system", "", 0, f"You are a poet. {text(90)}")]),
    ]
    trace, found = play(CLAUDE, turns)
    assert volatile(trace, found).same == {}
    one = breaker(trace, found[0], found[1])
    assert one is not None
    assert one.kind == "text"


def test_a_clock_does_not_part_a_conversation() -> None:
    def parts(number: int) -> list[Part]:
        said: list[Part] = [
            ("user" if n % 2 == 0 else "assistant", f"m{n}", 40) for n in range(2 * number + 1)
        ]
        return [("system", "", 0, f"Time 10:{number:02}. {text(50)}"), *said]

    turns = [Turn(at=60 * n, parts=parts(n), session=f"s{n}") for n in range(5)]
    trace, found = play(CLAUDE, turns)
    moved = volatile(trace, found)
    stable = Prompts(trace, moved.same, moved.loose)
    calls = [one.call for one in found]
    assert set(threads(stable, calls).values()) == {"s0"}
    assert len(set(threads(Prompts(trace), calls).values())) == 5


def test_a_transcript_does_not_say_what_was_cached() -> None:
    steps: list[list[Part]] = [
        [("user", f"u{n}", 300), ("assistant", f"a{n}", 300)] for n in range(9)
    ]
    request = finding(checked(CLAUDE, growing(steps, reported=False)), "uncached-prefix")
    assert request is not None
    assert request.saving is not None
    assert request.saving.certainty == "estimated"
    transcript = growing(steps, reported=False, hidden="system prompt and tool schemas")
    assert finding(checked(CLAUDE, transcript), "uncached-prefix") is None


def test_a_transcript_without_usage_promises_what_a_cached_one_would_save() -> None:
    note: Part = ("user", "", 0, text(300))
    steps: list[list[Part]] = [
        [note], [("assistant", "ok", 5), note], *([("assistant", f"t{n}", 40)] for n in range(20))
    ]  # fmt: skip
    turns = growing(steps, reported=False, hidden="system prompt and tool schemas")
    found = only("duplicates", turns)
    assert found is not None
    assert found.saving is not None
    assert found.saving.low_pusd < found.saving.pusd / 4


def test_an_hour_is_not_needed_for_calls_a_minute_apart() -> None:
    turns, before = [], 0
    for turn in growing([[("user", f"q{n}", 3000)] for n in range(12)]):
        size = sum(part[2] for part in turn.parts)
        turns.append(replace(turn, read=before, write_1h=size - before))
        before = size
    found = finding(checked(CLAUDE, turns), "overlong-entries")
    assert found is not None
    assert found.saving is not None
    assert found.saving.pusd > 0
    assert finding(checked(CLAUDE, turns), "idle-rebuilds") is None


def gemini(calls: int, seconds: float, read_every: int) -> list[Turn]:
    """Single calls on one book of 50,000 tokens; the implicit cache hits every so many times."""
    return [
        Turn(
            at=seconds * n,
            parts=[("system", "book", 50_000), ("user", f"q{n}", 200)],
            read=50_000 if n % read_every == read_every - 1 else 0,
            session=f"s{n}",
        )
        for n in range(calls)
    ]


def test_a_stored_prefix_pays_where_the_implicit_cache_hits_too_rarely() -> None:
    """gemini-2.5-pro: 1.25 $/M input, 0.125 read, 4.50 $/M and hour: 40 calls within one hour."""
    found = finding(checked("gemini-2.5-pro", gemini(40, 60, 4)), "stored-prefix")
    assert found is not None
    assert found.saving is not None
    billed = 30 * 50_000 * 1_250_000 + 10 * 50_000 * 125_000
    stored = 50_000 * (1_250_000 + 125_000 + 4_500_000) + 39 * 50_000 * 125_000
    assert found.saving.alone_pusd == billed - stored
    assert found.saving.low_pusd == found.saving.pusd == billed - stored
    # One call an hour would pay for an hour of storage each; a cache that always hits needs no help.
    assert finding(checked("gemini-2.5-pro", gemini(40, 4000, 4)), "stored-prefix") is None
    assert finding(checked("gemini-2.5-pro", gemini(40, 60, 1)), "stored-prefix") is None
    # Argon has implicit caching only.
    assert finding(checked("gemini-4-argon", gemini(40, 60, 4)), "stored-prefix") is None


def test_savings_of_an_implicit_cache_scale_with_what_it_does_in_this_log() -> None:
    """Half of the possible reads were billed as such: half of the simulated saving is claimed."""
    steady = [
        Turn(at=40 * n, parts=[("system", "rules", 9_984), ("user", f"q{n}", 16)],
             read=9_984 if n % 2 else 0, session=f"s{n}")
        for n in range(41)
    ]  # fmt: skip
    clock = [
        Turn(at=40 * n, parts=[("system", "", 0, f"Now: 2026-11-16T09:{n:02}:00Z. " + "y" * 9_000),
                               ("user", f"q{n}", 16)], session=f"c{n}")
        for n in range(20)
    ]  # fmt: skip
    alone = finding(checked(GPT, clock), "cache-buster")
    both = finding(checked(GPT, [*steady, *clock]), "cache-buster")
    assert alone is not None
    assert both is not None
    assert alone.saving is not None
    assert both.saving is not None
    assert any("does not promise" in text for text in alone.saving.assumptions)
    assert any("50 % of it is claimed" in text for text in both.saving.assumptions)
    assert both.saving.pusd * 90 == pytest.approx(alone.saving.pusd * 50, rel=0.01)


def test_more_of_a_cache_is_not_called_a_cache() -> None:
    """An agent that caches its system text reads half of what it may: it does cache already."""
    turns = [
        Turn(at=30 * n, parts=[("system", "rules", 9_000), *(("user", f"m{m}", 600) for m in range(n + 1))],
             read=9_000 if n else 0, write_5m=0 if n else 9_000)
        for n in range(12)
    ]  # fmt: skip
    found = finding(checked(CLAUDE, turns), "uncached-prefix")
    assert found is not None
    assert found.title == "Set the cache breakpoints where more is read"
    nothing = [replace(turn, read=0, write_5m=0) for turn in turns]
    whole = finding(checked(CLAUDE, nothing), "uncached-prefix")
    assert whole is not None
    assert whole.title == "Cache the conversation with a moving breakpoint"


def test_a_name_near_the_start_breaks_the_prefix_too() -> None:
    """No mask knows a user's name; the texts are the same before it and from it to their end."""
    rules = text(600)
    turns = [
        Turn(at=20 * n, parts=[("system", "", 0, f"You help {name}. {rules}"), ("user", f"q{n}", 50)],
             session=f"s{n}")
        for n, name in enumerate(NAMES)
    ]  # fmt: skip
    found = finding(checked(GPT, turns), "cache-buster")
    assert found is not None
    assert found.title == "Keep what differs from call to call out of the cached prefix"
    assert found.saving is not None
    # Texts that share little are two prompts, not one with a stretch in it.
    letters = [text(600, n).translate(str.maketrans("0123456789", "qzxjkvwbpm")) for n in range(20)]
    other = [replace(turn, parts=[("system", "", 0, letters[n] + rules[-300:]), *turn.parts[1:]])
             for n, turn in enumerate(turns)]  # fmt: skip
    assert finding(checked(GPT, other), "cache-buster") is None
