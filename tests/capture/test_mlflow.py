"""A captured call in a real MLflow server: its messages, tools, usage, session and user are there.

`build.py bench otlp` installs MLflow into an environment of its own (`.build/mlflow`, 850 MB); without
it this is skipped.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import ctxcapture
from providers import ANTHROPIC_USAGE, Provider

MLFLOW = Path(__file__).parent.parent.parent / ".build" / "mlflow" / "bin"
pytestmark = [
    pytest.mark.skipif(not MLFLOW.exists(), reason="no MLflow here: `build.py bench otlp` gets it"),
    pytest.mark.filterwarnings("default"),
]
READ = """
import json, sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
(trace,) = mlflow.search_traces(locations=["0"], return_type="list")
print(json.dumps({**trace.info.trace_metadata, **trace.data.spans[0].attributes}))
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [str(MLFLOW / "mlflow"), "server", "--port", port]
    command += ["--backend-store-uri", f"sqlite:///{tmp_path / 'traces.db'}"]
    # Its workers are processes of their own: a group of theirs ends with them.
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as server:  # fmt: skip
        try:
            yield _answering(f"http://127.0.0.1:{port}")
        finally:
            os.killpg(server.pid, 15)


def _answering(found: str) -> str:
    for _ in range(120):
        try:
            httpx.get(f"{found}/health").raise_for_status()
            return found
        except httpx.HTTPError:
            time.sleep(0.5)
    pytest.skip("MLflow did not start")


def test_mlflow_shows_messages_tools_and_usage(
    server: Provider, address: str, tmp_path: Path
) -> None:
    tool = {"name": "look_up", "description": "finds", "input_schema": {"type": "object"}}
    body = {"model": "claude-x", "system": "Be brief.", "tools": [tool]}
    body |= {"messages": [{"role": "user", "content": "Where?"}]}
    ctxcapture.install(
        folder=tmp_path / "log", otlp=address, otlp_headers={"x-mlflow-experiment-id": "0"}
    )
    with ctxcapture.tags(session="s1", user="u1"):
        httpx.post(f"{server.address}/v1/messages", json=body)
    ctxcapture.flush()
    ctxcapture.uninstall()
    command = [str(MLFLOW / "python"), "-c", READ, address]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    usage = found["mlflow.chat.tokenUsage"]
    read, written = (ANTHROPIC_USAGE[f"cache_{word}_input_tokens"] for word in ("read", "creation"))
    assert usage["input_tokens"] == ANTHROPIC_USAGE["input_tokens"] + read + written
    assert usage["cache_read_input_tokens"] == read
    assert usage["cache_creation_input_tokens"] == written
    assert found["mlflow.chat.tools"][0]["name"] == "look_up"
    assert found["mlflow.spanInputs"][0]["parts"][0]["content"] == "Where?"
    assert (found["mlflow.trace.session"], found["mlflow.trace.user"]) == ("s1", "u1")
