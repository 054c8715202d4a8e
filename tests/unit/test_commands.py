"""The command line: each command on hand-written logs, its exit codes, its files."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import SimpleNamespace

import pytest

from whytokens import __version__
from whytokens.cli import COMMANDS, main
from whytokens.commands.open_page import find_site, serving
from whytokens.errors import TraceError

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
LOG = str(FIXTURES / "anthropic_messages" / "two-turns-cached" / "log.jsonl")
OTHER = str(FIXTURES / "anthropic_messages" / "streamed-with-thinking" / "pairs.jsonl")


@pytest.fixture
def tagged(tmp_path: Path) -> str:
    """Three calls of two features, one without."""
    lines = []
    for number, feature in enumerate(("search", "rank", None)):
        request = {"model": "gpt-4o", "messages": [{"role": "user", "content": f"q{number}"}]}
        usage = {"prompt_tokens": 1000 * (number + 1), "completion_tokens": 10}
        response = {"id": f"c{number}", "choices": [], "usage": usage}
        day = f"2026-11-0{number + 1}T10:00:00Z"
        line = {"timestamp": day, "request": request, "response": response}
        lines.append(json.dumps({**line, "feature": feature} if feature else line))
    path = tmp_path / "tagged.jsonl"
    path.write_text("\n".join(lines))
    return str(path)


def out(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(words) == code
    return capsys.readouterr().out


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for one in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([one.name, "--help"])
        assert ended.value.code == 0
    assert "usage: whytokens" in capsys.readouterr().out


def test_report_by_a_dimension(tagged: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = out(capsys, "report", tagged, "--by", "feature").splitlines()
    assert [line.split()[0] for line in lines] == ["feature", "(untagged)", "rank", "search", "all"]
    found = json.loads(out(capsys, "report", tagged, "--by", "day,feature", "--format", "json"))
    assert found["by"] == ["day", "feature"] and len(found["groups"]) == 3
    assert found["all"]["input_tokens"] == 6000
    assert found["groups"][-1]["day"] == "2026-11-01"
    total = sum(float(one["cost_usd"]) for one in found["groups"])
    assert total == pytest.approx(float(found["all"]["cost_usd"]))


def test_report_in_other_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "report.md"
    assert out(capsys, "report", LOG, "--format", "markdown", "--out", str(to)) == ""
    assert to.read_text().startswith("### ")
    assert out(capsys, "report", LOG, "--format", "html").startswith("<!doctype html>")
    assert ";" in out(capsys, "report", LOG, "--format", "folded")


def test_standard_input(
    tagged: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Path(tagged).read_bytes()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert "3 calls" in out(capsys, "report", "-")


def test_half_a_surrogate_pair_does_not_end_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "lone.json"
    log.write_text('{"model":"gpt-4o","messages":[{"role":"user","content":"a\\ud800b"}]}')
    assert "a" in out(capsys, "report", str(log))
    assert main(["export", "--to", "csv", str(log), "--out", str(tmp_path / "x.csv")]) == 0


def test_summary(tagged: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = out(capsys, "summary", tagged)
    assert "3 calls, 6,000 prompt tokens" in text and "by day: 2026-11-03" in text


def test_compare(capsys: pytest.CaptureFixture[str]) -> None:
    assert "the same" in out(capsys, "compare", LOG, LOG)
    text = out(capsys, "compare", LOG, OTHER)
    assert "all calls" in text and "→" in text
    found = json.loads(out(capsys, "compare", LOG, OTHER, "--format", "json"))
    assert found["identical"] is False
    assert "| what | tokens | cost |" in out(capsys, "compare", LOG, OTHER, "--format", "markdown")


def test_export_calls(tagged: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(out(capsys, "export", "--to", "calls", tagged))))
    assert [row["input_tokens"] for row in rows] == ["1000", "2000", "3000"]
    assert rows[0]["cost_usd"] == "0.0026" and rows[0]["turn_number"] == "1"
    lines = out(capsys, "export", "--to", "calls-jsonl", tagged).splitlines()
    assert json.loads(lines[0])["cost_usd"] == 0.0026


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (["--max-cost", "0.001"], "max-cost"),
        (["--max-context", "2999"], "max-context"),
        (["--require-cached-prefix", "50%"], "require-cached-prefix"),
    ],
)
def test_check_breaks(
    words: list[str], rule: str, tagged: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sarif, junit = tmp_path / "out.sarif", tmp_path / "out.xml"
    files = ["--sarif", str(sarif), "--junit", str(junit)]
    text = out(capsys, "check", tagged, *words, *files, code=3)
    assert text.startswith(f"broken  {rule}: ")
    (run,) = json.loads(sarif.read_text())["runs"]
    (result,) = run["results"]
    assert result["ruleId"] == rule in {one["id"] for one in run["tool"]["driver"]["rules"]}
    suite = ElementTree.parse(junit).getroot()
    assert suite.get("failures") == "1" and suite.find("testcase/failure") is not None


def test_check_holds(tagged: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--max-cost", "1", "--max-context", "3000", "--max-waste", "$5", "--max-growth", "9"]
    junit = tmp_path / "out.xml"
    text = out(capsys, "check", tagged, *words, "--junit", str(junit))
    assert text.split() == [
        "ok",
        "max-cost",
        "ok",
        "max-context",
        "ok",
        "max-waste",
        "ok",
        "max-growth",
    ]
    assert ElementTree.parse(junit).getroot().get("failures") == "0"


def test_check_of_growth_names_the_session(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = []
    for turn in range(3):
        messages = [{"role": "user", "content": f"turn {n}"} for n in range(turn + 1)]
        usage = {"prompt_tokens": 100 + 500 * turn, "completion_tokens": 1}
        response = {"id": f"g{turn}", "choices": [], "usage": usage}
        request = {"model": "gpt-4o", "messages": messages}
        lines.append(json.dumps({"request": request, "response": response, "session": "s1"}))
    log = tmp_path / "grow.jsonl"
    log.write_text("\n".join(lines))
    text = out(capsys, "check", str(log), "--max-growth", "499", code=3)
    assert "The prompt of s1 grows by 500 tokens a call" in text


def test_check_without_prices_is_no_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "own.json"
    request = {"model": "my-own-model", "messages": [{"role": "user", "content": "hi"}]}
    log.write_text(json.dumps(request))
    assert "no price" in out(capsys, "check", str(log), "--max-cost", "1", code=3)


def test_the_github_action_runs_the_check(
    tagged: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its script, with `whytokens` from here: a limit that holds, one that is broken."""
    text = (ROOT / ".github" / "actions" / "check" / "action.yml").read_text()
    script = text.split("      run: |\n")[1].split("      env:")[0]
    here = tmp_path / "bin"
    here.mkdir()
    command = here / "whytokens"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m whytokens.cli "$@"\n')
    command.chmod(0o755)
    summary = tmp_path / "summary.md"
    names = ["MAX_COST", "MAX_CONTEXT", "MAX_WASTE", "REQUIRE_CACHED_PREFIX", "MAX_GROWTH"]
    path = f"{here}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, **dict.fromkeys(names, ""), "PATH": path, "FILES": tagged}
    variables |= {"GITHUB_STEP_SUMMARY": str(summary), "SARIF": str(tmp_path / "out.sarif")}
    variables["PYTHONPATH"] = str(ROOT / "pylib")
    for limit, code in (("1", 0), ("0.0001", 3)):
        bash = ["bash", "-e", "-c", script]
        done = subprocess.run(bash, env=variables | {"MAX_COST": limit}, check=False)
        assert done.returncode == code
    assert summary.read_text().startswith("### ")
    assert json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]


