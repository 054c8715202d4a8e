"""The command `whytokens`: the page's engine in a terminal. Exit codes as `whytokens.commands` says."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from whytokens import __version__
from whytokens.commands import Command
from whytokens.commands.check import CHECK
from whytokens.commands.compare import COMPARE
from whytokens.commands.complaint import complain
from whytokens.commands.count import COUNT
from whytokens.commands.export import EXPORT
from whytokens.commands.formats import FORMATS
from whytokens.commands.models import MODELS
from whytokens.commands.open_page import OPEN
from whytokens.commands.report import REPORT
from whytokens.commands.summary import SUMMARY
from whytokens.errors import TraceError

COMMANDS: tuple[Command, ...] = (
    REPORT,
    SUMMARY,
    COMPARE,
    EXPORT,
    CHECK,
    COUNT,
    MODELS,
    FORMATS,
    OPEN,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    options = _parser().parse_args(arguments)
    # A trace may hold half of a surrogate pair; a terminal or a pipe must not end on it.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return int(options.act(options))
    except TraceError as error:
        complain(error)
    except BrokenPipeError:  # `whytokens report … | head`
        sys.stderr.close()
    except OSError as error:
        sys.stderr.write(f"{error.filename or 'whytokens'}: {error.strerror}\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="whytokens", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True)
    for one in COMMANDS:
        own = commands.add_parser(one.name, help=one.help)
        one.options(own)
        own.set_defaults(act=one.act)
    return parser


if __name__ == "__main__":
    sys.exit(main())
