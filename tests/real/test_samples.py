"""Every real log of the formats we read: opens or is refused, adds up, and holds the calls it should.

Needs `../shared` beside the checkout; skips with a message where it is not.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from statistics import median

import pytest

import contract
from whytokens.errors import TraceError
from whytokens.pipeline import Opened, run
from whytokens.worker import source

ROOT = Path(__file__).parent.parent.parent
SAMPLES = ROOT.parent / "shared" / "samples"
# What every file of a folder is recognised as. A folder listed in WHOLE is opened at once.
FOLDERS = {
    "dev/claude_code": "Claude Code session",
    "dev/codex": "Codex CLI session",
    "dev/gemini_cli": "Gemini CLI session",
    "dev/atif": "ATIF trajectory",
    "dev/swe_agent": "SWE-agent trajectory",
    "dev/openhands": "OpenHands trajectory",
    "dev/cline": "Cline / Roo Code task",
    "dev/copilot_chat": "GitHub Copilot Chat",
    "dev/inspect_eval": "Inspect AI log",
    "dev/opencode": "opencode session",
    "generated/inspect_eval": "Inspect AI log",
    "dev/specstory_md": "SpecStory transcript",
    "generated/llmprof": "llmprof",
    "generated/llm_spend": "llm-spend",
    "generated/llm_logs_db": "llm (logs.db)",
    "dev/raw_openai_chat": "OpenAI Chat Completions",
    "dev/raw_openai_responses": "OpenAI Responses",
    "dev/raw_anthropic": "Anthropic Messages",
}
WHOLE: dict[str, int] = {  # folder opened as one: calls that it holds
    "dev/opencode/agent-sessions__storage_legacy": 1,
    "dev/opencode/agent-sessions__storage_v2": 3,
}
FILES = [
    path
    for folder in FOLDERS
    for path in sorted((SAMPLES / folder).rglob("*"))
    if path.is_file() and not any(path.is_relative_to(SAMPLES / whole) for whole in WHOLE)
]
pytestmark = pytest.mark.skipif(not FILES, reason="../shared/samples is not beside the checkout")
# Files that hold no call, and the code of the error that says so.
REFUSED = {
    "agent-a0ad4f44468bdf20d.meta.json": "unknown-format",  # a sidecar, not a log
    "cline__session.json": "no-calls",  # a session's description beside its messages
}
# Where what we find differs from the number of requests listed beside the samples: what is found,
# and why.
EXPLAINED: dict[str, tuple[int | None, str]] = {
    "response.json": (1, "a response alone is one call without its request"),
    "the-code-in-specstory.md": (None, "none listed; text alone"),
    "normally-when-doing-cloud.md": (None, "none listed; text alone"),
    "llm_spend.db": (13, "none listed; rows of the table"),
    "llm_spend_export.csv": (13, "none listed; rows of the table"),
    "llm_spend_export.json": (13, "none listed; rows of the table"),
    "llmprof_api_traces.json": (14, "none listed; as many as in the database"),
    "terminus2_sub_summary.json": (1, "two of three answers are copies, billed in the parent session"),
    "basic_gui_mode.json": (5, "the last answer's usage is not logged; four are listed by their usage"),
    "log_images_tc.json": (1, "a sample without events still has its answer and its usage"),
    "zstd_pools.eval": (6, "listed as zstd only; the log dump of the same run has six"),
    "claude_small.jsonl": (
        None, "a schema fixture: five assistant messages with an id, one of them an error",
    ),
}  # fmt: skip


def listed() -> dict[str, str]:
    with (SAMPLES / "PROVENANCE.tsv").open(encoding="utf-8") as handle:
        rows = csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["file"]: row["n_llm_requests"] for row in rows}


def opened(path: Path) -> Opened:
    return run([source({"name": path.name, "path": str(path)})])


def pairs() -> list[Opened]:
    """Requests dropped together with their responses."""
    found = []
    for path in FILES:
        response = path.with_name(path.name.replace("request.json", "response.json"))
        if path.name.endswith("request.json") and response.exists():
            both = (path, response)
            found.append(run([source({"name": p.name, "path": str(p)}) for p in both]))
    return found


def test_a_request_and_its_response_dropped_together_are_one_reported_call() -> None:
    for found in pairs():
        contract.check(found)
        assert [one.method for one in found.attributions] == ["reported"]
        assert found.trace.calls[0].prompt


def family(model: str | None) -> str:
    name = (model or "none").rsplit("/", 1)[-1]
    return "-".join(name.split("-")[:2])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_opens_and_adds_up(path: Path) -> None:
    if path.name in REFUSED:
        with pytest.raises(TraceError) as caught:
            opened(path)
        assert caught.value.code == REFUSED[path.name]
        return
    found = opened(path)
    contract.check(found)
    folder = "/".join(path.relative_to(SAMPLES).parts[:2])
    assert found.trace.importer == FOLDERS[folder]
    explained = next((EXPLAINED[end] for end in EXPLAINED if path.name.endswith(end)), None)
    if explained is None:
        assert str(len(found.trace.calls)) == listed()[path.relative_to(SAMPLES).as_posix()]
    elif explained[0] is not None:
        assert len(found.trace.calls) == explained[0]


@pytest.mark.parametrize("folder", WHOLE)
def test_a_folder_of_files_that_belong_together(folder: str) -> None:
    paths = sorted(path for path in (SAMPLES / folder).rglob("*") if path.is_file())
    names = [path.relative_to(SAMPLES / folder).as_posix() for path in paths]
    found = run([source({"name": n, "path": str(p)}) for n, p in zip(names, paths, strict=True)])
    contract.check(found)
    assert found.trace.importer == FOLDERS["/".join(folder.split("/")[:2])]
    assert len(found.trace.calls) == WHOLE[folder]


def test_share_of_overhead_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Reported calls whose request is in the file: how much no text explains, by family."""
    shares: dict[tuple[str, bool], list[tuple[float, float]]] = defaultdict(list)
    for found in [opened(path) for path in FILES if path.name not in REFUSED] + pairs():
        for one in found.attributions:
            if one.method == "reported" and one.call.prompt:
                spans = [span for span in one.spans() if span.billed != "output"]
                overhead = sum(span.tokens for span in spans if span.segment is None)
                whole = sum(span.tokens for span in spans)
                assert whole == one.prompt_tokens
                key = (family(one.call.model), one.call.hidden is not None)
                front = one.front_tokens
                shares[key].append((overhead / whole, front / whole))
    with capsys.disabled():
        for (name, hidden), found in sorted(shares.items()):
            note = " (system and tools not in the log)" if hidden else ""
            whole, unexplained = zip(*found, strict=True)
            print(
                f"\n  {name}{note}: {len(found)} calls, overhead median {median(whole):.1%}, "
                f"worst {max(whole):.1%}; of no known cause or hidden median "
                f"{median(unexplained):.1%}, worst {max(unexplained):.1%}",
                end="",
            )
    assert shares


def test_a_dropped_folder_joins_sub_agents_under_their_session() -> None:
    folder = SAMPLES / "dev" / "claude_code" / "agent-sessions__subagent"
    paths = sorted(folder.rglob("*.jsonl"))
    names = [path.relative_to(folder).as_posix() for path in paths]
    found = run([source({"name": n, "path": str(p)}) for n, p in zip(names, paths, strict=True)])
    parents = {session.key: session.parent for session in found.trace.sessions}
    assert len(parents) == 2
    assert sum(parent is not None for parent in parents.values()) == 1
    contract.check(found)
