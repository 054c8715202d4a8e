"""Fixes and remedies: in the words of the API and the client: what they find, what they must not find, what they say."""

from __future__ import annotations

from dataclasses import replace

from played import Part, Turn, checked, finding, play
from turns import CLAUDE, GPT, RULES, growing
from whytokens import registry
from whytokens.detectors.snippets import family
from whytokens.model import CallId, Where
from whytokens.waste import Evidence, Fix, Say, Waste
from whytokens.waste.clients import CLIENTS, client_of
from whytokens.waste.remedies import remedy, rows


def test_fixes_speak_the_calls_own_api() -> None:
    for model, name in ((CLAUDE, "anthropic"), (GPT, "openai")):
        _, found = play(model, [Turn(at=0, parts=[RULES])])
        assert family(found[0]) == name


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