def test_usage_and_missing_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", LOG]) == 2
    assert main(["report", "/no/such/file.jsonl"]) == 1
    assert main(["count", "/no/such/file", "--model", "gpt-4o"]) == 1
    for bad in (["--max-cost", "a lot"], ["--require-cached-prefix", "most"]):
        with pytest.raises(SystemExit):
            main(["check", LOG, *bad])
    assert "unknown-format" in capsys.readouterr().err


def test_open_serves_the_site_and_these_files_only(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("the page")
    server, address = serving([LOG], find_site(site), 0)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    base, _, key = address.partition("/?local=")

    def get(path: str) -> bytes:
        with urllib.request.urlopen(f"{base}{path}") as answer:
            return bytes(answer.read())

    assert get("/index.html") == b"the page"
    assert json.loads(get(f"/local/{key}/files.json")) == ["log.jsonl"]
    assert get(f"/local/{key}/0") == Path(LOG).read_bytes()
    for path in ("/local/guess/files.json", f"/local/{key}/1", f"/local/{key}/../0"):
        with pytest.raises(urllib.error.HTTPError):
            get(path)
    server.shutdown()
    server.server_close()
    with pytest.raises(TraceError, match="no built site"):
        find_site(tmp_path)


def test_benchmarks_that_the_page_saved_are_enforced(
    tagged: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flows = {"search": (1, 3), "rank": (10**12, 10**12)}
    percentiles = {
        name: {
            "runs": 200,
            "pusd": {f"p{q}": low if q < 75 else high for q in (50, 75, 90, 95, 99)},
            "tokens": {f"p{q}": 10 for q in (50, 75, 90, 95, 99)},
        }
        for name, (low, high) in flows.items()
    }
    base = {
        "format": "whytokens-benchmarks",
        "v": 1,
        "workflow_tag": "feature",
        "workflows": percentiles,
    }
    path = tmp_path / "base.json"
    path.write_text(json.dumps(base))
    said = out(capsys, "check", tagged, "--benchmarks", str(path), code=3)
    assert said.startswith("broken  benchmarks: search: critical.") and "rank" not in said
    base["workflows"] = {"rank": percentiles["rank"]}
    path.write_text(json.dumps(base))
    assert out(capsys, "check", tagged, "--benchmarks", str(path)) == "ok      benchmarks\n"
    base["workflow_tag"] = "team"
    path.write_text(json.dumps(base))
    assert "nothing could be checked" in out(
        capsys, "check", tagged, "--benchmarks", str(path), code=3
    )
    path.write_text("{}")
    assert main(["check", tagged, "--benchmarks", str(path)]) == 1


@pytest.mark.parametrize("module", ["whytokens", "ctxcapture"])
def test_the_commands_run_as_modules(module: str) -> None:
    command = [sys.executable, "-m", module, "--version"]
    there = {**os.environ, "PYTHONPATH": str(ROOT / "pylib")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=there)
    assert done.stdout.strip() == __version__
