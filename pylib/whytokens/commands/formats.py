"""`whytokens formats`: every format that can be opened, and how to get such a file."""

from __future__ import annotations

import argparse
import sys

from whytokens import registry
from whytokens.commands import Command


def _options(parser: argparse.ArgumentParser) -> None:
    """None: the list is short enough."""


def _act(options: argparse.Namespace) -> int:
    for importer in registry.IMPORTERS:
        guide = importer.guide
        steps = "".join(f"    {n}. {step}\n" for n, step in enumerate(guide.steps, 1))
        lacks = f"    Not in such files: {guide.missing}.\n" if guide.missing else ""
        sys.stdout.write(f"{importer.label} ({guide.section})\n    {guide.what}\n{steps}{lacks}")
    return 0


FORMATS = Command(
    name="formats",
    help="every format that can be opened, and how to get such a file",
    options=_options,
    act=_act,
)
