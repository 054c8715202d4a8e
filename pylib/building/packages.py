"""npm's packages as the lock pins them, installed once."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from building.places import APP, NODE_MODULES


def npm() -> Path:
    """`node_modules` as the lock says; installed anew when the lock has changed."""
    wanted = hashlib.sha256((APP / "package-lock.json").read_bytes()).hexdigest()
    stamp = NODE_MODULES / ".whytokens-lock"
    if not stamp.exists() or stamp.read_text() != wanted:
        print("npm ci (once)", flush=True)
        program = shutil.which("npm")
        if program is None:
            raise SystemExit("npm is not here: install Node 20 or newer")
        command = [program, "ci", "--no-fund", "--no-audit", "--loglevel=error"]
        subprocess.run(command, cwd=APP, check=True)
        stamp.write_text(wanted)
    return NODE_MODULES


def node(script: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a script of ours under Node, with `node_modules` at hand."""
    npm()
    command = ["node", "--no-warnings", str(script), *arguments]
    return subprocess.run(command, cwd=APP, check=check, text=True)
