"""The commands of `whytokens`, one file each; `whytokens.cli` lists them.

Exit codes: 0 done, 1 something could not be opened, 2 usage, 3 a limit of `check` is broken.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`options` adds arguments to the command's parser; `act` runs it and gives the exit code. `act`
    may raise TraceError and OSError: the command line says them."""

    name: str
    help: str
    options: Callable[[argparse.ArgumentParser], None]
    act: Callable[[argparse.Namespace], int]
