"""What the proxy adds to a call at a zero-latency upstream, beside a bare pass-through and llmprof.

Every proxy is a process of its own before the same upstream; one client asks them in turn, call by call.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from building.bench_capture import SERVER
from building.bench_session import peer_python, vocabulary
from building.places import ROOT

# About 35,000 tokens of source code.
BODY_CHARS = 140_000
CALLS, WARM = 200, 20
BARE = """
import sys
import httpx, uvicorn
client = httpx.AsyncClient(timeout=None)
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message.get("more_body")
    kept = [(n, v) for n, v in scope["headers"] if n not in (b"host", b"content-length")]
    async with client.stream("POST", sys.argv[2] + scope["path"], headers=kept, content=body) as one:
        headers = [(n, v) for n, v in one.headers.raw if n.lower() != b"transfer-encoding"]
        await send({"type": "http.response.start", "status": one.status_code, "headers": headers})
        async for chunk in one.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False, lifespan="off")
"""


def main() -> None:
    import httpx

    with ExitStack() as running, tempfile.TemporaryDirectory() as folder:
        upstream = running.enter_context(_upstream())
        addresses = {"direct": upstream}
        for name, command in _commands(upstream, Path(folder)).items():
            addresses[name] = running.enter_context(_started(command, Path(folder)))
        times: dict[str, list[float]] = {name: [] for name in addresses}
        with httpx.Client(timeout=60) as client:
            for _ in range(CALLS):
                for name, address in addresses.items():
                    start = time.perf_counter()
                    client.post(
                        f"{address}/v1/chat/completions", content=_body()
                    ).raise_for_status()
                    times[name].append((time.perf_counter() - start) * 1000)
    _print(times)


def _print(times: dict[str, list[float]]) -> None:
    print(f"{BODY_CHARS // 1000} kB bodies, {CALLS} calls each, in turn; ms a call")
    found = {name: sorted(some[WARM:]) for name, some in times.items()}
    bare = found["bare pass-through"]
    for name, some in found.items():
        p50, p99 = median(some), some[int(len(some) * 0.99)]
        above = f"{p50 - median(bare):+6.2f} p50, {p99 - bare[int(len(bare) * 0.99)]:+6.2f} p99"
        print(f"{name:20} p50 {p50:7.2f}  p99 {p99:7.2f}   beside the pass-through {above}")


_BODY: list[bytes] = []


def _body() -> bytes:
    if not _BODY:
        text = "".join(path.read_text() for path in sorted((ROOT / "pylib").rglob("*.py")))
        messages = [{"role": "user", "content": text[:BODY_CHARS]}]
        _BODY.append(json.dumps({"model": "gpt-4o", "messages": messages}).encode())
    return _BODY[0]


def _commands(upstream: str, folder: Path) -> dict[str, list[str]]:
    """Each proxy's command; PORT stands for its port."""
    ours = ["-m", "ctxcapture.cli", "proxy", "--port", "PORT", "--dir", str(folder / "log")]
    found = {
        "bare pass-through": [sys.executable, "-c", BARE, "PORT", upstream],
        "whytokens": [sys.executable, *ours, "--upstream", f"openai={upstream}"],
    }
    peer = [str(peer_python().with_name("llmprof")), "up", "--port", "PORT"]
    return {**found, "llmprof 0.1.4": [*peer, "--upstream", upstream]}


@contextmanager
def _started(command: list[str], folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    words = [port if word == "PORT" else word for word in command]
    variables = {**os.environ, **vocabulary(), "LLMPROF_HOME": str(folder / "llmprof")}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, env=variables, stdout=quiet, stderr=quiet) as process:
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", int(port)), 0.2).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@contextmanager
def _upstream() -> Iterator[str]:
    code = SERVER.format(tests=str(ROOT / "tests"))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None and server.stdin is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()
