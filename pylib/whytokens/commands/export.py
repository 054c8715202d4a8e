"""`whytokens export --to KIND`: every file the page saves, made here. The kinds are the registry's."""

from __future__ import annotations

import argparse
from pathlib import Path

from whytokens.commands import Command
from whytokens.commands.opening import file_options, opened, write
from whytokens.registry import EXPORTERS


def _options(parser: argparse.ArgumentParser) -> None:
    file_options(parser)
    parser.add_argument("--to", choices=[one.key for one in EXPORTERS], required=True)
    parser.add_argument("--out", type=Path, help="write to this file")


def _act(options: argparse.Namespace) -> int:
    exporter = next(one for one in EXPORTERS if one.key == options.to)
    write(exporter.write(opened(options)), options.out)
    return 0


EXPORT = Command(name="export", help="a log as a file for another tool", options=_options, act=_act)
