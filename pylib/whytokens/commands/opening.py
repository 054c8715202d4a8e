"""What every command that reads logs does alike: files, folders and standard input, progress, prices."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from whytokens.containers import Source
from whytokens.errors import TraceError
from whytokens.model import Where
from whytokens.opened import Opened
from whytokens.pipeline import run
from whytokens.prices.own import NONE, Own, read
from whytokens.steps import Event, Step
from whytokens.worker import source

STDIN = "-"


def file_options(parser: argparse.ArgumentParser) -> None:
    """The arguments that name logs and prices."""
    parser.add_argument("files", nargs="+", help="logs, folders of logs, - for standard input")
    price_options(parser)


def price_options(command: argparse.ArgumentParser) -> None:
    """The user's own prices."""
    command.add_argument(
        "--price", action="append", default=[], metavar="MODEL=PRICE",
        help="INPUT/OUTPUT or INPUT/CACHE_READ/OUTPUT in USD per million tokens, or another model's name",
    )  # fmt: skip
    command.add_argument(
        "--multiplier", action="append", default=[], metavar="[PROVIDER=]SHARE",
        help="your contract's share of list prices, 0.85 for 15 %% off",
    )  # fmt: skip
    command.add_argument("--rates", type=Path, help="your own prices as JSON (see the README)")
    command.add_argument("--snapshot", type=Path, help="a newer price snapshot")


def _own(options: argparse.Namespace) -> Own:
    """The user's prices: those of the file, then those of the command line."""
    try:
        text = options.rates.read_text(encoding="utf-8") if options.rates else ""
    except (OSError, UnicodeDecodeError) as error:
        raise TraceError(
            "bad-rates", f"{options.rates} cannot be read.", str(error), where=Where(file=str(options.rates))
        ) from error  # fmt: skip
    own = read(text, options.rates.name) if text else NONE
    return own.with_words(options.price, options.multiplier)


def opened(options: argparse.Namespace, files: Sequence[str] | None = None) -> Opened:
    """Open what the arguments name, or these files on the same terms. Raises TraceError."""
    names = [*(options.files if files is None else files)]
    names += [str(options.snapshot)] if options.snapshot else []
    return run(sources(names), progress if sys.stderr.isatty() else None, _own(options))


def sources(names: Sequence[str]) -> list[Source]:
    """Files as given; a folder stands for every file below it."""
    found: list[Source] = []
    for name in names:
        if name == STDIN:
            data = sys.stdin.buffer.read()
            found.append(Source(name="stdin", size_bytes=len(data), open=partial(io.BytesIO, data)))
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
        to.write_bytes(
            text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
        )
    elif isinstance(text, bytes):
        sys.stdout.buffer.write(text)
    else:
        sys.stdout.write(text)
