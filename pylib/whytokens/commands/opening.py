"""What every command that reads logs does alike: files, folders and standard input, progress, prices."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from whytokens.containers import Source
from whytokens.pipeline import Event, Opened, Step, run
from whytokens.worker import source

STDIN = "-"


def file_options(parser: argparse.ArgumentParser) -> None:
    """The arguments that name logs."""
    parser.add_argument("files", nargs="+", help="logs, folders of logs, - for standard input")


def opened(options: argparse.Namespace) -> Opened:
    """Open what the arguments name. Raises TraceError."""
    return run(sources(options.files), progress if sys.stderr.isatty() else None)


def sources(names: Sequence[str]) -> list[Source]:
    """Files as given; a folder stands for every file below it."""
    found: list[Source] = []
    for name in names:
        if name == STDIN:
            data = sys.stdin.buffer.read()
            found.append(Source(name="stdin", size_bytes=len(data), open=lambda d=data: io.BytesIO(d)))  # type: ignore[misc]
            continue
        path = Path(name)
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in inside:
            label = str(file.relative_to(path.parent)) if path.is_dir() else file.name
            found.append(source({"name": label, "path": str(file)}))
    return found


def progress(event: Event) -> None:
    """One line on the terminal that says what is being done."""
    if isinstance(event, Step):
        share = f" {event.done * 100 // event.total} %" if event.total else ""
        place = f" {event.file}" if event.file else ""
        sys.stderr.write(f"\r{event.stage}{place}{share} ({event.done:,} {event.unit})\x1b[K")
        if event.stage == "checking" and event.done >= event.total:
            sys.stderr.write("\r\x1b[K")


def write(text: str | bytes, to: Path | None = None) -> None:
    """To a file, else to standard output."""
    if to is not None:
        to.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace"))
    elif isinstance(text, bytes):
        sys.stdout.buffer.write(text)
    else:
        sys.stdout.write(text)
