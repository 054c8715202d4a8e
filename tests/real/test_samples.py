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
from whytokens.opened import Opened
from whytokens.pipeline import run
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
    "dev/braintrust": "Braintrust",
    "dev/har": "HAR",
    "dev/langfuse": "Langfuse",
    "dev/langsmith": "LangSmith",
    "dev/litellm": "LiteLLM",
    "dev/openai_batch": "Batch file",
    "dev/openai_finetune": "Fine-tuning file",
    "dev/openinference": "OpenInference / Phoenix",
    "dev/otel_genai_spans": "OpenTelemetry GenAI",
    "dev/otlp_json": "OpenTelemetry GenAI",
    "dev/raw_bedrock_converse": "Bedrock Converse",
    "dev/raw_cohere_v2": "Cohere Chat",
    "dev/raw_gemini": "Gemini generateContent",
    "dev/raw_mistral": "Mistral Chat",
    "dev/raw_ollama": "Ollama",
    "dev/vcr": "VCR cassette",
    "dev/vercel_ai_sdk": "Vercel AI SDK spans",
    "generated/curl_and_repr": "Pasted command",
    "generated/langsmith": "LangSmith",
    "generated/litellm": "LiteLLM",
    "generated/logfire_otlp": "Logfire",
    "generated/mlflow": "MLflow",
    "generated/openinference_otlp": "OpenInference / Phoenix",
    "generated/otlp_json": "OpenTelemetry GenAI",
    "generated/phoenix": "OpenInference / Phoenix",
    "generated/promptfoo": "promptfoo",
    "dev/raw_openai_chat": "OpenAI Chat Completions",
    "dev/raw_openai_responses": "OpenAI Responses",
    "dev/raw_anthropic": "Anthropic Messages",
}
OTHERS = {  # files that another importer of their folder reads
    "python_dict_repr.txt": "Pasted Python",
    "python_kwargs_repr.txt": "Pasted Python",
    "phoenix__example_traces.db": "Phoenix database",
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
    "raw_otlp_advanced.json": "no-calls",  # spans of no model
    "for-tools-instrumentation_2524.har": "no-calls",  # requests to Wikipedia alone
    "should-partial-update-row-data_3739884320.har": "no-calls",  # requests to datasets alone
    "results.csv": "unknown-format",  # promptfoo's table of outputs: no prompts as sent, no usage
    "cline__session.json": "no-calls",  # a session's description beside its messages
}
# Where what we find differs from the number of requests listed beside the samples: what is found,
# and why.
EXPLAINED: dict[str, tuple[int | None, str]] = {
    "python_dict_repr.txt": (1, "none listed; one dict"),
    "python_kwargs_repr.txt": (1, "none listed; one call"),
    "anthropic_bash_sq_escape.sh": (1, "none listed; one command"),
    "anthropic_chrome_copy_as_curl.sh": (1, "none listed; one command"),
    "gemini_heredoc.sh": (1, "none listed; one command"),
    "openai_bash.sh": (1, "none listed; one command"),
    "openai_windows_cmd.txt": (1, "none listed; one command"),
    "results.jsonl": (4, "none listed; as many as in the JSON"),
    "spans_dataframe.parquet": (14, "none listed; as many as in the JSON Lines"),
    "spans_dataframe.jsonl": (14, "20 spans of 14 calls: the Anthropic SDK's own beside the others"),
    "phoenix_rest_spans.json": (14, "the same 20 spans of 14 calls"),
    "phoenix_rest_otlpv1.json": (14, "one is listed for the file; the same 20 spans of 14 calls"),
    "openinference_0.1.66.otlp.jsonl": (14, "the same 20 spans of 14 calls"),
    "0.62_input.messages.otlp.jsonl": (14, "20 spans of 14 calls: two instrumentations of one client"),
    "logfire_5.2.otlp.jsonl": (14, "a log that ends a stream and the SDK's own span are of one call"),
    "langsmith_runs_ingest.json": (14, "each run is posted and patched"),
    "vercel-aisdk-2025-11-17.trace.json": (1, "ai.generateText sums up its doGenerate"),
    "openinference_adot_spans.json": (3, "three of eight events are of a model, by their output"),
    "bedrock-agent-trace.har": (3, "three invocations of a model inside one request to the agent"),
    "response-attributes-in-span-for-given.har": (1, "none listed; one request to a model, streamed"),
    "response.sse.txt": (1, "a response alone is one call without its request"),
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
    refused = next((REFUSED[end] for end in REFUSED if path.name.endswith(end)), None)
    if refused:
        with pytest.raises(TraceError) as caught:
            opened(path)
        assert caught.value.code == refused
        return
    found = opened(path)
    contract.check(found)
    folder = "/".join(path.relative_to(SAMPLES).parts[:2])
    label = next((OTHERS[end] for end in OTHERS if path.name.endswith(end)), FOLDERS[folder])
    assert found.trace.importer == label
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
    for found in [
        opened(path) for path in FILES if not path.name.endswith(tuple(REFUSED))
    ] + pairs():
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
