"""Each detector on a small played trace: what it finds, what it must not find, what it says."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import replace

import pytest

from played import Part, Turn, checked, finding, play
from whytokens import registry
from whytokens.cache.prompts import Prompts
from whytokens.cache.volatile import breaker, volatile
from whytokens.detectors.near_duplicates import jaccard, shingles
from whytokens.detectors.snippets import family
from whytokens.model import CallId, Where
from whytokens.waste import Evidence, Fix, Say, Waste
from whytokens.waste.clients import CLIENTS, client_of
from whytokens.waste.remedies import remedy, rows
from whytokens.waste.traffic import threads

CLAUDE, GPT = "claude-sonnet-5", "gpt-4o"
NAMES = ("Ana", "Bo", "Chi", "Dov", "Eva", "Finn", "Gus", "Hana", "Ivo", "Jun", "Kim", "Lea", "Max")
RULES: Part = ("system", "rules", 2_000)
WORDS = [f"word{n}" for n in range(400)]


def only(key: str, turns: list[Turn]):
    """What one detector finds when nothing else is done: priced as it was billed."""
    detectors = [detector for detector in registry.DETECTORS if detector.key == key]
    return finding(checked(CLAUDE, turns, detectors), key)


def growing(steps: list[list[Part]], **fields) -> list[Turn]:
    """An agent: each step's parts are added to the prompt of the one before, 30 s apart."""
    turns, parts = [], [RULES]
    for number, step in enumerate(steps):
        parts = [*parts, *step]
        turns.append(Turn(at=30 * number, parts=list(parts), **fields))
    return turns


def call_and_result(tool: str, arguments: str, result: str, path: str = "a.py") -> list[Part]:
    return [
        ("tool_call", tool, 0, arguments),
        ("tool_result", f"{tool}/{path}", 0, result),
    ]


def text(words: int, seed: int = 0) -> str:
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) + str(chosen.randrange(99)) for _ in range(words))


def test_the_registry_lists_every_detector_once() -> None:
    keys = [detector.key for detector in registry.DETECTORS]
    assert len(keys) == len(set(keys)) == 23


def test_tools_of_an_mcp_server_are_rolled_up() -> None:
    tools: list[Part] = [("tools", "mcp:jira/search", 300), ("tools", "mcp:jira/create", 300),
                         ("tools", "mcp:git/log", 300), ("tools", "mcp:git/blame", 300)]  # fmt: skip
    turns = [
        Turn(
            at=n,
            parts=[*tools, RULES, ("user", f"q{n}", 50)],
            reply="ok",
            called=("mcp__git__log",),
        )
        for n in range(12)
    ]
    found = [f for f in checked(CLAUDE, turns).findings if f.detector == "never-called-tools"]
    assert [f.title for f in found] == [
        "Turn off mcp:jira: 2 tool definitions nobody called",
        "Stop sending 1 tool definition nobody called",
    ]
    assert [[item.label for item in f.evidence] for f in found] == [
        ["mcp:jira search", "mcp:jira create"], ["mcp:git blame"]
    ]  # fmt: skip
    assert found[0].confidence == "low"


def test_few_calls_say_nothing_about_tools() -> None:
    turns = [Turn(at=n, parts=[("tools", "t", 300), RULES], reply="ok") for n in range(9)]
    assert finding(checked(CLAUDE, turns), "never-called-tools") is None


def test_a_log_without_replies_says_nothing_about_tools() -> None:
    turns = [Turn(at=n, parts=[("tools", "t", 300), RULES, ("user", f"{n}", 9)]) for n in range(20)]
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


def test_order_of_tools() -> None:
    names = ["a", "b", "c", "d"]
    turns = []
    for number in range(12):
        shuffled = random.Random(number).sample(names, 4)
        tools: list[Part] = [
            ("tools", n, 0, json.dumps({"name": n, "text": text(40)})) for n in shuffled
        ]
        turns.append(
            Turn(
                at=30 * number,
                parts=[*tools, RULES, ("user", f"q{number}", 30)],
                session=f"s{number}",
            )
        )
    found = finding(checked(GPT, turns), "cache-buster")
    assert found is not None
    assert found.title == "Send tools and keys in one order"


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


def test_advice_is_never_part_of_the_total() -> None:
    turns = [Turn(at=n, parts=[RULES, ("user", f"q{n}", 30)], session=f"s{n}") for n in range(20)]
    found = checked("gpt-4o", turns)
    advice = finding(found, "batchable")
    assert advice is not None
    assert (advice.state, advice.saving) == ("advice", None)
    # gpt-4o: 2.50 $/M input, 1.25 in a batch; 40,600 tokens.
    assert "As a batch they would cost $0.0508 instead of $0.1015: a what-if" in advice.why
    assert finding(checked("gpt-4o", turns[:19]), "batchable") is None


def test_long_schemas_are_advice() -> None:
    turns = [
        Turn(at=n, parts=[("tools", "big", 900), ("tools", "small", 90), RULES]) for n in range(2)
    ]
    found = finding(checked(CLAUDE, turns), "verbose-schemas")
    assert found is not None
    assert found.title == "Send fewer or shorter tool definitions: 990 tokens a call"
    assert [item.label for item in found.evidence] == ["big"]
    assert found.saving is None
    assert finding(checked(CLAUDE, turns[:1]), "verbose-schemas") is None


