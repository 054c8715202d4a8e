"""Detectors of texts: copies, results that nobody uses, thinking, encodings: what they find, what they must not find, what they say."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import replace

import pytest

from played import Part, Turn, checked, finding
from turns import CLAUDE, RULES, call_and_result, growing, only, text
from whytokens import registry
from whytokens.detectors.near_duplicates import jaccard, shingles


def test_the_registry_lists_every_detector_once() -> None:
    keys = [detector.key for detector in registry.DETECTORS]
    assert len(keys) == len(set(keys)) == 23


def test_few_calls_say_nothing_about_tools() -> None:
    turns = [Turn(at=n, parts=[("tools", "t", 300), RULES], reply="ok") for n in range(9)]
    assert finding(checked(CLAUDE, turns), "never-called-tools") is None


def test_the_same_text_twice_in_a_prompt() -> None:
    note: Part = ("user", "", 0, text(60))
    found = only("duplicates", growing([[note], [("assistant", "ok", 5), note]]))
    assert found is not None
    assert [item.note for item in found.evidence] == ["first in call 1"]
    assert found.saving is not None
    assert found.saving.pusd == len(note[3]) * 2_000_000  # type: ignore[misc]
    other = growing([[note], [("assistant", "ok", 5), ("user", "", 0, text(60, 1))]])
    assert only("duplicates", other) is None


def test_a_rewound_conversation_holds_no_copy() -> None:
    note: Part = ("user", "", 0, text(60))
    turns = [
        Turn(at=0, parts=[RULES, ("user", "a", 9), note]),
        Turn(at=9, parts=[RULES, ("user", "b", 9), note]),
    ]
    assert only("duplicates", turns) is None


def test_a_newer_result_replaces_the_older() -> None:
    steps = [
        call_and_result("Read", '{"path":"a.py"}', text(200)),
        call_and_result("Read", '{"path":"a.py"}', text(200, 1)),
        *([("assistant", f"t{n}", 40)] for n in range(4)),
    ]
    turns = growing(list(steps))
    found = only("superseded-reads", turns)
    assert found is not None
    assert found.saving is not None
    old = len(text(200))
    assert found.saving.alone_pusd == old * 5 * 2_000_000  # calls 2 to 6 carry it in vain
    assert [item.note for item in found.evidence] == ["replaced in call 2"]
    other = [steps[0], call_and_result("Read", '{"path":"b.py"}', text(200, 1)), *steps[2:]]
    assert only("superseded-reads", growing(list(other))) is None


def test_results_of_parallel_calls_belong_to_their_calls() -> None:
    both: list[Part] = [
        ("tool_call", "Read", 0, '{"path":"a"}'), ("tool_call", "Read", 0, '{"path":"b"}'),
        ("tool_result", "Read/a", 0, text(90)), ("tool_result", "Read/b", 0, text(90, 1)),
    ]  # fmt: skip
    again = call_and_result("Read", '{"path":"b"}', text(90, 2), "b")
    found = only("superseded-reads", growing([both, again, [("assistant", "t", 9)]]))
    assert found is not None
    assert [item.label for item in found.evidence] == ["Read b"]


def test_almost_the_same_text() -> None:
    whole = text(300)
    edited = whole.replace(whole.split()[40], "changed", 1)
    steps = [[("user", "", 0, whole)], [("assistant", "ok", 5), ("user", "", 0, edited)]]
    found = only("near-duplicates", growing(steps))
    assert found is not None
    assert found.saving is not None
    alike = jaccard(shingles(whole), shingles(edited))
    assert 0.97 < alike < 1
    assert found.saving.pusd == len(edited) * round(alike * 10**6) // 10**6 * 2_000_000
    # A word changed in every ten spoils three runs of three words each; it is the same text still.
    words = whole.split()
    words[::12] = ["renamed"] * len(words[::12])
    steps[1][1] = ("user", "", 0, " ".join(words))
    renamed = only("near-duplicates", growing(steps))
    assert renamed is not None
    assert [item.note for item in renamed.evidence] == ["91 % as in call 1"]
    steps[1][1] = ("user", "", 0, text(300, 5))
    assert only("near-duplicates", growing(steps)) is None


def test_a_large_result_that_nobody_quotes() -> None:
    log = text(700)
    after: list[list[Part]] = [[("assistant", f"turn {n}", 300)] for n in range(12)]
    found = only("stale-results", growing([call_and_result("Bash", "{}", log), *after]))
    assert found is not None
    assert found.saving is not None
    assert found.saving.certainty == "estimated"
    cut = len(log) - len(log) * (500 * 10**6 // len(log)) // 10**6  # 500 tokens of it stay
    assert found.saving.alone_pusd == cut * 13 * 2_000_000  # in its call and the twelve after it
    # The lower end pays for one extra call at the chance of what 13 calls did not show.
    assert 0.02 < (found.saving.pusd - found.saving.low_pusd) / found.saving.pusd < 0.5
    quoted: list[list[Part]] = [[("assistant", "", 0, log[:600])], *after]
    steps = [call_and_result("Bash", "{}", log), *quoted]
    assert only("stale-results", growing(steps)) is None


def test_thinking_of_finished_turns() -> None:
    steps: list[list[Part]] = [
        [("user", "q", 20)],
        [("thinking", "hm", 500), ("tool_call", "Read", 0, "{}"), ("tool_result", "Read/a", 90)],
        [("assistant", "done", 20), ("user", "next", 20)],
        [("assistant", "done too", 20), ("user", "more", 20)],
    ]
    found = only("old-thinking", growing(steps))
    assert found is not None
    assert found.saving is not None
    assert found.saving.alone_pusd == 500 * 2 * 2_000_000  # not in the loop of tools, but after it
    assert only("old-thinking", growing(steps[:2])) is None


def test_base64_in_a_text() -> None:
    blob = base64.b64encode(random.Random(1).randbytes(900)).decode()
    around = "The picture: ", " and what it shows."
    turns = growing([[("user", "", 0, around[0] + blob + around[1])]])
    found = only("binary-text", turns)
    assert found is not None
    assert found.saving is not None
    assert abs(found.saving.pusd - len(blob) * 2_000_000) <= 2_000_000
    for other in (f'{{"encrypted_content": "{blob}"}}', "a" * 900, text(100)):
        assert only("binary-text", growing([[("user", "", 0, other)]])) is None


def test_indented_json() -> None:
    value = [{"id": n, "name": f"name {n}"} for n in range(20)]
    pretty, small = json.dumps(value, indent=2), json.dumps(value, separators=(",", ":"))
    turns = growing([call_and_result("api", "{}", pretty)])
    found = only("json-whitespace", turns)
    assert found is not None
    assert found.saving is not None
    assert found.saving.pusd == pytest.approx((len(pretty) - len(small)) * 2_000_000, abs=4_000_000)
    for other in (small, json.dumps(value), "{ not json\n  at all }" + text(50)):
        steps = [call_and_result("api", "{}", other)]
        assert only("json-whitespace", growing(steps)) is None


def test_retrieved_text_that_no_answer_uses() -> None:
    def asked(number: int, answer: str) -> Turn:
        parts = [RULES, ("retrieved", "faq.md", 0, text(80)), ("user", f"q{number}", 30)]
        return Turn(at=60 * number, parts=parts, session=f"s{number}", reply=answer)

    unused = [asked(n, "Nothing of it.") for n in range(30)]
    found = only("unused-chunks", unused)
    assert found is not None
    assert found.title == "Retrieve 1 source less"
    used = [*unused[:29], asked(29, text(80)[:60])]
    assert only("unused-chunks", used) is None
    assert only("unused-chunks", unused[:29]) is None


def test_advice_is_never_part_of_the_total() -> None:
    turns = [Turn(at=n, parts=[RULES, ("user", f"q{n}", 30)], session=f"s{n}") for n in range(20)]
    found = checked("gpt-4o", turns)
    advice = finding(found, "batchable")
    assert advice is not None
    assert (advice.state, advice.saving) == ("advice", None)
    # gpt-4o: 2.50 $/M input, 1.25 in a batch; 40,600 tokens.
    assert "As a batch they would cost $0.0508 instead of $0.1015: a what-if" in advice.why
    assert finding(checked("gpt-4o", turns[:19]), "batchable") is None


def test_long_histories_are_advice() -> None:
    steps: list[list[Part]] = [
        [("user", "start", 70_000)],
        *([("assistant", f"t{n}", 200)] for n in range(40)),
    ]
    found = finding(checked(CLAUDE, growing(list(steps))), "history-growth")
    assert found is not None
    assert found.state == "advice"
    assert finding(checked(CLAUDE, growing(list(steps[:4]))), "history-growth") is None


def test_unpriced_calls_have_findings_without_money() -> None:
    note: Part = ("user", "", 0, text(60))
    found = checked("no-such-model", growing([[note], [("assistant", "ok", 5), note]]))
    assert found.billed_pusd == found.reclaimable_pusd == 0
    copies = finding(found, "duplicates")
    assert copies is not None
    assert copies.state == "advice"


def test_a_prompt_built_anew_repeats_nothing() -> None:
    """A turn's thinking is left out once the user speaks again: what stands behind it came before."""
    note: Part = ("tool_result", "Bash/", 0, text(200))
    copy: list[Part] = [("tool_call", "Bash", 0, "{}"), note]
    thought: list[Part] = [("thinking", "hm", 300)]
    turns = [
        Turn(at=0, parts=[RULES, ("user", "q", 20)]),
        Turn(at=30, parts=[RULES, ("user", "q", 20), *thought, *copy]),
        Turn(at=60, parts=[RULES, ("user", "q", 20), *thought, *copy, *copy]),
        Turn(at=90, parts=[RULES, ("user", "q", 20), *copy, *copy, ("user", "next", 20)]),
    ]
    found = only("rereads", turns)
    assert found is not None
    assert found.saving is not None
    assert [(item.call, item.note) for item in found.evidence] == [(2, "first in call 2")]
    assert found.saving.alone_pusd == len(note[3]) * 2 * 2_000_000  # type: ignore[misc]
    assert only("rereads", [*turns[:2], turns[3]]) is not None


