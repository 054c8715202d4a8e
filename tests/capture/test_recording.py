"""ctxcapture's log is one that whytokens opens, and its command does the same."""

from __future__ import annotations

import json
from pathlib import Path

import contract
import ctxcapture
from ctxcapture.cli import main
from whytokens.pipeline import run
from whytokens.worker import source

REQUEST = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Grüße"}]}
RESPONSE = {
    "id": "chatcmpl-1",
    "model": "gpt-4o-2024-08-06",
    "choices": [{"message": {"role": "assistant", "content": "Hallo"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 2},
}


def test_a_recorded_call_opens_and_sums_to_its_usage(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    ctxcapture.record(log, REQUEST, RESPONSE, session="s1", feature="greeting")
    ctxcapture.record(log, REQUEST)
    found = run([source({"name": "calls.jsonl", "path": str(log)})])
    totals = contract.check(found)["totals"]
    assert totals["calls"] == 2
    first = found.trace.calls[0]
    assert (first.session, first.tags["feature"]) == ("s1", "greeting")
    assert found.attributions[0].prompt_tokens == 10


def test_the_command_joins_two_files(tmp_path: Path, capsys) -> None:
    for name, body in (("request.json", REQUEST), ("response.json", RESPONSE), ("list.json", [])):
        (tmp_path / name).write_text(json.dumps(body))
    log = tmp_path / "log.jsonl"
    files = [str(tmp_path / name) for name in ("request.json", "response.json")]
    assert main(["pair", *files, "--to", str(log)]) == 0
    assert json.loads(log.read_text())["response"]["id"] == "chatcmpl-1"
    assert main(["pair", str(tmp_path / "list.json"), "--to", str(log)]) == 1
    assert "no object" in capsys.readouterr().err
