"""Python imports this by itself in a program started by `ctxcapture run`: it switches capture on.

A sitecustomize of the environment's own, which this one hides, is run as well.
"""

import sys
from importlib.machinery import PathFinder
from pathlib import Path

_HERE = str(Path(__file__).parent)


def _run_hidden() -> None:
    others = [path for path in sys.path if str(Path(path or ".").resolve()) != _HERE]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        from importlib.util import module_from_spec

        spec.loader.exec_module(module_from_spec(spec))


try:
    import ctxcapture

    ctxcapture.install()
except Exception as error:  # the program runs, captured or not
    sys.stderr.write(f"ctxcapture: not switched on: {error}\n")
_run_hidden()
