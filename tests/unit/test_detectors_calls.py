"""Detectors of calls: retries, loops, answers cut off: what they find, what they must not find, what they say."""

from __future__ import annotations

from played import Turn, checked, finding
from turns import CLAUDE, RULES, call_and_result, growing, only
from whytokens.model import CallId, Where
from whytokens.waste import Evidence, Fix, Say, Waste
from whytokens.waste.clients import CLIENTS
from whytokens.waste.remedies import remedy


def test_a_call_made_again_after_an_error() -> None:
    parts = [RULES, ("user", "q", 100)]
    failed = Turn(at=0, parts=parts, error="timeout", reply="half an ans")
    turns = [failed, Turn(at=20, parts=parts, reply="answer")]
    found = only("retries", turns)
    assert found is not None
    assert found.saving is not None
    assert found.saving.certainty == "measured"
    assert found.saving.pusd == 2_100 * 2_000_000 + 11 * 10_000_000
    later = [failed, Turn(at=700, parts=parts, reply="answer")]
    assert only("retries", later) is None
    different = [Turn(at=0, parts=parts, reply="one"), Turn(at=9, parts=parts, reply="two")]
    assert only("retries", different) is None
    same = [Turn(at=0, parts=parts, reply="one"), Turn(at=9, parts=parts, reply="one")]
    assert only("retries", same) is not None


def test_an_answer_cut_off_and_asked_for_again() -> None:
    parts = [RULES, ("user", "q", 100)]
    turns = [
        Turn(at=0, parts=parts, reply="hal", stop="max_tokens"),
        Turn(at=9, parts=parts, reply="half"),
    ]
    found = checked(CLAUDE, turns)
    assert finding(found, "cut-off-answers") is not None
    assert finding(found, "retries") is None


def test_an_agent_in_a_loop() -> None:
    failing = call_and_result(
        "Bash", '{"command":"make"}', "Error: no rule to make target " + "x" * 60
    )
    found = only("agent-loops", growing([failing] * 5))
    assert found is not None
    assert [item.note for item in found.evidence] == ["try 3", "try 4", "try 5"]
    fine = call_and_result("Bash", '{"command":"make"}', "built " + "x" * 60)
    assert only("agent-loops", growing([fine] * 5)) is None


def test_a_copy_of_a_record_is_no_retry() -> None:
    """Two calls at one time with one answer: written twice, or asked twice on purpose."""
    parts = [RULES, ("user", "q", 100)]
    twice = [Turn(at=at, parts=parts, reply="one", duration_ms=900) for at in (0, 0.001)]
    assert only("retries", twice) is None
    again = [Turn(at=at, parts=parts, reply="one", duration_ms=900) for at in (0, 2)]
    assert only("retries", again) is not None


def test_a_cap_is_below_what_it_is_for() -> None:
    """Half of the smallest text found: a limit that none of them would have passed."""
    client = CLIENTS["codex"]
    evidence = tuple(
        Evidence(call=CallId(0), segment=None, label="Bash", tokens=n, where=Where(file="t"))
        for n in (4_045, 3_256)
    )
    waste = Waste(title="", why="", change=Say(), evidence=evidence, fix=Fix(text=""))
    assert "tool_output_token_limit = 1500" in remedy(client, "stale-results", waste).snippet
    assert "AGENTS.md" in remedy(client, "rereads", waste).snippet
