"""`ctxcapture run` on a program that knows nothing of it, and the log for other tools."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from capture.conftest import lines, plain
from ctxcapture.cli import main
from providers import CHAT_USAGE, Provider

PROGRAM = """
import subprocess, sys
import httpx
body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "a long question " * 50}]}
for _ in range(2):
    httpx.post(sys.argv[1] + "/v1/chat/completions", json=body)
if len(sys.argv) == 2:
    subprocess.run([sys.executable, __file__, sys.argv[1], "child"], check=True)
    sys.exit(7)
"""


@pytest.mark.parametrize("shared", [False, True], ids=["whole", "shared"])
def test_an_unmodified_program_and_its_children(
    server: Provider, tmp_path: Path, shared: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "app.py"
    program.write_text(PROGRAM)
    log = tmp_path / "log"
    words = ["run", "--dir", str(log), *(["--shared"] if shared else [])]
    assert main([*words, "--", "python", str(program), server.address]) == 7
    assert len(lines(log)) == 4 == len(server.served)
    assert main(["expand", *map(str, sorted(log.iterdir()))]) == 0
    for text in capsys.readouterr().out.splitlines():
        whole = json.loads(text)
        assert set(whole) == {"resourceSpans"}
        (span,) = whole["resourceSpans"][0]["scopeSpans"][0]["spans"]
        said = {one["key"]: plain(one["value"]) for one in span["attributes"]}
        assert json.loads(said["ctxcapture.request"])["model"] == "gpt-4o"
        (message,) = json.loads(said["gen_ai.input.messages"])
        assert message["parts"][0]["content"] == "a long question " * 50
        assert said["gen_ai.usage.input_tokens"] == CHAT_USAGE["prompt_tokens"]


def test_the_environments_own_sitecustomize_still_runs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('own')")
    command = [sys.executable, "-m", "ctxcapture.cli", "run", "--", "python", "-c", "print('app')"]
    import os

    path = os.pathsep.join([os.environ.get("PYTHONPATH", ""), "pylib", str(tmp_path)])
    variables = {**os.environ, "PYTHONPATH": path, "CTXCAPTURE_DIR": str(tmp_path / "log")}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-2:] == ["own", "app"]


def test_no_program_and_one_that_cannot_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--"]) == 1
    assert main(["run", "--", "/no/such/program"]) == 1
    assert "no program" in capsys.readouterr().err
