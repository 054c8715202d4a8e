"""What capture costs a host program: time a call, time to import, disk on a long agent log.

The provider is a process of its own; each round takes the bare client and the captured one in turn.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from building import bench_session
from building.bench_session import GENERATOR
from building.places import BUILD, ROOT

BODY_CHARS = 100_000
CALLS, ROUNDS = 300, 5
SERVER = """
import sys
sys.path.insert(0, {tests!r})
from providers import provider
with provider() as server:
    print(server.address, flush=True)
    sys.stdin.read()
"""


def main() -> None:
    _per_call()
    _import()
    _disk()


def _per_call() -> None:
    code = SERVER.format(tests=str(ROOT / "tests"))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None and server.stdin is not None
        address = server.stdout.readline().strip()
        added, bare = [], []
        for _ in range(ROUNDS):
            without = _asked(address)
            with tempfile.TemporaryDirectory() as folder:
                watched = _watched(address, folder)
            added.append(watched - without)
            bare.append(without)
        server.stdin.close()
    print(
        f"httpx, body {BODY_CHARS // 1000} kB: {median(bare):.3f} ms bare, "
        f"install() adds {median(added):.3f} ms a call (p50; median of {ROUNDS} rounds)"
    )


def _watched(address: str, folder: str) -> float:
    import ctxcapture

    ctxcapture.install(folder=folder)
    try:
        return _asked(address)
    finally:
        ctxcapture.uninstall()


def _asked(address: str) -> float:
    """Milliseconds of the middle call."""
    import httpx

    source = "".join(path.read_text() for path in sorted((ROOT / "pylib").rglob("*.py")))
    text = source[:BODY_CHARS]
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": text}]})
    times = []
    with httpx.Client() as client:
        for _ in range(CALLS):
            start = time.perf_counter()
            client.post(f"{address}/v1/chat/completions", content=body)
            times.append((time.perf_counter() - start) * 1000)
    return median(times[10:])


def _import() -> None:
    times = []
    code = "import time; t = time.perf_counter(); import ctxcapture; print(time.perf_counter() - t)"
    for _ in range(9):
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        times.append(float(done.stdout) * 1000)
    print(f"import ctxcapture: {median(times):.1f} ms (median of {len(times)})")


def _disk() -> None:
    if not GENERATOR.exists():
        print("../shared/bench is not beside the checkout: disk is not measured")
        return
    out = BUILD / "bench-capture"
    command = [sys.executable, str(GENERATOR), "--out", str(out), "--turns", "120"]
    variables = bench_session.vocabulary()
    subprocess.run(command, check=True, env=variables, stdout=subprocess.DEVNULL)
    log = out / "anthropic_pairs.jsonl"
    with tempfile.TemporaryDirectory() as folder:
        whole = _captured(log, f"{folder}/whole", shared=False)
        shared = _captured(log, f"{folder}/shared", shared=True)
        packed = _captured(log, f"{folder}/packed", shared=True, gzip=True)
    print(
        f"120-turn agent: {whole / 1e6:.1f} MB with full bodies; each text once {shared / 1e6:.2f} MB "
        f"({shared / whole:.2%}), packed {packed / 1e6:.2f} MB ({packed / whole:.2%})"
    )


def _captured(log: Path, folder: str, **settings: bool) -> int:
    """Bytes on disk after every pair of the log has been captured."""
    from ctxcapture.capture import Capture
    from ctxcapture.endpoints import endpoint
    from ctxcapture.exchange import Exchange
    from ctxcapture.settings import Settings

    capture = Capture(Settings(folder=folder, **settings))
    point = endpoint("https://api.anthropic.com/v1/messages")
    assert point is not None
    for line in log.open(encoding="utf-8"):
        pair = json.loads(line)
        one = Exchange(point, json.dumps(pair["request"]).encode(), capture.keep)
        one.status = 200
        one.finish(json.dumps(pair["response"]).encode())
    capture.close()
    return sum(path.stat().st_size for path in Path(folder).iterdir())
