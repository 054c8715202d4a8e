"""The files: many processes at once, killed in the middle, rotated, capped, each text once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from capture.conftest import lines
from ctxcapture.endpoints import endpoint
from ctxcapture.exchange import Exchange
from ctxcapture.settings import Settings
from ctxcapture.shared import NODE, TEXT
from ctxcapture.span import Span
from ctxcapture.writer import Writer
from whytokens.importers.pictures import from_url, media
from whytokens.pipeline import run
from whytokens.report import report
from whytokens.worker import source

WRITER = """
import sys
from ctxcapture.capture import Capture
from ctxcapture.settings import Settings
sys.path.insert(0, {tests!r})
from capture.test_files import exchange
capture = Capture(Settings(folder={folder!r}))
for number in range({calls}):
    capture.keep(exchange(f"{name} {{number}}"))
    print(number, flush=True)
"""


def exchange(text: str, turns: int = 1) -> Exchange:
    """One finished call whose prompt is `turns` messages."""
    point = endpoint("https://api.openai.com/v1/chat/completions")
    assert point is not None
    messages = [{"role": "user", "content": f"{text} {n}"} for n in range(turns)]
    body = json.dumps({"model": "gpt-4o", "messages": messages}).encode()
    found = Exchange(point, body, lambda _: None)
    usage = {"prompt_tokens": 9, "completion_tokens": 1}
    found.finish(json.dumps({"id": text[:20], "model": "gpt-4o", "usage": usage}).encode())
    return found


@pytest.mark.parametrize("calls", [200])
def test_processes_share_a_folder_and_may_be_killed(tmp_path: Path, calls: int) -> None:
    tests = str(Path(__file__).parent.parent)
    folder = tmp_path / "log"
    running = []
    for number in range(8):
        code = WRITER.format(tests=tests, folder=str(folder), calls=calls, name=f"p{number}")
        command = [sys.executable, "-c", code]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    for victim in running[:2]:
        assert victim.stdout is not None
        for _ in range(calls // 4):
            victim.stdout.readline()
        victim.send_signal(signal.SIGKILL)
    said = {}
    for number, process in enumerate(running):
        read = calls // 4 if number < 2 else 0
        said[number] = read + len(process.communicate()[0].splitlines())
    found: dict[str, int] = {}
    for line in lines(folder):
        name = line["request"]["messages"][0]["content"].split()[0]
        found[name] = found.get(name, 0) + 1
    for number, count in said.items():
        if number < 2:  # what was said to be done is there; one more may be
            assert count <= found[f"p{number}"] <= count + 1
        else:
            assert found[f"p{number}"] == count == calls


def test_a_cut_line_loses_only_itself(tmp_path: Path) -> None:
    writer = Writer(Settings(folder=tmp_path))
    for number in range(5):
        writer.write(Span(exchange(f"call {number}"), Settings(folder=tmp_path)))
    writer.close()
    path = Path(writer.path)
    path.write_bytes(path.read_bytes()[:-200])
    opened = run([source({"name": path.name, "path": str(path)})])
    assert len(opened.trace.calls) == 4
    assert [(w.code, w.where.line) for w in opened.trace.warnings] == [("partial", 5)]


def test_files_rotate_pack_and_stay_below_the_cap(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path, max_file_mb=1, max_disk_mb=4)
    writer = Writer(settings)
    for number in range(60):
        writer.write(Span(exchange("x" * 200_000 + str(number)), settings))
        size = sum(path.stat().st_size for path in tmp_path.iterdir())
        assert size <= settings.max_disk_bytes
    writer.close()
    # Our own process still runs, so its files are in use: nothing was thrown away, the rest dropped.
    assert writer.dropped > 0
    old = max(tmp_path.iterdir(), key=lambda path: path.stat().st_size)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone = old.with_name(old.name.replace(f"-{os.getpid()}-", f"-{ended.pid}-"))
    old.rename(gone)
    again = Writer(settings)
    again.write(Span(exchange("y" * 200_000), settings))
    assert not gone.exists() and again.dropped == 0
    again.close()


def test_finished_files_are_packed(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path, gzip=True)
    writer = Writer(settings)
    writer.write(Span(exchange("z" * 1000), settings))
    writer.close()
    (path,) = tmp_path.iterdir()
    assert path.name.endswith(".otlp.jsonl.gz") and path.stat().st_size < 2000


def test_a_fork_writes_its_own_file(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path)
    writer = Writer(settings)
    writer.write(Span(exchange("parent"), settings))
    child = os.fork()
    if not child:
        writer.write(Span(exchange("child"), settings))
        os._exit(0)
    os.waitpid(child, 0)
    writer.write(Span(exchange("parent again"), settings))
    writer.close()
    assert sorted(len(path.read_text().splitlines()) for path in tmp_path.iterdir()) == [1, 2]


def test_shared_texts_are_written_once(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path / "shared", shared=True)
    whole = Settings(folder=tmp_path / "whole")
    writer, other = Writer(settings), Writer(whole)
    for turns in range(1, 41):
        one = exchange("The same long words again and again. " * 200, turns)
        writer.write(Span(one, settings))
        other.write(Span(one, whole))
    sizes = [sum(p.stat().st_size for p in Path(s.folder).iterdir()) for s in (settings, whole)]
    assert sizes[0] < sizes[1] / 10
    assert totals(tmp_path / "shared") == totals(tmp_path / "whole")
    last = lines(tmp_path / "shared")[-1]
    assert set(last["request"]["messages"]) == {NODE}
    news = last["shared"]
    assert len(news) == 2 and any(isinstance(value, str) for value in news.values())
    assert TEXT in json.dumps(news)


def totals(folder: Path) -> dict[str, int]:
    """What whytokens makes of a folder's log."""
    (path,) = folder.iterdir()
    opened = run([source({"name": "log", "path": str(path)})])
    assert not opened.trace.warnings
    return report(opened)["totals"]


def test_media_leave_a_reference_with_their_size(tmp_path: Path) -> None:
    import base64
    import struct

    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\0" * 3000
    data = base64.b64encode(png).decode()
    url = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
    source = {"type": "base64", "media_type": "image/png", "data": data}
    point = endpoint("https://api.anthropic.com/v1/messages")
    assert point is not None
    content = [url, {"type": "image", "source": source}, {"type": "text", "text": data}]
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": content}]})
    one = Exchange(point, body.encode(), lambda _: None)
    one.finish(b"{}")
    span = Span(one, Settings(folder=tmp_path))
    found = json.loads(span.line())["ctxcapture"]["request"]["messages"][0]["content"]
    assert "width=640;height=480" in found[0]["image_url"]["url"]
    assert found[1]["source"]["data"].startswith("ctxcapture:sha256=")
    assert found[2]["text"] == data  # a text is billed as text
    assert from_url(found[0]["image_url"]["url"]).width == 640
    assert media(found[1]["source"]["data"], "image/png").height == 480


def test_importing_costs_little() -> None:
    code = "import sys, ctxcapture; print(len(sys.modules), 'json' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(len(sys.modules))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    # typing, re, contextlib and what they need: no json, no http, no asyncio.
    modules, json_too = done.stdout.split()
    assert int(modules) - int(bare.stdout) <= 32 and json_too == "False"