def test_long_histories_are_advice() -> None:
    steps: list[list[Part]] = [
        [("user", "start", 70_000)],
        *([("assistant", f"t{n}", 200)] for n in range(40)),
    ]
    found = finding(checked(CLAUDE, growing(list(steps))), "history-growth")
    assert found is not None
    assert found.state == "advice"
    assert finding(checked(CLAUDE, growing(list(steps[:4]))), "history-growth") is None


def test_fixes_speak_the_calls_own_api() -> None:
    for model, name in ((CLAUDE, "anthropic"), (GPT, "openai")):
        _, found = play(model, [Turn(at=0, parts=[RULES])])
        assert family(found[0]) == name


def test_unpriced_calls_have_findings_without_money() -> None:
    note: Part = ("user", "", 0, text(60))
    found = checked("no-such-model", growing([[note], [("assistant", "ok", 5), note]]))
    assert found.billed_pusd == found.reclaimable_pusd == 0
    copies = finding(found, "duplicates")
    assert copies is not None
    assert copies.state == "advice"


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


def test_fixes_speak_the_words_of_the_client() -> None:
    pauses = [
        Turn(at=900 * n, parts=[("user", f"q{m}", 3000) for m in range(n + 1)],
             write_5m=3000 * (n + 1), hidden="system prompt and tool schemas", importer=importer)
        for n in range(6)
        for importer in ("claude_code",)
    ]  # fmt: skip
    found = finding(checked(CLAUDE, pauses), "idle-rebuilds")
    assert found is not None
    assert found.fix is not None
    assert '{"promptCacheTtl": "1h"}' in found.fix.snippet
    assert "cache_control" not in found.fix.snippet
    # Cline sets its breakpoints itself and has no setting for it: nothing is promised.
    cline = [replace(turn, importer="cline") for turn in pauses]
    assert finding(checked(CLAUDE, cline), "idle-rebuilds") is None
    own = [replace(turn, importer="", hidden=None) for turn in pauses]
    assert any(f.fix and "cache_control" in f.fix.snippet for f in checked(CLAUDE, own).findings)


def test_a_client_is_known_by_its_system_text() -> None:
    system = "You are Claude Code, Anthropic's official CLI for Claude."
    trace, _ = play(CLAUDE, [Turn(at=0, parts=[("system", "", 0, system), ("user", "q", 9)])])
    client = client_of(trace, trace.calls[0])
    assert client is not None
    assert client.name == "Claude Code"
    trace, _ = play(CLAUDE, [Turn(at=0, parts=[RULES, ("user", "", 0, system)])])
    assert client_of(trace, trace.calls[0]) is None


def test_servers_are_turned_off_by_name() -> None:
    tools: list[Part] = [("tools", "mcp:jira/search", 300), ("tools", "mcp:git/log", 300)]
    for importer, words in (
        ("claude_code", "/mcp disable jira\n/mcp disable git"),
        ("codex", "[mcp_servers.jira]\nenabled = false\n[mcp_servers.git]\nenabled = false"),
        ("gemini_cli", '{"mcp": {"excluded": ["jira", "git"]}}'),
        ("cursor", ""),
    ):
        turns = [Turn(at=n, parts=[*tools, RULES, ("user", f"q{n}", 50)], reply="ok", importer=importer)
                 for n in range(12)]  # fmt: skip
        trace, _ = play(CLAUDE, turns)
        client = client_of(trace, trace.calls[0])
        assert client is not None
        evidence = tuple(
            Evidence(call=CallId(0), segment=None, label=label, tokens=1, where=Where(file="t"))
            for label in ("mcp:jira search", "mcp:git log")
        )
        waste = Waste(title="", why="", change=Say(), evidence=evidence, fix=Fix(text="api"))
        fix = remedy(client, "never-called-tools", waste)
        assert words in fix.snippet
        assert fix.text != "api"


def test_every_remedy_belongs_to_a_client_and_a_detector() -> None:
    keys = {detector.key for detector in registry.DETECTORS}
    for row in rows():
        assert row["client"] in {*CLIENTS, ""}
        assert set(row["findings"]) <= keys


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


def test_a_copy_of_a_record_is_no_retry() -> None:
    """Two calls at one time with one answer: written twice, or asked twice on purpose."""
    parts = [RULES, ("user", "q", 100)]
    twice = [Turn(at=at, parts=parts, reply="one", duration_ms=900) for at in (0, 0.001)]
    assert only("retries", twice) is None
    again = [Turn(at=at, parts=parts, reply="one", duration_ms=900) for at in (0, 2)]
    assert only("retries", again) is not None


def test_fixes_of_other_apis_are_not_anthropics() -> None:
    steps: list[list[Part]] = [
        [("user", "start", 70_000)],
        *([("assistant", f"t{n}", 200)] for n in range(40)),
    ]
    for model, anthropic in ((CLAUDE, True), (GPT, False)):
        found = finding(checked(model, growing(list(steps))), "history-growth")
        assert found is not None
        assert found.fix is not None
        assert ("context_management" in found.fix.snippet) == anthropic


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
