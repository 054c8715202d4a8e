"""`ctxcapture run -- COMMAND`: an unmodified program, and every Python it starts, is captured."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command: Sequence[str], settings: dict[str, str]) -> int:
    """Run a command with capture switched on; its exit code. Raises OSError where it cannot start.

    `settings` are words of `ctxcapture.settings`, by their environment names ("DIR").
    """
    paths = [os.path.join(HERE, "site"), os.path.dirname(HERE), os.environ.get("PYTHONPATH", "")]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    variables |= {f"CTXCAPTURE_{name}": value for name, value in settings.items() if value}
    # A log's folder is the caller's, wherever the program goes.
    variables["CTXCAPTURE_DIR"] = os.path.abspath(variables.get("CTXCAPTURE_DIR", ".ctxcapture"))
    words = list(command)
    if words and words[0] == "python":
        words[0] = sys.executable
    with subprocess.Popen(words, env=variables) as program:
        try:
            return program.wait()
        except KeyboardInterrupt:  # the program got it too and may tidy up
            return program.wait()
