"""The command `ctxcapture`: run a program under capture, join two bodies, expand a log for other tools."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ctxcapture import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 it could not be done, 2 usage; `run` gives its program's own."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.act(options))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"ctxcapture: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ctxcapture", description="Write logs for whytokens.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True)

    run = commands.add_parser("run", help="run a Python program and capture its calls")
    run.add_argument("--dir", default="", help="where the log goes (.ctxcapture)")
    run.add_argument("--content", choices=("full", "off"), default="", help="off: counts only")
    run.add_argument("--shared", action="store_true", help="write each text once")
    run.add_argument("--otlp", default="", help="an OTLP/HTTP address to send to as well")
    run.add_argument("program", nargs=argparse.REMAINDER, help="-- python app.py")
    run.set_defaults(act=_run)

    pair = commands.add_parser("pair", help="join a request body and a response body to a log")
    pair.add_argument("request", type=Path, help="the request body, a JSON file")
    pair.add_argument("response", type=Path, nargs="?", help="the response body, a JSON file")
    pair.add_argument("--to", type=Path, required=True, help="the JSONL log to append to")
    pair.set_defaults(act=_pair)

    proxy = commands.add_parser("proxy", help="capture any client: set its base URL to this")
    proxy.add_argument("--port", type=int, default=4000)
    proxy.add_argument("--host", default="127.0.0.1")
    proxy.add_argument("--dir", default="", help="where the log goes (.ctxcapture)")
    proxy.add_argument(
        "--upstream", action="append", default=[], metavar="NAME=URL",
        help="another address of a provider; azure has none by itself",
    )  # fmt: skip
    proxy.add_argument(
        "--budget", action="append", default=[], metavar="TAG=VALUE:USD[/day][:hard]",
        help="user=*:5/day:hard; key=* is each API key",
    )  # fmt: skip
    proxy.add_argument("--dashboard", action="store_true", help="print a dashboard for Grafana")
    proxy.set_defaults(act=_proxy)

    expand = commands.add_parser("expand", help="a log as plain OTLP/JSON with all names")
    expand.add_argument("files", type=Path, nargs="+", help="logs of ctxcapture")
    expand.set_defaults(act=_expand)
    return parser


def _run(options: argparse.Namespace) -> int:
    from ctxcapture.running import run

    words = options.program[1:] if options.program[:1] == ["--"] else options.program
    if not words:
        raise ValueError("no program: ctxcapture run -- python app.py")
    settings = {"DIR": options.dir, "CONTENT": options.content, "OTLP": options.otlp}
    return run(words, {**settings, "SHARED": "1" if options.shared else ""})


def _proxy(options: argparse.Namespace) -> int:
    from ctxcapture.proxy.serve import serve
    from ctxcapture.proxy.upstreams import UPSTREAMS

    if options.dashboard:
        sys.stdout.write((Path(__file__).parent / "proxy" / "dashboard.json").read_text())
        return 0
    pairs = [one.partition("=") for one in options.upstream]
    own = {name: url.rstrip("/") for name, _, url in pairs}
    return serve(options.port, options.host, {**UPSTREAMS, **own}, options.budget, options.dir)


def _pair(options: argparse.Namespace) -> int:
    from ctxcapture.recording import record

    response = _body(options.response) if options.response else None
    record(options.to, _body(options.request), response)
    return 0


def _body(path: Path) -> dict[str, Any]:
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError(f"{path} is JSON, but no object")
    return value


def _expand(options: argparse.Namespace) -> int:
    from ctxcapture.expanding import expanded

    for path in options.files:
        for line in expanded(path):
            sys.stdout.write(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
