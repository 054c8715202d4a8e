"""The invariants of cache replay and of the reclaimable figure on more random traces than a test run has."""

from __future__ import annotations

import os
import subprocess
import sys

from building.places import ROOT

# Each test draws this many traces; there are eight of them.
EXAMPLES = 500
FILES = ("test_reclaimable.py", "test_cache_oracle.py")


def main() -> None:
    files = [str(ROOT / "tests" / "property" / name) for name in FILES]
    variables = {**os.environ, "WHYTOKENS_EXAMPLES": str(EXAMPLES)}
    command = [sys.executable, "-m", "pytest", "-q", *files]
    print(f"{EXAMPLES:,} random traces a test", flush=True)
    subprocess.run(command, cwd=ROOT, env=variables, check=True)
