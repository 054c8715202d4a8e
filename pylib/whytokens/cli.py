"""The command `whytokens`: the page's engine in a terminal. Exit codes: 0 done, 1 not opened, 2 usage."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from whytokens import __version__, worker
from whytokens.containers import Source
from whytokens.counting import count
from whytokens.errors import TraceError
from whytokens.exporters.folded import folded
from whytokens.exporters.report_json import report_json
from whytokens.exporters.text import text
from whytokens.pipeline import Event, Step, finished, run
from whytokens.report import report

FORMATS = ("text", "json", "folded")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    options = _parser().parse_args(arguments)
    if options.command == "count":
        return _count(options)
    try:
        found = report(run(list(_sources(options.files)), _see if sys.stderr.isatty() else None))
    except TraceError as error:
        _complain(error)
        return 1
    if options.format == "json":
        sys.stdout.write(report_json(found))
    elif options.format == "folded":
        sys.stdout.write(folded(found["merged"]))
    else:
        sys.stdout.write(text(found))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="whytokens", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("report", help="where the tokens and dollars of logs went")
    command.add_argument("files", nargs="+", type=Path, help="logs, or folders of logs")
    command.add_argument("--format", choices=FORMATS, default="text")
    command = commands.add_parser("count", help="tokens of a text or of a request body")
    command.add_argument("file", type=Path, help="a file, or - for standard input")
    command.add_argument("--model", required=True, help="the model that would count it")
    command.add_argument("--json", action="store_true", help="as JSON")
    return parser


def _count(options: argparse.Namespace) -> int:
    name = "standard input" if str(options.file) == "-" else options.file.name
    try:
        data = sys.stdin.buffer.read() if str(options.file) == "-" else options.file.read_bytes()
        found = finished(count(data, options.model, name))
    except TraceError as error:
        _complain(error)
        return 1
    except OSError as error:
        sys.stderr.write(f"{name}: {error.strerror}\n")
        return 1
    if options.json:
        value = asdict(found) | {"parts": [{"name": n, "tokens": t} for n, t in found.parts]}
        sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
        return 0
    about = "" if found.exactness == "exact" else "≈ "
    sys.stdout.write(
        f"{about}{found.tokens:,} tokens for {found.model} ({found.kind}, {found.tokenizer})\n"
    )
    if len(found.parts) > 1:
        for label, tokens in found.parts:
            sys.stdout.write(f"  {tokens:>9,}  {label}\n")
    return 0


def _sources(paths: Sequence[Path]) -> list[Source]:
    """Files as given; a folder stands for every file below it."""
    found: list[Source] = []
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            name = str(file.relative_to(path.parent)) if path.is_dir() else file.name
            found.append(worker.source({"name": name, "path": str(file)}))
    return found


def _see(event: Event) -> None:
    if isinstance(event, Step):
        sys.stderr.write(f"\r{event.stage} {event.done:,} of {event.total:,} {event.unit}\x1b[K")
        if event.stage == "checking":
            sys.stderr.write("\r\x1b[K")


def _complain(error: TraceError) -> None:
    place = error.where.file + (f":{error.where.line}" if error.where.line else "")
    lines = [f"{error.title} {error.message}".strip(), error.excerpt, error.hint]
    sys.stderr.write(f"{error.code} ({place})\n" + "".join(f"  {line}\n" for line in lines if line))


if __name__ == "__main__":
    sys.exit(main())
