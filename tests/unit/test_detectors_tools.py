"""Detectors of tools and servers: what they find, what they must not find, what they say."""

from __future__ import annotations

import json
import random

from played import Part, Turn, checked, finding
from turns import CLAUDE, GPT, RULES, text


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


def test_a_log_without_replies_says_nothing_about_tools() -> None:
    turns = [Turn(at=n, parts=[("tools", "t", 300), RULES, ("user", f"{n}", 9)]) for n in range(20)]
    assert finding(checked(CLAUDE, turns), "never-called-tools") is None


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