def test_a_stock_answer_is_no_reread() -> None:
    """Two different calls that both find nothing read nothing twice; the same call does."""
    nothing = (
        "no matches in any of the files that were searched, exit code 1, wall time 0.01 s " * 2
    )
    asked = [call_and_result("rg", f'{{"q":"{word}"}}', nothing) for word in ("a", "b", "b")]
    assert only("rereads", growing(asked[:2])) is None
    found = only("rereads", growing(asked))
    assert found is not None
    assert [item.call for item in found.evidence] == [2]


def test_two_parts_of_a_file_do_not_replace_each_other() -> None:
    """A transcript that keeps only a file's name does not say which lines were read."""
    parts = [text(200), text(200, 1)]
    steps = [call_and_result("Read", '{"input": "a.py"}', part) for part in parts]
    later: list[list[Part]] = [[("assistant", f"t{n}", 40)] for n in range(4)]
    assert only("superseded-reads", growing([*steps, *later])) is None
    lines = [f"line {n} of a file" for n in range(90)]
    whole, edited = "\n".join(lines), "\n".join(["changed", *lines[1:]])
    steps = [call_and_result("Read", '{"input": "a.py"}', part) for part in (whole, edited)]
    assert only("superseded-reads", growing([*steps, *later])) is not None


def test_what_does_not_pay_is_not_cleared() -> None:
    """Two results are replaced; behind the second stands so much that clearing it costs more."""
    first = [call_and_result("a", '{"p":1}', text(90, seed)) for seed in (1, 2)]
    second = [call_and_result("b", '{"p":2}', text(90, seed)) for seed in (3, 4)]
    steps = [*first, second[0], [("user", "book", 30_000)], second[1],
             *([("assistant", f"t{n}", 40)] for n in range(20))]  # fmt: skip
    turns, before = [], 0
    for turn in growing(list(steps)):
        size = sum(part[2] or len(part[3]) for part in turn.parts)  # type: ignore[misc]
        turns.append(replace(turn, read=before, write_5m=size - before))
        before = size
    found = only("superseded-reads", turns)
    assert found is not None
    assert found.title == "Clear 1 tool result that newer ones replace"
    assert [item.label for item in found.evidence] == ["a a.py"]


def test_cleared_for_nothing_is_no_finding() -> None:
    steps = [call_and_result("Read", '{"p":1}', text(90, 1)), [("user", "book", 30_000)],
             call_and_result("Read", '{"p":1}', text(90, 2))]  # fmt: skip
    turns, before = [], 0
    for turn in growing(list(steps)):
        size = sum(part[2] or len(part[3]) for part in turn.parts)  # type: ignore[misc]
        turns.append(replace(turn, read=before, write_5m=size - before))
        before = size
    detectors = [one for one in registry.DETECTORS if one.key == "superseded-reads"]
    (found,) = checked(CLAUDE, turns, detectors).findings
    assert (found.state, found.saving) == ("ok", None)
    assert found.title.endswith("not worth it here")
