"""Firefox and WebKit as Debian has them, driven by the protocols they speak themselves.

Specs: W3C WebDriver (commands and their fields); Marionette, Firefox's own transport for the same
commands: lines of `length:[type, id, name, parameters]` over TCP.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_S, SCRIPT_S = 60, 120
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FIREFOX = next((path for name in ("firefox-esr", "firefox") if (path := shutil.which(name))), None)
WEBKIT_DRIVER = shutil.which("WebKitWebDriver")
MINI_BROWSER = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), None)


class Tab:
    """One page. `send` takes a command's name and fields and gives its value."""

    def __init__(self, send: Callable[[str, dict[str, Any]], Any]) -> None:
        self._send = send

    def go(self, address: str) -> None:
        self._send("Navigate", {"url": address})

    def run(self, script: str, *values: Any) -> Any:
        """What an asynchronous function's body returns."""
        body = (
            "const done = arguments[arguments.length - 1];"
            f"(async (...values) => {{ {script} }})(...arguments)"
            ".then((value) => done({value}), (error) => done({error: String(error)}));"
        )
        found = self._send("ExecuteAsyncScript", {"script": body, "args": list(values)})
        if "error" in found:
            raise AssertionError(found["error"])
        return found.get("value")

    def until(self, expression: str, seconds: float = 60) -> Any:
        """Waits for an expression of the page to be true."""
        end = time.monotonic() + seconds
        while not (found := self.run(f"return {expression};")):
            assert time.monotonic() < end, f"not in {seconds} s: {expression}"
            time.sleep(0.1)
        return found

    def put_file(self, selector: str, path: Path) -> None:
        found = self._send("FindElement", {"using": "css selector", "value": selector})
        self._send("ElementSendKeys", {"id": found[ELEMENT], "text": str(path)})


@contextmanager
def _running(command: list[str], **options: Any) -> Iterator[None]:
    """A program and all it starts, gone afterwards."""
    running = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **options
    )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _patiently(attempt: Callable[[], Any]) -> Any:
    """The first answer of a program that is starting."""
    end = time.monotonic() + START_S
    while True:
        try:
            return attempt()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


@contextmanager
def firefox(folder: Path) -> Iterator[Tab]:
    port = _free_port()
    (folder / "user.js").write_text(
        f'user_pref("marionette.port", {port});\nuser_pref("app.update.enabled", false);\n'
        'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
    )
    command = [str(FIREFOX), "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    with _running(command, env={**os.environ, "HOME": str(folder)}):
        line = _patiently(lambda: socket.create_connection(("127.0.0.1", port), timeout=SCRIPT_S))
        with line, line.makefile("rb") as answers:
            _marionette_message(answers)  # its greeting
            numbers = iter(range(1, 1_000_000))

            def send(name: str, fields: dict[str, Any]) -> Any:
                text = json.dumps([0, next(numbers), f"WebDriver:{name}", fields]).encode()
                line.sendall(b"%d:%s" % (len(text), text))
                _, _, error, result = _marionette_message(answers)
                assert error is None, error
                return result.get("value") if isinstance(result, dict) else result

            send("NewSession", {})
            send("SetTimeouts", {"script": SCRIPT_S * 1000})
            yield Tab(send)


def _marionette_message(answers: Any) -> Any:
    size = b""
    while not size.endswith(b":"):
        byte = answers.read(1)
        assert byte, "Firefox hung up"
        size += byte
    return json.loads(answers.read(int(size[:-1])))


PATHS = {
    "Navigate": "/url",
    "ExecuteAsyncScript": "/execute/async",
    "FindElement": "/element",
    "ElementSendKeys": "/element/{id}/value",
    "SetTimeouts": "/timeouts",
}


@contextmanager
def webkit(folder: Path) -> Iterator[Tab]:
    port = _free_port()
    address = f"http://127.0.0.1:{port}/session"
    command = ["xvfb-run", "-a", str(WEBKIT_DRIVER), f"--port={port}"]
    with _running(command, env={**os.environ, "XDG_CACHE_HOME": str(folder)}):
        wanted = {"binary": str(MINI_BROWSER), "args": ["--automation"]}
        capabilities = {"alwaysMatch": {"webkitgtk:browserOptions": wanted}}
        made = _patiently(lambda: _posted(address, {"capabilities": capabilities}))
        here = f"{address}/{made['sessionId']}"

        def send(name: str, fields: dict[str, Any]) -> Any:
            return _posted(here + PATHS[name].format(**fields), fields)

        send("SetTimeouts", {"script": SCRIPT_S * 1000})
        yield Tab(send)
        urllib.request.urlopen(urllib.request.Request(here, method="DELETE"), timeout=START_S)


def _posted(address: str, fields: dict[str, Any]) -> Any:
    request = urllib.request.Request(address, json.dumps(fields).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=SCRIPT_S + START_S) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from None
